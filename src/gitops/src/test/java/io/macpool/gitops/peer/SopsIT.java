package io.macpool.gitops.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that the real SOPS encrypted, as the check judges them and as Flux opens them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SopsIT {

  private static final String STAGING = "macstadium-staging";
  private static final String REGEX = "^(data|stringData)$";
  private static final Path FILE = Path.of("releases", STAGING, "worker-more.yaml");
  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata:
          name: worker-more
          namespace: macstadium-staging
      type: Opaque
      stringData:
          TRAVIS_WORKER_AMQP_URI: amqps://worker:hunter2@rabbit/vhost
      """;

  @TempDir private static Path directory;

  private RealTools real;
  private String key;
  private String recipient;
  private String foreign;
  private DeployTree tree;

  @BeforeAll
  void start() throws Exception {
    real = RealTools.start();
    JsonNode own = real.told(RealTools.question("keygen"));
    key = own.get("key").asText();
    recipient = own.get("recipient").asText();
    foreign = real.told(RealTools.question("keygen")).get("recipient").asText();
    RepositoryTree.copyTo(directory);
    Path rules = directory.resolve("releases/.sops.yaml");
    Files.writeString(
        rules,
        Files.readString(rules).replace("age1REPLACE-WITH-THE-PUBLIC-KEY-OF-STAGING", recipient));
    Path list = directory.resolve("releases/" + STAGING + "/kustomization.yaml");
    Files.writeString(list, Files.readString(list) + "  - worker-more.yaml\n");
    tree = DeployTree.read(directory);
  }

  @AfterAll
  void end() throws Exception {
    if (real != null) {
      real.close();
    }
  }

  @Test
  void whatSopsEncryptsHoldsAndIsWhatFluxApplies() throws Exception {
    String closed = encrypt(SECRET, recipient);

    assertThat(check(closed)).isEmpty();
    assertThat(open(closed)).isEqualTo(YamlReader.read(SECRET).get(0).content());
    assertThat(applied(closed)).isEqualTo(YamlReader.read(SECRET).get(0).content());
  }

  /** SOPS leaves what is empty readable, and that is no secret. */
  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "null", "[]", "{}"})
  void whatIsEmptyStaysReadableAndHolds(String empty) throws Exception {
    String closed = encrypt(SECRET + "    MORE: " + empty + "\n", recipient);

    assertThat(closed).contains("MORE: " + empty);
    assertThat(check(closed)).extracting(Problem::rule).doesNotContain("no-clear-secrets");
  }

  @Test
  void aForeignRecipientBesideOursIsRefused() throws Exception {
    String closed = encrypt(SECRET, recipient + "," + foreign);

    assertThat(check(closed))
        .singleElement()
        .extracting(Problem::toString)
        .asString()
        .contains("opens for", foreign, "sops updatekeys");
  }

  @Test
  void aForeignRecipientAloneIsRefusedAndFluxCannotOpenIt() throws Exception {
    String closed = encrypt(SECRET, foreign);

    assertThat(check(closed)).extracting(Problem::rule).containsExactly("no-clear-secrets");
    assertThat(
            real.ask(RealTools.question("decrypt").put("text", closed).put("key", key))
                .path("error")
                .asText())
        .contains("does not open the file");
  }

  @Test
  void aPasswordInAnAnnotationIsLeftInClearTextAndRefused() throws Exception {
    String closed =
        encrypt(
            SECRET.replace(
                "    namespace:",
                "    annotations:\n        note: amqps://a:b@c/d\n    namespace:"),
            recipient);

    assertThat(closed).contains("amqps://a:b@c/d");
    assertThat(check(closed)).extracting(Problem::rule).containsExactly("no-clear-secrets");
  }

  /** A value that a person wrote into the encrypted file by hand. */
  @Test
  void aValueInClearTextAmongEncryptedOnesIsRefusedHereAndBySops() throws Exception {
    String closed = encrypt(SECRET, recipient);
    String changed = closed.replace("stringData:\n", "stringData:\n    MORE: hunter2\n");

    assertThat(check(changed)).extracting(Problem::rule).containsExactly("no-clear-secrets");
    JsonNode opened = real.ask(RealTools.question("decrypt").put("text", changed).put("key", key));
    assertThat(opened.has("error")).isTrue();
  }

  /** SOPS encrypts a number as one, and the API refuses it once it is open. */
  @ParameterizedTest
  @ValueSource(strings = {"8080", "true", "1.5"})
  void whatIsNoTextIsRefused(String value) {
    String closed = encrypt(SECRET + "    PORT: " + value + "\n", recipient);

    assertThat(check(closed))
        .singleElement()
        .extracting(Problem::toString)
        .asString()
        .contains("\"PORT\" was no text");
  }

  /** SOPS computes its checksum without the keys, so it opens a file whose keys were spoilt. */
  @Test
  void aKeyThatTheApiRefusesIsRefused() {
    String closed = encrypt(SECRET.replace("AMQP_URI", "AMQP URI"), recipient);

    assertThat(check(closed))
        .singleElement()
        .extracting(Problem::toString)
        .asString()
        .contains("AMQP URI\" is no key");
  }

  /** Where Flux is not told to decrypt, it applies the cipher text. */
  @Test
  void aSecretThatNothingDecryptsIsRefused() throws Exception {
    Path hardware = Path.of("releases", STAGING, "hardware", "secret.yaml");
    DeployTree spoilt = tree.with(STAGING, SourceFile.of(hardware, encrypt(SECRET, recipient)));

    assertThat(new Checker().check(spoilt, RepositoryTree.ran(tree)))
        .extracting(Problem::toString)
        .anyMatch(told -> told.contains("encrypted Secrets would be applied as they are"));
  }

  private String encrypt(String text, String recipients) {
    return real.told(
            RealTools.question("encrypt")
                .put("text", text)
                .put("recipients", recipients)
                .put("regex", REGEX))
        .get("text")
        .asText();
  }

  private JsonNode open(String text) throws Exception {
    String opened =
        real.told(RealTools.question("decrypt").put("text", text).put("key", key))
            .get("text")
            .asText();
    return YamlReader.read(opened).get(0).content();
  }

  /** What Flux makes of the file in its directory, with the key that the cluster has. */
  private JsonNode applied(String text) throws Exception {
    Path file = directory.resolve(FILE);
    Files.writeString(file, text);
    try {
      JsonNode kustomization =
          tree.environment(STAGING).orElseThrow().documents("Kustomization").stream()
              .map(at -> at.document().content())
              .filter(content -> content.at("/metadata/name").asText().equals(STAGING))
              .findFirst()
              .orElseThrow();
      ObjectNode question =
          RealTools.question("build")
              .put("root", directory.toString())
              .put("key", key)
              .set("kustomization", kustomization);
      for (JsonNode object : real.told(question).get("objects")) {
        if (object.path("kind").asText().equals("Secret")) {
          return object;
        }
      }
      throw new AssertionError("no Secret is applied");
    } finally {
      Files.delete(file);
    }
  }

  private List<Problem> check(String text) {
    return new Checker()
        .check(tree.with(STAGING, SourceFile.of(FILE, text)), RepositoryTree.ran(tree));
  }
}
