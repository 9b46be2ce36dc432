package io.macpool.sandbox;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./sandbox submit}: jobs for a sandbox that another process keeps up. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Runs job payloads (JSON) on the sandbox that is up, and prints what they logged and how they"
          + " ended. Until then it takes all results from the sandbox's queues.",
      ""
    },
    footer = {"", "Example:", "  ./sandbox submit my-job.json"})
final class Submit implements Callable<Integer> {

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "A job's payload.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--info",
      paramLabel = "FILE",
      description =
          "What the sandbox wrote by its own --info (default: the one that ./sandbox of this"
              + " checkout started last).")
  private @Nullable Path info;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = SandboxOptions.DurationConverter.class,
      description = "Jobs not ended by then count as lost (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration deadline;

  @Override
  public Integer call() throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Progress progress = CommandLineTool.progress(out);
    io.macpool.service.Logs.silence();
    Optional<Path> file = info == null ? SandboxInfo.runningFile() : Optional.of(info);
    if (file.isEmpty() || !Files.exists(file.get())) {
      System.err.println(noSandbox("submit", file));
      return 2;
    }
    return CommandLineTool.endedBySignals("submit", progress, () -> run(file.get(), progress, out));
  }

  static String noSandbox(String command, Optional<Path> file) {
    return "%s: no sandbox is up%s: start one by ./sandbox, in another terminal"
        .formatted(command, file.map(path -> " (there is no " + path + ")").orElse(""));
  }

  private int run(Path file, Progress progress, PrintStream out) throws Exception {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException("another submit waits for results, which go to one reader at a time");
      }
      List<JobSample> samples = JobSample.fromFiles(files, progress);
      return samples.isEmpty() ? 1 : run(SandboxInfo.read(file), samples, progress, out);
    }
  }

  private int run(SandboxInfo sandbox, List<JobSample> samples, Progress progress, PrintStream out)
      throws InterruptedException {
    // Workers take a second job with an id that they know for a repetition.
    long firstId = Instant.now().toEpochMilli();
    try (Scheduler scheduler =
        Scheduler.connect(URI.create(sandbox.amqpUri()), sandbox.queue(), firstId, progress::say)) {
      scheduler.publish(samples);
      JobBoard board = scheduler.board();
      boolean inTime = new JobWatch(board, progress, OptionalInt::empty).untilEnded(deadline);
      board.entries().forEach(job -> JobWatch.printLog(job, out));
      boolean good = inTime && board.entries().stream().allMatch(JobBoard.Entry::asExpected);
      return good && samples.size() == files.size() ? 0 : 1;
    }
  }
}
