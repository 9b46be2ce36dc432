package io.macpool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Documents;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that shows one of the broker's lists.
 *
 * @param <T> what the list holds
 */
abstract class Look<T> implements Callable<Integer> {

  /** How to show it. */
  enum Format {
    TABLE,
    JSON
  }

  @Mixin private Broker broker;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Spec private CommandSpec spec;

  /** Asks the broker. */
  abstract CompletableFuture<List<T>> ask(BrokerClient client);

  /** What a person reads. */
  abstract String text(List<T> found);

  @Override
  public Integer call() throws JsonProcessingException {
    try (Broker pool = broker) {
      List<T> found = ask(pool.client()).join();
      PrintWriter out = spec.commandLine().getOut();
      if (format == Format.JSON) {
        out.println(
            BrokerJson.mapper()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(new Documents.Data<>(found)));
      } else {
        out.print(text(found));
      }
      out.flush();
      return 0;
    }
  }
}
