package io.macpool.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What is read without picocli is what picocli reads; all else is left to it. */
class PlainRunTest {

  private static final Map<String, String> ENVIRONMENT = Map.of("MACPOOL_URL", "http://x");

  private static Optional<RunCommand> plain(List<String> arguments) {
    return RunCommand.plain(
        ENVIRONMENT, new PrintWriter(new StringWriter()), arguments.toArray(new String[0]));
  }

  private static CommandLine picocli(List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(arguments);
    CommandLine line = Main.commandLine(ENVIRONMENT, "run");
    return line.parseArgs(all.toArray(new String[0])).subcommand().commandSpec().commandLine();
  }

  private static void assertSame(List<String> arguments) {
    RecursiveComparisonConfiguration fields =
        RecursiveComparisonConfiguration.builder()
            .withIgnoredFieldsMatchingRegexes("(.*\\.)?(spec|mixee|err)")
            .build();
    assertThat(plain(arguments))
        .as("%s", arguments)
        .get()
        .usingRecursiveComparison(fields)
        .isEqualTo(picocli(arguments).getCommandSpec().userObject());
  }

  private static String value(OptionSpec option) {
    return switch (option.paramLabel()) {
      case "N", "PORT" -> "4";
      case "SIZE" -> "8g";
      case "DURATION" -> "90s";
      case "NAME=VALUE" -> "A=b=c d";
      default -> "text";
    };
  }

  @Test
  void eachOptionIsReadAsPicocliReadsIt() {
    int read = 0;
    for (OptionSpec option : picocli(List.of("i", "--", "x")).getCommandSpec().options()) {
      if (option.usageHelp() || option.versionHelp()) {
        continue;
      }
      for (String name : option.names()) {
        List<String> arguments = new ArrayList<>(List.of("macos-15", name));
        if (option.arity().max() > 0) {
          arguments.add(value(option));
        }
        arguments.addAll(List.of("--", "sh", "-c", "echo --ram; @x", "--", ""));
        assertSame(arguments);
        read++;
      }
    }
    assertThat(read).isGreaterThan(15);
  }

  @Test
  void severalAreReadAsPicocliReadsThem() {
    assertSame(
        List.of(
            "-e",
            "A=1",
            "--cpus",
            "4",
            "macos-15",
            "--env",
            "B=2",
            "-t",
            "-e",
            "A=3",
            "--download",
            "a",
            "--download",
            "b",
            "--timeout",
            "1h",
            "--",
            "make"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "macos-15",
        "macos-15 --",
        "-- true",
        "macos-15 true",
        "macos-15 linux -- true",
        "macos-15 --ram=8g -- true",
        "macos-15 --ram -- true",
        "macos-15 --ram 8g --ram 9g -- true",
        "macos-15 -t --tty -- true",
        "macos-15 --cpus four -- true",
        "macos-15 --timeout soon -- true",
        "macos-15 -e A -- true",
        "macos-15 -eA=b -- true",
        "macos-15 --help -- true",
        "macos-15 --unknown x -- true",
      })
  void whatIsOfAnotherFormIsLeftToPicocli(String arguments) {
    assertThat(plain(arguments.isEmpty() ? List.of() : List.of(arguments.split(" ", -1))))
        .isEmpty();
  }

  /** Picocli would put a file's words in the place of one that begins with @. */
  @Test
  void aWordThatBeginsWithAnAtSignIsNoFile(@TempDir Path directory) throws Exception {
    String word = "@" + Files.writeString(directory.resolve("words"), "rm -rf");

    CommandLine line = picocli(List.of("macos-15", "--ram=8g", "--", "echo", word));

    assertThat(line.getCommandSpec().userObject())
        .extracting("command")
        .isEqualTo(List.of("echo", word));
  }
}
