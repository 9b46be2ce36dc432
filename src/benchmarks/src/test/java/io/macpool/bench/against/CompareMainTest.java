package io.macpool.bench.against;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareMainTest {

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String file(String name, double value) throws IOException {
    String json = "{\"measurements\": [{\"name\": \"part.one\", \"value\": " + value + "}]}";
    return Files.writeString(directory.resolve(name), json).toString();
  }

  private int compare(String ranges, String... more) throws IOException {
    String[] arguments = {
      "--ours", file("ours-1", 10), "--theirs", file("theirs-1", 20),
      "--theirs", file("theirs-2", 20), "--ours", file("ours-2", 30),
      "--ranges", Files.writeString(directory.resolve("ranges"), ranges).toString()
    };
    CommandLine command = new CommandLine(new CompareMain(new PrintStream(out, true, UTF_8)));
    return command.execute(
        Stream.of(arguments, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void endsWithOneIfARatioIsOutsideItsRange() throws IOException {
    assertThat(compare("part.one - 0.6")).isZero();
    assertThat(compare("part.one - 0.4")).isEqualTo(1);
    assertThat(out.toString(UTF_8))
        .containsPattern("part\\.one +10\\.0 +20\\.0 +0\\.50 +0\\.50 to 1\\.50 +<= 0\\.6\\s")
        .containsPattern("part\\.one +10\\.0 +20\\.0 +0\\.50 +0\\.50 to 1\\.50 +<= 0\\.4 +OUTSIDE");
  }

  @Test
  void aRoundMayHaveSeveralFiles() throws IOException {
    String more =
        Files.writeString(
                directory.resolve("more"),
                "{\"measurements\": [{\"name\": \"other.two\", \"value\": 3}]}")
            .toString();
    assertThat(
            compare(
                "other.two 1 1",
                "--ours",
                file("ours-3", 1) + "," + more,
                "--theirs",
                file("theirs-3", 1) + "," + more))
        .isZero();
  }

  @Test
  void whatWasNotAskedForNeedNotBeThere() throws IOException {
    assertThat(compare("other.two - 1")).isEqualTo(1);
    assertThat(compare("other.two - 1", "--part", "part")).isZero();
    assertThat(compare("other.two - 1", "--part", "other")).isEqualTo(1);
  }
}
