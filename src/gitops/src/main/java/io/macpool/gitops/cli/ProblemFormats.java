package io.macpool.gitops.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.check.rule.Problem;
import java.util.List;
import java.util.Locale;

/** Problems as other programs read them. */
final class ProblemFormats {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ProblemFormats() {}

  static String json(List<Problem> problems) {
    ArrayNode array = JSON.createArrayNode();
    for (Problem problem : problems) {
      ObjectNode object = array.addObject();
      object.put("severity", severity(problem));
      object.put("rule", problem.rule());
      object.put("file", problem.file().toString());
      object.put("line", problem.line());
      object.put("message", problem.message());
      object.put("fix", problem.fix());
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text and numbers are JSON", e);
    }
  }

  /** A workflow command that shows the problem at its line of a pull request. */
  static String github(Problem problem) {
    return "::%s file=%s,line=%d,title=%s::%s"
        .formatted(
            severity(problem),
            property(problem.file().toString()),
            problem.line(),
            property(problem.rule()),
            data(problem.message() + ". " + problem.fix() + "."));
  }

  private static String severity(Problem problem) {
    return problem.severity().name().toLowerCase(Locale.ROOT);
  }

  private static String data(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }
}
