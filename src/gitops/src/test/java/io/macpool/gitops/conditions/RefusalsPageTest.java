package io.macpool.gitops.conditions;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.SpoiltFile;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * docs/gitops-refusals.md is written from the rows that RuleTest and ConditionsIT try: {@code
 * -Dmacpool.docs.write=true} writes it.
 */
class RefusalsPageTest {

  private static final Path PAGE = RepositoryTree.root().resolve("docs/gitops-refusals.md");

  private static final String HEAD =
      """
      # What stands in the way, and what is said

      Written from the rows that the tests try, each on a copy of this repository's own tree: `RuleTest` \
      tries those of `check`, `ConditionsIT` the others. Where a part is left out, the message names file, \
      line or value. Exit status: `check` 1; of the others 1 if the tree would not pass the check, 2 if the \
      command could not do its work; a hook 1. Nothing is written in any of these cases, but by `migrate`, \
      which carries the rest and tells what it leaves.

      | condition | command | what is said |
      | --- | --- | --- |
      """;

  @Test
  void thePageHoldsEveryRow() throws IOException, YamlSyntaxException {
    StringBuilder page = new StringBuilder(HEAD);
    rows().forEach(row -> page.append(row).append('\n'));
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("run this test with -Dmacpool.docs.write=true and review the diff")
        .isEqualTo(page.toString());
  }

  @Test
  void theRowsAreMany() throws IOException, YamlSyntaxException {
    assertThat(rows()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
  }

  private static List<String> rows() throws IOException, YamlSyntaxException {
    List<String> rows = new ArrayList<>();
    for (SpoiltFile spoilt : SpoiltFile.all()) {
      rows.add(row(spoilt.when(), "`check` (" + spoilt.rule() + ")", spoilt.says()));
    }
    for (Condition condition : Condition.all()) {
      String command = "`" + condition.command() + "`" + (condition.isOfHook() ? " (hook)" : "");
      rows.add(row(condition.when(), command, condition.says()));
    }
    return rows;
  }

  private static String row(String when, String command, String says) {
    return "| " + when + " | " + command + " | " + says.replace("|", "\\|") + " |";
  }
}
