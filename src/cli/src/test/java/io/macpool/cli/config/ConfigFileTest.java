package io.macpool.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {

  private static final String TWO =
      """
      # Where the Macs are.
      current-context: production
      contexts:
        production:
          url: https://jupiter-brain.example.com
          token-file: production.token
          ssh-key: ~/keys/macpool
        lab:
          url: http://127.0.0.1:42161
          token: s3cret
          ssh-user: admin
          ssh-port: 2222
      """;

  @TempDir private Path home;
  private Path file;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void makeFolder() throws IOException {
    file = Files.createDirectories(home.resolve(".config/macpool")).resolve("config.yaml");
  }

  private Map<String, String> environment() {
    return Map.of("HOME", home.toString());
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private int run(String... arguments) {
    return Main.commandLine(environment(), arguments)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void contextsAreReadWithFilesBesideIt() throws Exception {
    write(TWO);
    ConfigFile read = ConfigFile.read(environment()).orElseThrow();

    assertThat(read.warning()).isEmpty();
    assertThat(read.context(Optional.empty()))
        .contains(
            new Context(
                "production",
                "https://jupiter-brain.example.com",
                Optional.empty(),
                Optional.of(file.resolveSibling("production.token")),
                Optional.of(home.resolve("keys/macpool")),
                Optional.empty(),
                Optional.empty()));
    Context lab = read.context(Optional.of("lab")).orElseThrow();
    assertThat(lab.sshPort()).contains(2222);
    assertThat(lab.sshUser()).contains("admin");
    assertThat(lab.toString()).doesNotContain("s3cret");
  }

  @Test
  void allThatIsWrongIsToldAtOnceAndNoToken() throws Exception {
    write(
        """
        current-context: prod
        contexts:
          production:
            url: ftp://nowhere
            tokenfile: x
          lab:
            token: s3cret
            token-file: x
            ssh-port: 70000
        """);
    assertThatThrownBy(() -> ConfigFile.read(environment()))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("contexts.production.url must begin with http:// or https://")
        .hasMessageContaining("contexts.production.tokenfile is not known here")
        .hasMessageContaining("contexts.lab.url: name the broker")
        .hasMessageContaining("contexts.lab: give token or token-file, not both")
        .hasMessageContaining("contexts.lab.ssh-port: give a number from 1 to 65535")
        .hasMessageContaining(
            "current-context: there is no context prod; there are: lab, production")
        .hasMessageNotContaining("s3cret");
    write("contexts:\n  lab: [s3cret\n");
    assertThatThrownBy(() -> ConfigFile.read(environment()))
        .hasMessageContaining("is no YAML: see line")
        .hasMessageNotContaining("s3cret");
    write("");
    assertThatThrownBy(() -> ConfigFile.read(environment())).hasMessageContaining("contexts");
  }

  @Test
  void aTokenThatOthersCanReadIsToldAndAllGoesOn() throws Exception {
    write(TWO);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(run("context")).isZero();
    assertThat(err.toString()).contains("others can read it: chmod 600 " + file);
    write(TWO.replace("    token: s3cret\n", ""));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(ConfigFile.read(environment()).orElseThrow().warning()).isEmpty();
  }

  @Test
  void contextsAreListedAndOneIsMadeCurrentWithoutTouchingTheRest() throws Exception {
    write(TWO);

    assertThat(run("context")).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            CURRENT  NAME        URL
            -        lab         http://127.0.0.1:42161
            *        production  https://jupiter-brain.example.com
            """);
    assertThat(run("context", "lab")).isZero();
    assertThat(file).hasContent(TWO.replace("current-context: production", "current-context: lab"));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(run("context", "nowhere")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no context nowhere").contains("lab, production");
  }

  @Test
  void withoutAFileItIsToldWhereItWouldBe() {
    assertThat(run("context")).isEqualTo(1);
    assertThat(run("hosts", "--context", "lab")).isEqualTo(1);
    assertThat(run("hosts")).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(3).allMatch(line -> line.contains(file.toString()));
  }
}
