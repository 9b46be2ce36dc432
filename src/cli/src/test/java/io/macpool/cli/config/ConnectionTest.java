package io.macpool.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flags before the environment, that before the file; and no token to another broker. */
class ConnectionTest {

  private static final URI A = URI.create("http://a.example.com");
  private static final URI B = URI.create("http://b.example.com");

  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void writeFile() throws IOException {
    Path file = directory.resolve("macpool.yaml");
    Files.writeString(
        file,
        """
        current-context: a
        contexts:
          a: {url: "http://a.example.com", token: of-a}
          b: {url: "http://b.example.com", token-file: b.token}
        """);
    Files.writeString(directory.resolve("b.token"), "of-b\n");
    environment.put("MACPOOL_CONFIG", file.toString());
  }

  private String chosen(String url, String tokenFile, String context) {
    Connection connection =
        Connection.choose(
            environment,
            Optional.ofNullable(url),
            Optional.ofNullable(tokenFile).map(Path::of),
            Optional.ofNullable(context),
            warnings::add);
    return connection.endpoint().base() + " " + connection.endpoint().token().orElse("-");
  }

  @Test
  void theCurrentContextCountsWhereNothingElseIsNamed() {
    assertThat(chosen(null, null, null)).isEqualTo(A + " of-a");
    environment.put("MACPOOL_CONTEXT", "b");
    assertThat(chosen(null, null, null)).isEqualTo(B + " of-b");
    assertThat(chosen(null, null, "a")).isEqualTo(A + " of-a");
    assertThat(warnings).isNotEmpty().allMatch(text -> text.contains("chmod 600"));
  }

  @Test
  void theEnvironmentGoesBeforeTheFile() {
    environment.put("MACPOOL_TOKEN", "of-environment");
    assertThat(chosen(null, null, null)).isEqualTo(A + " of-environment");
    environment.put("MACPOOL_URL", "http://c.example.com");
    assertThat(chosen(null, null, null)).isEqualTo("http://c.example.com of-environment");
  }

  @Test
  void flagsGoBeforeAll() throws Exception {
    environment.put("MACPOOL_URL", "http://c.example.com");
    environment.put("MACPOOL_TOKEN", "of-environment");
    String file = Files.writeString(directory.resolve("t"), "of-flag").toString();
    assertThat(chosen(null, null, "b")).isEqualTo(B + " of-b");
    assertThat(chosen(null, file, "b")).isEqualTo(B + " of-flag");
    assertThat(chosen("http://d.example.com", null, null))
        .isEqualTo("http://d.example.com of-environment");
  }

  @Test
  void aContextsTokenGoesToItsOwnBrokerAlone() {
    assertThat(chosen("http://d.example.com", null, null)).isEqualTo("http://d.example.com -");
    assertThat(chosen("http://d.example.com", null, "a")).isEqualTo("http://d.example.com -");
    environment.put("MACPOOL_URL", "http://u@c.example.com");
    environment.put("MACPOOL_CONTEXT", "a");
    assertThat(chosen(null, null, null)).isEqualTo("http://c.example.com u");
  }

  @Test
  void whoNeedsNoFileIsNotHeldUpByABrokenOne() throws Exception {
    Files.writeString(directory.resolve("macpool.yaml"), "{");
    assertThat(chosen("http://d.example.com", null, null)).isEqualTo("http://d.example.com -");
    assertThatThrownBy(() -> chosen(null, null, null)).hasMessageContaining("is no YAML");
  }

  @Test
  void guestsAreLoggedInToAsTheContextSays() throws Exception {
    Context context =
        new Context(
            "a",
            A.toString(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Path.of("/key")),
            Optional.of("admin"),
            Optional.of(2222));
    SshOptions none = new SshOptions();
    assertThat(none.login(environment, Optional.of(context)))
        .isEqualTo(new Login(Optional.of(Path.of("/key")), "admin", 2222));
    environment.put("MACPOOL_SSH_USER", "ci");
    environment.put("MACPOOL_SSH_PORT", "22o");
    assertThatThrownBy(() -> none.login(environment, Optional.empty()))
        .hasMessageContaining("MACPOOL_SSH_PORT");
    environment.put("MACPOOL_SSH_PORT", "23");
    assertThat(none.login(environment, Optional.of(context)))
        .isEqualTo(new Login(Optional.of(Path.of("/key")), "ci", 23));
    assertThat(none.login(Map.of(), Optional.empty()))
        .isEqualTo(new Login(Optional.empty(), "travis", 22));
  }
}
