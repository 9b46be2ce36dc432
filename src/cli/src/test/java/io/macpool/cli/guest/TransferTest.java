package io.macpool.cli.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that is a folder: its shell, tar and checksums are this machine's. */
class TransferTest {

  private static final String ODD = "a b'\"$x\\ü\n.txt";

  @TempDir private Path here;
  @TempDir private Path guest;
  private final List<List<String>> refused = new ArrayList<>();
  private Transfer transfer;

  @BeforeEach
  void makeTransfer() {
    transfer = new Transfer(words -> new ProcessBuilder(words).directory(guest.toFile()));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void aFolderArrivesWithAllThatIsInIt() throws Exception {
    write(here.resolve("src/Main.java"), "main");
    write(here.resolve(ODD), "odd");
    write(here.resolve("run.sh"), "#!/bin/sh");
    assertThat(here.resolve("run.sh").toFile().setExecutable(true)).isTrue();
    Files.createDirectories(here.resolve("empty/deep"));
    Files.createSymbolicLink(here.resolve("link"), Path.of("src"));

    assertThat(transfer.upload(here, "./project")).isEqualTo(3);
    Path there = guest.resolve("project");
    assertThat(there.resolve("src/Main.java")).hasContent("main");
    assertThat(there.resolve(ODD)).hasContent("odd");
    assertThat(there.resolve("run.sh")).isExecutable();
    assertThat(there.resolve("empty/deep")).isEmptyDirectory();
    assertThat(Files.readSymbolicLink(there.resolve("link"))).isEqualTo(Path.of("src"));
  }

  @Test
  void onlyWhatDiffersIsSentAgainAndNothingIsDeleted() throws Exception {
    write(here.resolve("same"), "same");
    write(here.resolve("changed"), "one");
    transfer.upload(here, "project");
    write(guest.resolve("project/theirs"), "theirs");
    write(here.resolve("changed"), "two");

    assertThat(transfer.upload(here, "project")).isEqualTo(1);
    assertThat(guest.resolve("project/changed")).hasContent("two");
    assertThat(guest.resolve("project/theirs")).exists();
    assertThat(transfer.upload(here, "project")).isZero();
  }

  /** Eleven gigabytes that take no room; nobody reads them. */
  @Test
  void whatIsTooMuchIsRefusedBeforeAnythingIsSent() throws Exception {
    write(here.resolve("small"), "small");
    try (RandomAccessFile file = new RandomAccessFile(here.resolve("huge").toFile(), "rw")) {
      file.setLength(11L << 30);
    }

    assertThatThrownBy(() -> transfer.upload(here, "project"))
        .isInstanceOf(PoolException.class)
        .hasMessageContaining("is too much to copy: 100000 files and 10 GB at most");
    assertThat(guest.resolve("project")).doesNotExist();
  }

  @Test
  void aFolderComesBackUnderItsName() throws Exception {
    write(guest.resolve("project/build/out/app"), "app");
    write(guest.resolve("project/build/-n"), "dash");
    write(here.resolve("build/old"), "old");

    assertThat(transfer.download("project/build", here, true)).isEqualTo(2);
    assertThat(here.resolve("build/out/app")).hasContent("app");
    assertThat(here.resolve("build/-n")).hasContent("dash");
    assertThat(here.resolve("build/old")).exists();
    assertThat(transfer.download("project/build", here, true)).isZero();
    write(guest.resolve("project/build/out/app"), "new");
    assertThat(transfer.download("project/build", here.resolve("build"), false)).isEqualTo(1);
    assertThat(here.resolve("build/out/app")).hasContent("new");
  }

  @Test
  void aSingleFileGoesBothWays() throws Exception {
    write(here.resolve("a.txt"), "a");
    assertThat(transfer.upload(here.resolve("a.txt"), "in")).isEqualTo(1);
    assertThat(guest.resolve("in/a.txt")).hasContent("a");
    write(guest.resolve("out/b.txt"), "b");
    assertThat(transfer.download("out/b.txt", here, true)).isEqualTo(1);
    assertThat(here.resolve("b.txt")).hasContent("b");
  }

  @Test
  void whatIsNotThereIsTold() {
    assertThatThrownBy(() -> transfer.download("nothing", here, true))
        .hasMessage("the guest has no nothing to download");
    assertThatThrownBy(() -> transfer.upload(here.resolve("nothing"), "x"))
        .hasMessageContaining("to upload");
  }

  /** The guest may be anybody's: it names what it likes, and sends what it likes. */
  @Test
  void aGuestCanWriteNothingOutsideTheFolder() throws Exception {
    Path outside = Files.createDirectory(here.resolve("outside"));
    Path folder = Files.createDirectory(here.resolve("folder"));
    Files.createDirectory(guest.resolve("d"));
    Files.writeString(guest.resolve("evil"), "evil");
    String sends =
        "ln -s %s link; tar -c -f a.tar link; rm link; mkdir link; cp evil link/evil;"
                .formatted(outside)
            + "tar -r -f a.tar link/evil; tar -r -P -f a.tar --transform 's,^evil,../evil,' evil;"
            + "cat a.tar";
    Transfer fooled =
        new Transfer(
            words ->
                new ProcessBuilder(
                        words.get(2).contains("sha256sum") ? words : List.of("sh", "-c", sends))
                    .directory(guest.toFile()));

    assertThatThrownBy(() -> fooled.download("d", folder, false)).isInstanceOf(PoolException.class);
    assertThat(outside).isEmptyDirectory();
    assertThat(here.resolve("evil")).doesNotExist();
  }

  @Test
  void aChannelThatIsRefusedIsTriedAgain() throws Exception {
    write(here.resolve("a"), "a");
    Transfer flaky =
        new Transfer(
            words -> {
              boolean first = refused.stream().noneMatch(words::equals);
              refused.add(words);
              return new ProcessBuilder(first ? List.of("sh", "-c", "exit 255") : words)
                  .directory(guest.toFile());
            });

    assertThat(flaky.upload(here, "x")).isEqualTo(1);
    assertThat(guest.resolve("x/a")).hasContent("a");
    assertThat(flaky.download("x", here.resolve("back"), true)).isEqualTo(1);
  }
}
