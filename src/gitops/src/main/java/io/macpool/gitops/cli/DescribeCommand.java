package io.macpool.gitops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Capacity;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gitops describe}: what programs such as the Terraform hooks need to know of the tree. */
@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    description =
        "Prints what an environment's files say as JSON: repository, branch, releases and hardware"
            + " pools. Fails when a file cannot be read.")
final class DescribeCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParentCommand private GitopsCommand parent;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ENV", description = "The environment's directory.")
  private String environment;

  @Override
  public Integer call() {
    DeployTree tree = parent.readTree();
    Environment chosen = Choices.environment(tree, environment);
    for (SourceFile file : chosen.files()) {
      file.unreadable()
          .ifPresent(
              problem -> {
                throw new TreeException(
                    file.path() + ":" + problem.line() + ": " + problem.reason());
              });
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.put("environment", chosen.name());
    JsonNode source = single(chosen, "GitRepository");
    answer.put("url", source.at("/spec/url").asText());
    answer.put("branch", source.at("/spec/ref/branch").asText());
    ArrayNode releases = answer.putArray("releases");
    for (Release release : chosen.releases()) {
      releases
          .addObject()
          .put("name", release.name())
          .put("namespace", release.document().text("/metadata/namespace"))
          .put("chart", release.chart())
          .put("file", release.file().path().toString());
    }
    addPools(answer.putArray("pools"), tree, chosen);
    spec.commandLine().getOut().println(answer.toPrettyString());
    return GitopsCommand.WELL;
  }

  /** A pool whose slots its broker tells has null for them. */
  private static void addPools(ArrayNode pools, DeployTree tree, Environment environment) {
    for (Capacity.Pool pool : Capacity.of(tree, environment).pools().values()) {
      ObjectNode entry = pools.addObject().put("name", pool.name());
      pool.slots()
          .ifPresentOrElse(slots -> entry.put("slots", slots), () -> entry.putNull("slots"));
      entry.put("reserve", pool.reserve());
    }
  }

  private static JsonNode single(Environment environment, String kind) {
    List<Located> found = environment.documents(kind);
    if (found.size() != 1) {
      throw new TreeException(
          "releases/" + environment.name() + " has " + found.size() + " of " + kind + ", not one");
    }
    return found.get(0).document().content();
  }
}
