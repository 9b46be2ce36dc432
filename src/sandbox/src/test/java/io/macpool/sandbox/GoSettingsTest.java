package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.brain.BrainSettings;
import io.macpool.brain.JanitorSettings;
import io.macpool.operator.OperatorSettings;
import io.macpool.service.ServiceMain;
import io.macpool.service.setting.SettingEntry;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.worker.WorkerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every setting of the four Go programs beside ours, as docs/configuration/go-stack.md shows it.
 * Theirs are in a table of facts, ours come from the code: neither can be missing, and nothing may
 * differ without a reason.
 */
class GoSettingsTest {

  private static final Path DOCUMENT = Path.of("../../docs/configuration/go-stack.md");

  /**
   * A program of theirs.
   *
   * @param prefix of its variables
   * @param inner what stands between the prefix and the name, and in our names before it
   * @param alsoBare whether the name without the prefix counts there, too
   * @param settings how many it has
   */
  private record Program(
      String name,
      String prefix,
      String inner,
      boolean alsoBare,
      int settings,
      SettingsSpec ours) {}

  private record Theirs(
      String program, String name, String defaultValue, String meaning, String why) {}

  private static final SettingsSpec WORKER = ServiceMain.withCommonSettings(WorkerSettings.SPEC);
  private static final SettingsSpec OPERATOR =
      ServiceMain.withCommonSettings(OperatorSettings.SPEC);

  private static final List<Program> PROGRAMS =
      List.of(
          new Program("worker", "TRAVIS_WORKER_", "", true, 78, WORKER),
          new Program("jupiterbrain provider", "TRAVIS_WORKER_", "JUPITERBRAIN_", true, 14, WORKER),
          new Program(
              "jupiter-brain",
              "JUPITER_BRAIN_",
              "",
              false,
              23,
              ServiceMain.withCommonSettings(BrainSettings.SPEC)),
          new Program("vsphere-janitor", "VSPHERE_JANITOR_", "", true, 18, JanitorSettings.SPEC),
          new Program("worker-operator", "", "", true, 4, OPERATOR));

  /** What the Go broker reads without its prefix as well. */
  private static final Set<String> BARE_AT_THE_BROKER =
      Set.of(
          "VSPHERE_API_URL",
          "DATABASE_URL",
          "DATABASE_POOL_SIZE",
          "DEBUG",
          "SENTRY_DSN",
          "SENTRY_ENVIRONMENT",
          "LIBRATO_EMAIL",
          "LIBRATO_TOKEN",
          "LIBRATO_SOURCE");

  private static List<Theirs> theirs;

  @BeforeAll
  static void read() throws IOException {
    theirs = new ArrayList<>();
    try (InputStream in = GoSettingsTest.class.getResourceAsStream("/go-stack/settings.tsv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().skip(1).toList()) {
        String[] cells = line.split("\t", -1);
        theirs.add(new Theirs(cells[0], cells[1], cells[2], cells[3], cells[4]));
      }
    }
  }

  private static List<Theirs> of(Program program) {
    return theirs.stream().filter(one -> one.program().equals(program.name())).toList();
  }

