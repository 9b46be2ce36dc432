package io.macpool.sim.build;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.build.BuildConfig.Stage;
import io.macpool.sim.build.BuildConfig.Variable;
import java.util.List;

/** Writes the bash script of a payload. */
final class BuildScript {

  /**
   * Commands run by {@code eval} in the script's own shell, so that {@code cd} and {@code export}
   * last; one that calls {@code exit} ends the script with its status, as in the field.
   */
  private static final String PRELUDE =
      """
      #!/bin/bash
      [ -f /etc/profile ] && source /etc/profile
      macpool_fold() { printf 'travis_fold:%s:%s\\r' "$1" "$2"; }
      macpool_assert() {
        local result=$1
        if [ "$result" -ne 0 ]; then
          printf '\\n\\033[31;1mThe command "%s" failed and exited with %s during %s.\\033[0m\\n' "$3" "$result" "$2"
          printf '\\nYour build has been stopped.\\n'
          exit 2
        fi
      }
      macpool_result() {
        local result=$1
        if [ "$result" -eq 0 ]; then
          printf '\\n\\033[32;1mThe command "%s" exited with %s.\\033[0m\\n\\n' "$2" "$result"
        else
          printf '\\n\\033[31;1mThe command "%s" exited with %s.\\033[0m\\n\\n' "$2" "$result"
          export TRAVIS_TEST_RESULT=1
        fi
      }
      export TRAVIS=true CI=true CONTINUOUS_INTEGRATION=true
      export TRAVIS_TEST_RESULT=0
      """;

  private final StringBuilder text = new StringBuilder(PRELUDE);

  private BuildScript() {}

  /**
   * The script of a payload.
   *
   * @throws InvalidConfigException with a sentence for a person
   */
  static String of(JsonNode payload) {
    BuildConfig config = BuildConfig.of(payload);
    BuildScript script = new BuildScript();
    script.identity(payload);
    script.environment(config.environment());
    script.asserted(Stage.BEFORE_INSTALL, config);
    script.asserted(Stage.INSTALL, config);
    script.asserted(Stage.BEFORE_SCRIPT, config);
    for (String command : config.commands().getOrDefault(Stage.SCRIPT, List.of())) {
      script.run(command);
      script.line("macpool_result $? " + quote(command));
    }
    script.when("$TRAVIS_TEST_RESULT = 0", Stage.AFTER_SUCCESS, config);
    script.when("$TRAVIS_TEST_RESULT != 0", Stage.AFTER_FAILURE, config);
    script.folded(Stage.AFTER_SCRIPT, config);
    script.line("printf '\\nDone. Your build exited with %s.\\n' \"$TRAVIS_TEST_RESULT\"");
    script.line("exit $TRAVIS_TEST_RESULT");
    return script.text.toString();
  }

  private void identity(JsonNode payload) {
    String slug = payload.path("repository").path("slug").asText("unknown/unknown");
    variable("TRAVIS_REPO_SLUG", slug);
    variable("TRAVIS_JOB_ID", payload.path("job").path("id").asText(""));
    variable("TRAVIS_JOB_NUMBER", payload.path("job").path("number").asText(""));
    variable("TRAVIS_BUILD_ID", payload.path("source").path("id").asText(""));
    variable("TRAVIS_BUILD_NUMBER", payload.path("source").path("number").asText(""));
    variable("TRAVIS_BRANCH", payload.path("job").path("branch").asText(""));
    variable("TRAVIS_COMMIT", payload.path("job").path("commit").asText(""));
    variable("TRAVIS_OS_NAME", payload.path("config").path("os").asText("osx"));
    variable("TRAVIS_LANGUAGE", payload.path("config").path("language").asText(""));
    line("export TRAVIS_BUILD_DIR=\"$HOME/build/\"" + quote(slug));
    line("mkdir -p \"$TRAVIS_BUILD_DIR\" && cd \"$TRAVIS_BUILD_DIR\" || exit 2");
  }

  private void environment(List<Variable> variables) {
    if (variables.isEmpty()) {
      return;
    }
    line("printf '\\n\\033[33;1mSetting environment variables\\033[0m\\n'");
    for (Variable variable : variables) {
      echo("export " + variable.shown());
      line("eval " + quote("export " + variable.assignments()));
    }
  }

  private void asserted(Stage stage, BuildConfig config) {
    List<String> commands = config.commands().getOrDefault(stage, List.of());
    for (int i = 0; i < commands.size(); i++) {
      String fold = stage.key() + (commands.size() == 1 ? "" : "." + (i + 1));
      line("macpool_fold start " + fold);
      run(commands.get(i));
      line("macpool_assert $? " + stage.key() + " " + quote(commands.get(i)));
      line("macpool_fold end " + fold);
    }
  }

  private void when(String condition, Stage stage, BuildConfig config) {
    if (!config.commands().getOrDefault(stage, List.of()).isEmpty()) {
      line("if [ " + condition + " ]; then");
      folded(stage, config);
      line("fi");
    }
  }

  private void folded(Stage stage, BuildConfig config) {
    for (String command : config.commands().getOrDefault(stage, List.of())) {
      line("macpool_fold start " + stage.key());
      run(command);
      line("macpool_fold end " + stage.key());
    }
  }

  /** Echoes the command and runs it; its status is {@code $?} after. */
  private void run(String command) {
    echo(command);
    line("eval " + quote(command));
  }

  private void echo(String command) {
    line("printf '$ %s\\n' " + quote(command));
  }

  private void variable(String name, String value) {
    line("export " + name + "=" + quote(value));
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /** The value as one shell word. */
  static String quote(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
