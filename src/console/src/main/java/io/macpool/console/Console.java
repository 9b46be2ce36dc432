package io.macpool.console;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.console.access.Access;
import io.macpool.console.access.RateLimit;
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
import io.macpool.console.watch.EventFollower;
import io.macpool.console.watch.Histories;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.Peers;
import io.macpool.console.watch.Poller;
import io.macpool.console.watch.PoolHistory;
import io.macpool.console.watch.QueueForecast;
import io.macpool.core.Observed.Known;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.SteadyClock;
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
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** A running console. Closing it frees its ports; nobody else notices. */
public final class Console implements AutoCloseable {

  private static final int MOST_RECORDS = 200_000;
  private static final int MOST_JOBS = 5_000;

  /** A page is three requests; programs may ask more often than people. */
  private static final int REQUESTS_AT_ONCE = 200;

  private static final double REQUESTS_PER_SECOND = 20;

  /** Above a broker's usual pause, and so short that a viewer hears of it within ten seconds. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

  private static final Duration BELIEVED = Duration.ofSeconds(4);
  private static final Duration KEEP_EVERY = Duration.ofMinutes(1);
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
    ConsoleOptions options = new ConsoleOptions(settings);
    BrokerEndpoint endpoint = options.endpoint();
    Secret token = options.token();
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
    EventFollower follower =
        resources.own("broker events", new EventFollower(endpoint, broker, answers, timer, clock));
    follower.start();
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
                options.database(),
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
    Optional<JobFeed> feed =
        options.feed(jobs::hear, clock).map(each -> resources.own("job events", each));
    JobPages pages = new JobPages(jobs, history, feed);
    Peers peers = new Peers(broker, clusters);
    Histories histories = new Histories(history, keeper, forecast);
    HttpListener listener =
        HttpListener.with(vertx, ConnectionLimits.forClients(Duration.ofMinutes(1)));
    Router router = Router.router(vertx);
    // First: it decides who gets to what follows.
    new Access(
            new ViewerSessions(token, clock),
            new RateLimit(REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, clock),
            options.proxies(),
            settings.get(ConsoleSettings.INSECURE_COOKIE),
            listener::trust)
        .mount(router);
    new Routes(vertx, peers, histories, pages, endpoint.toString(), clock).mount(router);
    new ReportRoutes(vertx, broker, keeper, settings.get(ConsoleSettings.LICENSED_VMS), clock)
        .mount(router);
    Context loop = vertx.getOrCreateContext();
    LiveFeed live = follow(loop, broker, meters, clock);
    router.get("/events").handler(call -> loop.runOnContext(n -> live.follow(call.response())));
    resources.own("pages", listener.listen(settings.get(ConsoleSettings.ADDR), "viewers", router));
    port = listener.port();
    Health health =
        new Health()
            .warning(
                "broker",
                () -> broker.current().trouble().map(unknown -> "away: " + unknown.cause()))
            .warning("jobs", () -> pages.trouble().map(why -> "not heard: " + why))
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
    keeper.start(KEEP_EVERY);
    feed.ifPresent(JobFeed::start);
    broker.start();
    clusters.ifPresent(Poller::start);
  }

  /** Has viewers told of what the broker answers, and counts them. */
  private static LiveFeed follow(
      Context loop, Poller<BrokerState> broker, PrometheusMeterRegistry meters, Clock clock) {
    AtomicInteger viewers = new AtomicInteger();
    Gauge.builder("console.viewers", viewers, AtomicInteger::get)
        .description("pages that follow the pool")
        .register(meters);
    Gauge.builder("console.broker.known", broker, each -> each.current().isKnown() ? 1 : 0)
        .description("1 while the broker answers")
        .register(meters);
    LiveFeed feed = new LiveFeed(clock);
    broker.onAnswer(
        seen ->
            loop.runOnContext(
                n -> {
                  feed.update(seen);
                  viewers.set(feed.viewers());
                }));
    return feed;
  }

  /** The first time that a job is taken from its queue ends the wait that was foretold. */
  private static void judge(ForecastLog forecasts, Optional<JobState> before, JobState told) {
    if (before.flatMap(JobState::received).isEmpty()) {
      told.waited().ifPresent(forecasts::came);
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