  private static SettingEntry ours(Program program, Theirs one) {
    return program.ours().entries().stream()
        .filter(entry -> entry.name().equals(program.inner() + one.name()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("not known here: " + one));
  }

  /** Counted in the Go programs' sources: one left out here would be left out of the document. */
  @Test
  void noneOfTheirsIsLeftOut() {
    for (Program program : PROGRAMS) {
      assertThat(of(program)).as(program.name()).hasSize(program.settings());
      assertThat(of(program).stream().map(Theirs::name).distinct())
          .as(program.name())
          .hasSize(program.settings());
    }
  }

  @Test
  void eachIsReadUnderEachOfItsNames() {
    for (Program program : PROGRAMS) {
      for (Theirs one : of(program)) {
        List<String> variables = ours(program, one).variables();
        String bare = program.inner() + one.name();
        if (one.name().endsWith("_")) {
          continue; // a family: read in WorkerSettingsTest
        }
        if (program.name().equals("worker-operator")) {
          assertThat(variables).contains(bare);
          continue;
        }
        assertThat(variables).contains(program.prefix() + bare);
        if (program.alsoBare() || BARE_AT_THE_BROKER.contains(bare)) {
          assertThat(variables).as("%s of %s", bare, program.name()).contains(bare);
        }
      }
    }
  }

  @Test
  void whatDiffersHasAReason() {
    for (Program program : PROGRAMS) {
      for (Theirs one : of(program)) {
        SettingEntry entry = ours(program, one);
        boolean isSame =
            entry.isRetired()
                || (entry.isRequired() && one.defaultValue().equals("required"))
                || (!entry.isRequired()
                    && entry.defaultValue().orElse("").equals(one.defaultValue()))
                || one.defaultValue().equals("the machine's name");
        assertThat(isSame || !one.why().isBlank())
            .as("%s of %s: %s there, %s here", one.name(), one.program(), one, entry)
            .isTrue();
      }
    }
  }

  @Test
  void flagsAreTakenAsGoTakesThem() {
    var settings =
        JanitorSettings.SPEC.read(
            List.of("-u", "https://u:p@vc/sdk", "-p=/a", "-vsphere-vm-paths", "/b", "-O", "-z"),
            Map.of());
    assertThat(settings.get(JanitorSettings.VSPHERE_URL).reveal()).isEqualTo("https://u:p@vc/sdk");
    assertThat(settings.get(JanitorSettings.VSPHERE_VM_PATHS)).containsExactly("/a", "/b");
    assertThat(settings.get(JanitorSettings.ONCE)).isTrue();
    assertThat(settings.warnings()).singleElement().asString().contains("no effect");
  }

  @Test
  void whatCantBeTakenIsRefusedByName() {
    assertThatThrownBy(
            () ->
                WORKER.read(
                    List.of(),
                    Map.of(
                        "QUEUE_TYPE", "amqp,file",
                        "PROVIDER_NAME", "docker",
                        "UPDATE_IMAGES", "true")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("QUEUE_TYPE: \"amqp,file\" is not supported")
        .hasMessageContaining("PROVIDER_NAME: \"docker\" is none of jupiterbrain")
        .hasMessageContaining("UPDATE_IMAGES: is not supported: images belong to the broker");
  }

  /** Run with -Dmacpool.docs.write=true to write the document anew. */
  @Test
  void theDocumentShowsThemAll() throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            # Settings of the Go stack, and ours

            Written from a table of facts and from the code; a test holds it to both. Every \
            setting that the Go programs know is known here: *same*, *different*, with the \
            reason, or *retired*: taken with a warning that says what to do instead. A variable's \
            name without its prefix counts as it does there. Flags are the same names in lower \
            case with dashes; one dash does, and the janitor's letters work.

            """);
    for (Program program : PROGRAMS) {
      text.append("## ").append(program.name()).append("\n\n");
      text.append("| there | default | meaning | here |\n| --- | --- | --- | --- |\n");
      for (Theirs one : of(program)) {
        String name = program.prefix() + program.inner() + one.name();
        text.append("| `").append(name).append(one.name().endsWith("_") ? "KEY` | " : "` | ");
        text.append(one.defaultValue().isEmpty() ? "" : "`" + one.defaultValue() + "`");
        text.append(" | ").append(one.meaning()).append(" | ");
        text.append(standing(one, ours(program, one))).append(" |\n");
      }
      text.append('\n');
    }
    text.append("## Ours alone\n\nWhat no Go program knows; all of it may be left out.\n\n");
    text.append("| setting | default | meaning |\n| --- | --- | --- |\n");
    new LinkedHashMap<>(alone())
        .forEach(
            (variable, entry) ->
                text.append("| `")
                    .append(variable)
                    .append("` | ")
                    .append(entry.defaultValue().map(d -> "`" + d + "`").orElse(""))
                    .append(" | ")
                    .append(entry.description().replace("|", "\\|"))
                    .append(" |\n"));
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.writeString(DOCUMENT, text);
    }
    assertThat(DOCUMENT).hasContent(text.toString());
  }

  private static String standing(Theirs one, SettingEntry entry) {
    if (entry.isRetired()) {
      return "retired: " + entry.description();
    }
    if (one.why().isBlank()) {
      return "same";
    }
    Optional<String> other =
        entry.defaultValue().filter(value -> !value.equals(one.defaultValue()) && !value.isEmpty());
    return "different: " + one.why() + other.map(v -> " (default `" + v + "`)").orElse("");
  }

  /** By variable; none of them is required. */
  private static Map<String, SettingEntry> alone() {
    Map<String, SettingEntry> alone = new LinkedHashMap<>();
    for (Program program : PROGRAMS) {
      Set<String> known = new TreeSet<>();
      PROGRAMS.stream()
          .filter(other -> other.ours().equals(program.ours()))
          .forEach(other -> of(other).forEach(one -> known.add(other.inner() + one.name())));
      for (SettingEntry entry : program.ours().entries()) {
        if (!known.contains(entry.name()) && !entry.isRetired()) {
          assertThat(entry.isRequired()).as(entry.name()).isFalse();
          alone.putIfAbsent(entry.variables().get(0), entry);
        }
      }
    }
    return alone;
  }
}
