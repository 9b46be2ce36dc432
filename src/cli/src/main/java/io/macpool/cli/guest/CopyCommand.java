package io.macpool.cli.guest;

import io.macpool.cli.config.Broker;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code macpool cp}. */
@Command(
    name = "cp",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a folder of an instance hold what one here holds, or the other way round; of a file,"
          + " puts it into the folder. Sends only what differs, and deletes nothing.",
      ""
    },
    footer = {
      "",
      "Paths in an instance begin at its user's home. Exit status 126: it did not arrive whole, 127:"
          + " the instance did not let us in.",
      "",
      "Examples:",
      "  macpool cp . 1b7e0d3c-1c3d-4b55-9d6c-0a1b2c3d4e5f:project",
      "  macpool cp 1b7e0d3c-1c3d-4b55-9d6c-0a1b2c3d4e5f:project/build out"
    })
public final class CopyCommand implements Callable<Integer> {

  private static final Duration BOOT = Duration.ofMinutes(1);
  private static final Pattern REMOTE = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*):(.*)");

  @Mixin private Broker broker;
  @Mixin private SshOptions ssh;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FROM", description = "PATH here, or ID:PATH there.")
  private String from;

  @Parameters(index = "1", paramLabel = "TO", description = "FOLDER here, or ID:FOLDER there.")
  private String to;

  @Override
  public Integer call() throws Exception {
    Matcher source = REMOTE.matcher(from);
    Matcher target = REMOTE.matcher(to);
    boolean up = target.matches();
    if (source.matches() == up) {
      throw new IllegalArgumentException(
          "one of both is in an instance: write it as ID:PATH; write a path here that has a colon as"
              + " ./PATH");
    }
    Matcher remote = up ? target : source;
    String id = remote.group(1);
    String path = remote.group(2).isEmpty() ? "." : remote.group(2);
    try (Broker pool = broker;
        GuestShell shell =
            GuestShell.open(pool.login(ssh), () -> pool.client().find(id).join(), BOOT)) {
      return copy(Transfer.over(shell), up, path);
    } catch (PoolException | CompletionException e) {
      Failures.say(spec.commandLine().getErr(), Failures.cause(e));
      return GuestShell.NOT_STARTED;
    }
  }

  private int copy(Transfer transfer, boolean up, String path) throws Exception {
    try {
      int files =
          up ? transfer.upload(Path.of(from), path) : transfer.download(path, Path.of(to), false);
      spec.commandLine().getErr().printf("macpool: %d files differed%n", files);
      return 0;
    } catch (PoolException e) {
      Failures.say(spec.commandLine().getErr(), e);
      return CommandEnd.LOST_STATUS;
    }
  }
}
