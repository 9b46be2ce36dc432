package io.macpool.cli.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Documents;
import io.macpool.cli.config.Broker;
import io.macpool.cli.screen.LiveView;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
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
abstract class ListCommand<T> implements Callable<Integer> {

  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** How to show it. */
  enum Format {
    TABLE,
    /** A table with all that is known. */
    WIDE,
    JSON,
    YAML
  }

  @Mixin private Broker broker;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Format format;

  @Option(
      names = {"-w", "--watch"},
      description =
          "Look again every two seconds: on a terminal in place, elsewhere when it has changed.")
  private boolean watch;

  @Spec private CommandSpec spec;

  /** Asks the broker. */
  abstract CompletableFuture<List<T>> ask(BrokerClient client);

  /** What a person reads. */
  abstract String text(List<T> found, boolean wide);

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Broker pool = broker) {
      BrokerClient client = pool.client();
      if (watch) {
        new LiveView(out, spec.commandLine().getErr(), pool::screen, PAUSE)
            .run(() -> written(ask(client).join()));
      } else {
        String text = written(ask(client).join());
        out.print(format == Format.TABLE ? pool.screen().fit(text) : text);
        out.flush();
      }
      return 0;
    }
  }

  private String written(List<T> found) {
    Documents.Data<T> document = new Documents.Data<>(found);
    try {
      return switch (format) {
        case TABLE -> text(found, false);
        case WIDE -> text(found, true);
        case JSON ->
            BrokerJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(document)
                + System.lineSeparator();
        case YAML ->
            new YAMLMapper(
                    YAMLFactory.builder()
                        // More than one in a row are documents of one stream.
                        .configure(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, watch)
                        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                        .build())
                .writeValueAsString(BrokerJson.mapper().<JsonNode>valueToTree(document));
      };
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("what the broker said can't be written", e);
    }
  }
}
