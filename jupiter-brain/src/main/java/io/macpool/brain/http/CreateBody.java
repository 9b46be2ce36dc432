package io.macpool.brain.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.brain.http.answer.JsonBody;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.core.fleet.Instance;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What a client may write into {@code POST /instances}, checked in the old broker's order. */
record CreateBody(String image, Instance.Size size, List<String> warnings) {

  private static final int LONGEST_NAME = 200;

  /** vSphere refuses a size of memory between two of these steps. */
  private static final int RAM_STEP_MB = 4;

  private static final Set<String> KNOWN = Set.of("type", "base-image", "cpus", "ram");

  CreateBody {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(size, "size");
    warnings = List.copyOf(warnings);
  }

  /** A body that is refused. */
  static final class Refused extends Exception {

    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    Refused(Problem problem) {
      super(problem.title());
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  static CreateBody parse(byte[] body, int maxCpus, long maxRamMb) throws Refused {
    JsonNode root = json(body);
    JsonNode data = root.isObject() ? root.get("data") : null;
    if (data == null || data.isNull()) {
      throw missing("root object must have data field");
    }
    if (!data.isObject()) {
      throw malformed("data must be an object");
    }
    JsonNode type = data.get("type");
    if (type == null || !type.isTextual() || !type.textValue().equals("instances")) {
      throw new Refused(Problem.of(Refusal.INCORRECT_TYPE, "data must be of type instances"));
    }
    JsonNode image = data.get("base-image");
    if (image == null || image.isNull() || (image.isTextual() && image.textValue().isEmpty())) {
      throw missing("instance must have base-image field");
    }
    if (!image.isTextual() || image.textValue().length() > LONGEST_NAME) {
      throw invalid("base-image must be a text of at most " + LONGEST_NAME + " characters");
    }
    int cpus = (int) number(data, "cpus", maxCpus);
    long ram = number(data, "ram", maxRamMb);
    if (ram % RAM_STEP_MB != 0) {
      throw invalid("ram must be a multiple of " + RAM_STEP_MB + " MB");
    }
    return new CreateBody(
        image.textValue(),
        new Instance.Size(cpus, ram),
        new JsonBody((ObjectNode) root).warnings(KNOWN));
  }

  private static JsonNode json(byte[] body) throws Refused {
    try {
      JsonNode root = JsonBody.read(body);
      if (root == null || root.isMissingNode()) {
        throw malformed("the body is empty");
      }
      return root;
    } catch (CharacterCodingException e) {
      throw malformed("the body is not UTF-8");
    } catch (IOException e) {
      throw malformed("the body is not JSON");
    }
  }

  private static long number(JsonNode data, String field, long most) throws Refused {
    JsonNode value = data.get(field);
    if (value == null || value.isNull()) {
      return 0;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw invalid(field + " must be a whole number");
    }
    if (value.longValue() < 0 || value.longValue() > most) {
      throw invalid(field + " must be between 0 and " + most);
    }
    return value.longValue();
  }

  private static Refused malformed(String title) {
    return new Refused(Problem.of(Refusal.MALFORMED, title));
  }

  private static Refused missing(String title) {
    return new Refused(Problem.of(Refusal.MISSING_FIELD, title));
  }

  private static Refused invalid(String title) {
    return new Refused(Problem.of(Refusal.INVALID_FIELD, title));
  }
}
