package io.macpool.cli.config;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.cli.screen.Screen;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The broker that a command speaks with; picocli fills it in, the command closes it. */
public final class Broker implements AutoCloseable {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The broker; its user part may be the token (MACPOOL_URL; else the context has it).")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file that holds the token (MACPOOL_TOKEN_FILE); else it is read from MACPOOL_TOKEN, or"
              + " the context has it.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description =
          "A context of ~/.config/macpool/config.yaml (MACPOOL_CONTEXT; default: the current one,"
              + " see macpool context).")
  private @Nullable String context;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec mixee;

  private @Nullable PrintWriter err;
  private final Map<String, String> environment;
  private @Nullable Connection connection;
  private Duration patience = Duration.ofSeconds(10);
  private @Nullable ScheduledExecutorService threads;
  private @Nullable ExecutorService calls;
  private @Nullable BrokerClient client;

  /** In a process whose environment is that. */
  public Broker(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * By arguments that need no parser.
   *
   * @param err where warnings go
   */
  public static Broker of(PlainArguments given, Map<String, String> environment, PrintWriter err) {
    Broker broker = new Broker(environment);
    broker.url = given.value("--url").orElse(null);
    broker.tokenFile = given.value("--token-file").map(Path::of).orElse(null);
    broker.context = given.value("--context").orElse(null);
    broker.err = err;
    return broker;
  }

  /** How long an answer is waited for; at first a person waits, and is told soon. */
  public Broker patience(Duration time) {
    patience = time;
    return this;
  }

  /** What another process has to find in its environment to speak with the same broker. */
  public Map<String, String> handedOn() {
    Connection chosen = connection();
    Map<String, String> handed = new LinkedHashMap<>();
    if (!chosen.url().equals(environment.get("MACPOOL_URL"))) {
      handed.put("MACPOOL_URL", chosen.url());
    }
    chosen
        .tokenFile()
        .ifPresent(file -> handed.put("MACPOOL_TOKEN_FILE", file.toAbsolutePath().toString()));
    chosen
        .context()
        .ifPresent(
            named -> {
              // Not the token itself: environments are shown to others too often.
              handed.put("MACPOOL_CONTEXT", named.name());
              handed.put("MACPOOL_CONFIG", ConfigFile.path(environment).toString());
            });
    return handed;
  }

  /**
   * How the broker's guests are logged in to.
   *
   * @throws IllegalArgumentException if the configuration can't be used
   */
  public Login login(SshOptions ssh) {
    return ssh.login(environment, connection().context());
  }

  /**
   * Loads what the client needs, in the thread of the caller; what fails here is told by who needs
   * it.
   */
  public void warmUp() {
    try {
      BrokerClient.warmUp(connection().endpoint());
    } catch (IllegalArgumentException e) {
      return;
    }
  }

  /**
   * The client, made at the first call.
   *
   * @throws IllegalArgumentException if nothing, or something unusable, names the broker
   */
  public BrokerClient client() {
    if (client == null) {
      BrokerEndpoint endpoint = connection().endpoint();
      threads = Executors.newScheduledThreadPool(2, Broker::daemon);
      calls = Executors.newCachedThreadPool(Broker::daemon);
      client =
          BrokerClient.forFewCalls(
              endpoint,
              new RetryPolicy(patience, Duration.ofMillis(250), Duration.ofSeconds(2)),
              calls,
              threads);
    }
    return client;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "broker");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Asks the broker nothing.
   *
   * @throws IllegalArgumentException if nothing, or something unusable, names the broker
   */
  public void check() {
    BrokerEndpoint unused = connection().endpoint();
  }

  private synchronized Connection connection() {
    if (connection == null) {
      connection =
          Connection.choose(
              environment,
              Optional.ofNullable(url),
              Optional.ofNullable(tokenFile),
              Optional.ofNullable(context),
              warning -> {
                err().println("macpool: " + warning);
                err().flush();
              });
    }
    return connection;
  }

  private PrintWriter err() {
    return err == null ? Objects.requireNonNull(mixee).commandLine().getErr() : err;
  }

  /** Where standard output goes. */
  public Screen screen() {
    return Screen.now(environment);
  }

  /** Times what recurs; to be asked for once the client is there. */
  public ScheduledExecutorService threads() {
    return Objects.requireNonNull(threads, "the client is there");
  }

  /** Its address without the token. */
  @Override
  public String toString() {
    return connection().endpoint().toString();
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
    if (calls != null) {
      calls.shutdownNow();
    }
  }
}
