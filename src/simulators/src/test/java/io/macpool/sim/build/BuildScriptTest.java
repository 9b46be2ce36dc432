package io.macpool.sim.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts are judged by what bash makes of them. */
class BuildScriptTest {

  @TempDir Path home;

  private record Run(int status, String output) {}

  @Test
  void passes() throws Exception {
    Run run = run("{'script':'echo hello'}");
    assertThat(run.status()).isZero();
    assertThat(run.output())
        .contains("$ echo hello\nhello\n")
        .contains("The command \"echo hello\" exited with 0.")
        .endsWith("Done. Your build exited with 0.\n");
  }

  @Test
  void everyScriptLineRunsAndOneThatFailsIsRemembered() throws Exception {
    Run run = run("{'script':['echo one','(exit 7)','echo three']}");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output()).contains("one\n").contains("exited with 7").contains("three\n");
  }

  @Test
  void exitInTheScriptEndsItWithThatStatus() throws Exception {
    assertThat(run("{'script':['exit 7','echo never']}").status()).isEqualTo(7);
  }

  @Test
  void aStageBeforeTheScriptThatFailsStopsTheBuild() throws Exception {
    for (String stage : new String[] {"before_install", "install", "before_script"}) {
      Run run = run("{'" + stage + "':['true','false'],'script':'echo never','after_script':'x'}");
      assertThat(run.status()).as(stage).isEqualTo(2);
      assertThat(run.output())
          .contains("The command \"false\" failed and exited with 1 during " + stage)
          .contains("travis_fold:start:" + stage + ".2\r")
          .doesNotContain("never");
    }
  }

  @Test
  void whatComesAfterChangesNothing() throws Exception {
    Run passed =
        run("{'script':'true','after_success':'echo good; false','after_failure':'echo bad'}");
    assertThat(passed.status()).isZero();
    assertThat(passed.output()).contains("\ngood\n").doesNotContain("\nbad\n");
    Run failed =
        run(
            "{'script':'false','after_success':'echo good','after_failure':['echo"
                + " bad'],'after_script':'echo end'}");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.output()).contains("\nbad\n", "\nend\n").doesNotContain("\ngood\n");
  }

  @Test
  void directoryAndVariablesLastFromCommandToCommand() throws Exception {
    Run run = run("{'before_script':['mkdir sub','cd sub','export A=b'],'script':'pwd; echo $A'}");
    assertThat(run.output()).contains("/build/example/app/sub\nb\n");
  }

  @Test
  void environmentInAllItsForms() throws Exception {
    Run run =
        run(
            "{'env':{'global':['A=1 B=\\\"two words\\\"',{'C':'it is'}],'matrix':'D=$A'},"
                + "'script':'echo $A-$B-$C-$D-$S'}",
            "[{'name':'S','value':'hidden','public':false}]");
    assertThat(run.output())
        .contains("1-two words-it is-1-hidden\n")
        .contains("$ export S=[secure]\n")
        .doesNotContain("S='hidden'");
  }

  @Test
  void quotesInACommandStayAsTheyAre() throws Exception {
    Run run = run("{'script':'echo \\u0027a  b\\u0027 $((1+1))'}");
    assertThat(run.output()).contains("$ echo 'a  b' $((1+1))\na  b 2\n");
  }

  @Test
  void configsThatNobodyUnderstands() {
    assertThatThrownBy(() -> run("{'script':{'a':1}}"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("script");
    assertThatThrownBy(() -> run("{'install':['a',['b']]}"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("install");
    assertThatThrownBy(() -> run("'text'")).isInstanceOf(InvalidConfigException.class);
    assertThatThrownBy(() -> run("{'env':{'A;rm':'x'}}"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("A;rm");
  }

  private Run run(String config) throws Exception {
    return run(config, "[]");
  }

  private Run run(String config, String variables) throws Exception {
    String payload =
        "{'repository':{'slug':'example/app'},'env_vars':%s,'config':%s}"
            .formatted(variables, config)
            .replace('\'', '"');
    String text = BuildScript.of(new ObjectMapper().readTree(payload));
    Path script = Files.writeString(home.resolve("build.sh"), text);
    ProcessBuilder builder =
        new ProcessBuilder("bash", script.toString()).redirectErrorStream(true);
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), output);
  }
}
