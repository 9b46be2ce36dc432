package io.macpool.console;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.BrokerEvents;
import io.macpool.broker.Instance;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.console.access.Access;
import io.macpool.console.access.RateLimit;
import io.macpool.console.access.TrustedProxies;
import io.macpool.console.access.ViewerSessions;
import io.macpool.console.forecast.ForecastLog;
import io.macpool.console.history.HistoryStore;
import io.macpool.console.jobs.JobHistory;
import io.macpool.console.jobs.JobState;
import io.macpool.console.jobs.WorkLog;
import io.macpool.console.page.JobPages;
import io.macpool.console.queue.JobFeed;
import io.macpool.console.watch.BrokerQuestions;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.Poller;
import io.macpool.console.watch.PoolHistory;
import io.macpool.console.watch.PoolNews;
import io.macpool.console.watch.QueueForecast;
import io.macpool.core.Observed.Known;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.SteadyClock;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.AdminServer;
import io.macpool.service.http.ConnectionLimits;
import io.macpool.service.http.EventLoops;
import io.macpool.service.http.Health;
import io.macpool.service.http.HttpListener;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A running console. Closing it frees its ports; nobody else notices. */
public final class Console implements AutoCloseable {

  private static final int SHORTEST_TOKEN = 16;
  private static final int MOST_RECORDS = 200_000;
  private static final int MOST_JOBS = 5_000;

  /** A page is three requests; programs may ask more often than people. */
  private static final int REQUESTS_AT_ONCE = 200;

  private static final double REQUESTS_PER_SECOND = 20;

  /** Above a broker's usual pause, and so short that a viewer hears of it within ten seconds. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

  private static final Duration BELIEVED = Duration.ofSeconds(4);
  private static final Duration KEEP_EVERY = Duration.ofMinutes(1);
  private static final Duration TAKEN_IN_EVERY = Duration.ofMillis(100);
  private static final Duration KUBERNETES_INTERVAL = Duration.ofSeconds(5);

  private final Resources resources = new Resources();
  private int port;
  private int adminPort;

  private Console() {}

  /**
   * Starts to listen and to ask; returns before anybody has answered.
   *
   * @throws SettingsException naming every setting whose value can't be used
   * @throws IllegalStateException if an address can't be listened on
   */
  public static Console start(Settings settings) {
    Console console = new Console();
    try {
      console.begin(settings);
      return console;
    } catch (RuntimeException e) {
      console.close();
      throw e;
    }
  }

  /** The port of the pages. */
  public int port() {
    return port;
  }

  /** The port of health and metrics. */
  public int adminPort() {
    return adminPort;
  }

