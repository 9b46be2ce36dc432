package io.macpool.worker.buildtrace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A file a job, {@code ID.trace}, in a directory that is made when it is needed. */
record TraceDirectory(Path directory, Executor blocking) implements BuildTraces {

  @Override
  public CompletableFuture<Void> keep(long jobId, byte[] trace) {
    return CompletableFuture.runAsync(() -> write(jobId, trace), blocking);
  }

  private void write(long jobId, byte[] trace) {
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(jobId + ".trace"), trace);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write a trace to " + directory, e);
    }
  }
}
