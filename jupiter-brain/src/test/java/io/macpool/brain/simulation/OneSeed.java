package io.macpool.brain.simulation;

import io.vertx.core.Vertx;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Plays one seed in a process of its own: {@code OneSeed SEED [FILE]}, all that happens to FILE.
 */
final class OneSeed {

  private OneSeed() {}

  public static void main(String[] args) throws IOException {
    Vertx vertx = Vertx.vertx();
    if (args.length > 1) {
      try (BufferedWriter file = Files.newBufferedWriter(Path.of(args[1]))) {
        play(args[0], vertx, line -> write(file, line));
      }
    } else {
      play(args[0], vertx, line -> {});
    }
    vertx.close();
  }

  private static void play(String seed, Vertx vertx, Consumer<String> whole) {
    System.out.println(
        new Simulation(Long.parseLong(seed), Simulation.ALL, Planted.NOTHING, vertx, whole)
            .run()
            .fingerprint());
  }

  private static void write(BufferedWriter file, String line) {
    try {
      file.write(line);
      file.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