  private void begin(Settings settings) {
    BrokerEndpoint endpoint = endpoint(settings.get(ConsoleSettings.BROKER_URL));
    Secret token = settings.get(ConsoleSettings.TOKEN);
    if (token.reveal().length() < SHORTEST_TOKEN) {
      throw new SettingsException(
          List.of(
              ConsoleSettings.TOKEN.flag()
                  + ": is shorter than "
                  + SHORTEST_TOKEN
                  + " characters"));
    }
    Clock clock = SteadyClock.begin();
    PrometheusMeterRegistry meters = Metrics.registry();
    resources.own("meters", meters::close);
    // Closed after all that hands work to them.
    Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
    ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, threads("watch"));
    resources.own("timer", timer::shutdownNow);
    ScheduledExecutorService answers = Executors.newScheduledThreadPool(2, threads("answers"));
    resources.own("answers", answers::shutdownNow);
    BrokerClient client =
        new BrokerClient(
                endpoint,
                new RetryPolicy(Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(100)),
                answers,
                answers)
            .readingWithin(ANSWER_WITHIN);
    Poller<BrokerState> broker =
        new Poller<>(
            "the broker at " + endpoint,
            new BrokerQuestions(client)::ask,
            settings.get(ConsoleSettings.POLL_INTERVAL),
            BELIEVED,
            clock,
            timer);
    follow(endpoint, broker, answers, timer, clock);
    Optional<Poller<ClusterState>> clusters =
        KubernetesQuestions.of(settings, answers)
            .map(
                questions ->
                    new Poller<>(
                        "the Kubernetes API",
                        questions::ask,
                        KUBERNETES_INTERVAL,
                        BELIEVED.plus(KUBERNETES_INTERVAL),
                        clock,
                        timer));
    Duration kept = settings.get(ConsoleSettings.HISTORY);
    PoolHistory history =
        new PoolHistory(
            kept.compareTo(HistoryStore.EXACT) < 0 ? kept : HistoryStore.EXACT,
            MOST_RECORDS,
            clock.instant());
    WorkLog work = new WorkLog();
    ForecastLog forecasts = new ForecastLog();
    JobHistory jobs =
        new JobHistory(
            MOST_JOBS,
            (before, told) -> {
              work.hear(before, told);
              judge(forecasts, before, told);
            });
    HistoryKeeper keeper =
        resources.own(
            "history",
            new HistoryKeeper(
                database(settings),
                new HistoryKeeper.Sources(history, jobs, work, forecasts),
                kept,
                MOST_RECORDS,
                MOST_JOBS,
                clock));
    broker.onAnswer(
        seen ->
            seen.now()
                .toOptional()
                .filter(state -> keeper.isSettled())
                .ifPresent(state -> history.observe(state, clock.instant())));
    QueueForecast forecast = new QueueForecast(history, jobs, forecasts);
    clusters.ifPresent(
        poller ->
            poller.onAnswer(
                seen ->
                    seen.now()
                        .toOptional()
                        .ifPresent(
                            state ->
                                answers.execute(
                                    () ->
                                        forecast.tell(
                                            state,
                                            broker.current().last().map(Known::value),
                                            clock.instant())))));
    Optional<JobFeed> feed = feed(settings, jobs, clock);
    JobPages pages = new JobPages(jobs, history, feed);
    listen(
        vertx, settings, token, endpoint, broker, clusters, history, keeper, forecast, pages,
        meters, clock);
    keeper.start(KEEP_EVERY);
    feed.ifPresent(JobFeed::start);
    broker.start();
    clusters.ifPresent(Poller::start);
  }

  /** What changes between two questions is heard of at once; many changes are taken in together. */
  private void follow(
      BrokerEndpoint endpoint,
      Poller<BrokerState> broker,
      ScheduledExecutorService answers,
      ScheduledExecutorService timer,
      Clock clock) {
    PoolNews news = new PoolNews();
    AtomicBoolean told = new AtomicBoolean();
    BrokerEvents events =
        resources.own(
            "broker events",
            new BrokerEvents(
                endpoint,
                new BrokerEvents.Listener() {
                  @Override
                  public void changed(Instance instance) {
                    hear(instance.id(), Optional.of(instance));
                  }

                  @Override
                  public void gone(String id) {
                    hear(id, Optional.empty());
                  }

                  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
                  private void hear(String id, Optional<Instance> now) {
                    news.hear(id, now, clock.instant());
                    if (!told.getAndSet(true)) {
                      timer.schedule(
                          () -> {
                            told.set(false);
                            broker.amend(news.all());
                          },
                          TAKEN_IN_EVERY.toMillis(),
                          TimeUnit.MILLISECONDS);
                    }
                  }
                },
                answers,
                timer));
    broker.refine(news::onto);
    events.start();
  }

  private void listen(
      Vertx vertx,
      Settings settings,
      Secret token,
      BrokerEndpoint endpoint,
      Poller<BrokerState> broker,
      Optional<Poller<ClusterState>> clusters,
      PoolHistory history,
      HistoryKeeper keeper,
      QueueForecast forecast,
      JobPages jobs,
      PrometheusMeterRegistry meters,
      Clock clock) {
    AtomicInteger viewers = new AtomicInteger();
    Gauge.builder("console.viewers", viewers, AtomicInteger::get)
        .description("pages that follow the pool")
        .register(meters);
    Gauge.builder("console.broker.known", broker, each -> each.current().isKnown() ? 1 : 0)
        .description("1 while the broker answers")
        .register(meters);
    LiveFeed feed = new LiveFeed();
    Context loop = vertx.getOrCreateContext();
    broker.onAnswer(
        seen ->
            loop.runOnContext(
                n -> {
                  feed.update(seen, clock.instant());
                  viewers.set(feed.viewers());
                }));
    HttpListener listener =
        HttpListener.with(vertx, ConnectionLimits.forClients(Duration.ofMinutes(1)));
    Router router = Router.router(vertx);
    new Access(
            new ViewerSessions(token, clock),
            new RateLimit(REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, clock),
            proxies(settings),
            settings.get(ConsoleSettings.INSECURE_COOKIE),
            listener::trust)
        .mount(router);
    new Routes(
            vertx,
            broker,
            clusters,
            history,
            keeper,
            forecast,
            jobs,
            settings.get(ConsoleSettings.LICENSED_VMS),
            endpoint.toString(),
            clock)
        .mount(router);
    router.get("/events").handler(call -> loop.runOnContext(n -> feed.follow(call)));
    resources.own("pages", listener.listen(settings.get(ConsoleSettings.ADDR), "viewers", router));
    port = listener.port();
    Health health =
        new Health()
            .warning(
                "broker",
                () -> broker.current().trouble().map(unknown -> "away: " + unknown.cause()))
            .warning("jobs", () -> jobs.trouble().map(why -> "not heard: " + why))
            .warning(
                "history", () -> keeper.trouble().map(trouble -> "not kept: " + trouble.cause()));
    AdminServer admin =
        resources.own(
            "admin",
            AdminServer.start(
                vertx,
                settings.get(ConsoleSettings.ADMIN_ADDR),
                new AdminRoutes(BuildInfo.of("console", Console.class), health, meters)));
    adminPort = admin.port();
  }

  /** The first time that a job is taken from its queue ends the wait that was foretold. */
  private static void judge(ForecastLog forecasts, Optional<JobState> before, JobState told) {
    if (before.flatMap(JobState::received).isEmpty()
        && told.queue().isPresent()
        && told.queued().isPresent()
        && told.received().isPresent()) {
      forecasts.came(told.queue().get(), told.queued().get(), told.received().get());
    }
  }

  private Optional<JobFeed> feed(Settings settings, JobHistory jobs, Clock clock) {
    try {
      return settings
          .find(ConsoleSettings.AMQP_URI)
          .map(
              uri ->
                  resources.own(
                      "job events",
                      new JobFeed(
                          uri,
                          settings.get(ConsoleSettings.JOB_EVENTS_EXCHANGE),
                          jobs::hear,
                          clock)));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of(ConsoleSettings.AMQP_URI.flag() + ": " + e.getMessage()));
    }
  }

  private static DatabaseAddress database(Settings settings) {
    try {
      return settings
          .find(ConsoleSettings.DATABASE_URL)
          .map(DatabaseAddress::postgres)
          .orElseGet(
              () -> DatabaseAddress.file(Path.of(settings.get(ConsoleSettings.HISTORY_FILE))));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.DATABASE_URL.flag() + ": " + e.getMessage()));
    }
  }

  private static TrustedProxies proxies(Settings settings) {
    Optional<String> header = settings.find(ConsoleSettings.VIEWER_HEADER);
    Optional<String> ranges = settings.find(ConsoleSettings.PROXY_ADDRESSES);
    if (header.isPresent() && ranges.isEmpty()) {
      throw new SettingsException(
          List.of(
              ConsoleSettings.VIEWER_HEADER.flag()
                  + ": anybody could send it; name the proxies by "
                  + ConsoleSettings.PROXY_ADDRESSES.flag()));
    }
    try {
      return ranges.map(each -> TrustedProxies.of(each, header)).orElseGet(TrustedProxies::none);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.PROXY_ADDRESSES.flag() + ": " + e.getMessage()));
    }
  }

  private static BrokerEndpoint endpoint(Secret url) {
    try {
      return BrokerEndpoint.parse(url.reveal());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.BROKER_URL.flag() + ": " + e.getMessage()));
    }
  }

  private static ThreadFactory threads(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    resources.close();
  }
}
