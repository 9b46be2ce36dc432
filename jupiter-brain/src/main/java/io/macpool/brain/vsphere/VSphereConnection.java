package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.brain.vsphere.soap.SoapTransport;
import io.macpool.brain.vsphere.soap.VimClient;
import io.macpool.service.Resources;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to a vCenter: connections, session, events, and calls and tasks within their limits.
 */
final class VSphereConnection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(VSphereConnection.class);
  private static final int CALLS = 16;
  private static final Duration TICK = Duration.ofSeconds(1);

  /** A task that events have not told of for this long is looked at directly. */
  private static final Duration EVENT_PATIENCE = Duration.ofSeconds(5);

  private final Duration taskLimit;
  private final Resources resources = new Resources();
  private final Sessions sessions;
  private final TaskTracker tasks;
  private final VimCaller calls;
  private final VimCaller reads;
  private final VSphereTasks settled;
  private final VmQuestions questions;
  private final KnownPlaces places = new KnownPlaces();

  /**
   * Nothing is connected before {@link #start}.
   *
   * @param inventoryVersion of the latest inventory: those of a new session count on from it
   * @param news told of each answer of the events' stream, with the inventory if it changed
   */
  VSphereConnection(
      Vertx vertx,
      VSphereOptions options,
      MeterRegistry meters,
      Clock clock,
      Supplier<Long> inventoryVersion,
      Consumer<PropertyStream.News> news) {
    this.taskLimit = options.taskLimit();
    SoapTransport transport =
        resources.own(
            "connections to vCenter",
            new SoapTransport(
                vertx, options.endpoint(), options.trust(), CALLS + options.reads() + 2));
    CircuitBreaker breaker = new CircuitBreaker(5, Duration.ofSeconds(2), clock);
    VSphereTasks.Bridge bridge = new VSphereTasks.Bridge();
    this.tasks = new TaskTracker(clock, bridge);
    this.questions = new VmQuestions(options.questions(), meters, clock);
    this.sessions =
        new Sessions(
            password -> {
              VimClient client =
                  new VimClient(transport, options.endpoint(), options.callLimit(), meters);
              meters.counter("vsphere.logins").increment();
              return VimSession.open(
                  client, options.endpoint().user(), password, options.paths(), places, clock);
            },
            new Credentials(options.endpoint(), options.passwordFile()),
            options.endpoint(),
            session ->
                new PropertyStream(
                    session, options.callLimit(), inventoryVersion.get(), tasks, questions, news),
            clock);
    this.calls =
        resources.own("calls to vCenter", new VimCaller("vsphere-call", CALLS, sessions, breaker));
    this.reads =
        resources.own(
            "reads of vCenter", new VimCaller("vsphere-read", options.reads(), sessions, breaker));
    this.settled = new VSphereTasks(calls, tasks, taskLimit);
    bridge.to(calls.executor());
    resources.own("session with vCenter", sessions);
    questions.to(new Answers());
    Gauge.builder(
            "vsphere.breaker.open",
            this,
            c -> breaker.isOpen() || c.sessions.away().isPresent() ? 1 : 0)
        .description("1 while calls to vCenter are refused at once, as it does not answer")
        .register(meters);
  }

  /** Calls that nobody waits for: what comes of them is seen in the machine's state. */
  @SuppressWarnings("FutureReturnValueIgnored") // failures are logged
  private final class Answers implements VmQuestions.Calls {

    @Override
    public void answer(
        ManagedObjectReference machine, String question, String choice, String what) {
      calls
          .call(
              what,
              false,
              session -> {
                session.vim().answerVM(machine, question, choice);
                return true;
              })
          .whenComplete(VSphereConnection::failed);
    }

    @Override
    public boolean taskRunsOn(ManagedObjectReference machine) {
      return tasks.runningOn(machine.val).isPresent();
    }

    @Override
    public void cancelTaskOf(ManagedObjectReference machine, String what) {
      calls
          .call(
              what,
              false,
              session -> {
                Optional<ManagedObjectReference> task = tasks.runningOn(machine.val);
                if (task.isPresent()) {
                  session.vim().cancelTask(task.get());
                }
                return true;
              })
          .whenComplete(VSphereConnection::failed);
    }
  }

  private static void failed(Object done, Throwable failure) {
    if (failure != null) {
      log.warn("{}", failure.getMessage());
    }
  }

  /** Begins to connect and returns at once. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  void start() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "vsphere-timer");
              thread.setDaemon(true);
              return thread;
            });
    resources.own("timer of vSphere tasks", timer::shutdownNow);
    timer.scheduleWithFixedDelay(
        this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    sessions.start();
  }

  private void tick() {
    try {
      tasks.expire();
      questions.repeat();
      for (ManagedObjectReference task : tasks.unseen(EVENT_PATIENCE)) {
        look(task);
      }
    } catch (RuntimeException e) {
      log.error("looking after vSphere tasks failed; the next look is in a second", e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the next tick looks again at what failed
  private void look(ManagedObjectReference task) {
    String[] paths = TaskTracker.PATHS.toArray(String[]::new);
    read(
            "look at task " + task.val,
            session -> Optional.ofNullable(session.properties(List.of(task), paths).get(task.val)))
        .whenComplete(
            (values, failure) -> {
              if (failure instanceof HypervisorFailure.Absent
                  || (failure == null && values.isEmpty())) {
                tasks.lose(task.val);
              } else if (failure == null) {
                tasks.look(task.val, values.get());
              }
            });
  }

  /** Reads; asked again where that may help. */
  <T> CompletableFuture<T> read(String what, VimCaller.Call<T> call) {
    return reads.call(what, true, call);
  }

  /** Lets vCenter say soon whether anything has changed. */
  @SuppressWarnings("FutureReturnValueIgnored") // if it fails, the next answer comes by itself
  void hurry() {
    reads.call(
        "ask for news",
        true,
        session -> {
          sessions.hurry();
          return true;
        });
  }

  /** Starts a task that must not be started twice, and completes with its result. */
  CompletableFuture<Object> once(String what, VimCaller.Call<ManagedObjectReference> start) {
    return calls.call(what, false, start).thenCompose(task -> tasks.watch(what, task, taskLimit));
  }

  /**
   * Runs a task that may be asked for again without harm until it is done.
   *
   * @param done kinds of failure that mean that there was nothing left to do: then false
   */
  CompletableFuture<Boolean> settle(
      String what, Set<String> done, VimCaller.Call<ManagedObjectReference> start) {
    return settled.settle(what, done, start);
  }

  /** Switches off, hard; no error if it is off or gone. */
  CompletableFuture<Void> powerOff(String ref) {
    questions.giveUp(ref);
    return settle(
            "power-off of " + ref,
            Set.of("InvalidPowerState", "absent"),
            session -> session.vim().powerOffVM_Task(machine(ref)))
        .thenApply(done -> null);
  }

  /** Destroys a machine that is off; false if there was none. */
  CompletableFuture<Boolean> destroy(String ref) {
    questions.giveUp(ref); // it may be off and ask all the same, as what switches it on waits
    return settle(
        "destruction of " + ref,
        Set.of("absent"),
        session -> session.vim().destroy_Task(machine(ref)));
  }

  static ManagedObjectReference machine(String ref) {
    return VimSession.reference("VirtualMachine", ref);
  }

  /** Whether a clone of the image may be running that nobody here waits for. */
  boolean mayBeCloning(String imageRef) {
    return sessions.trouble().isPresent() || tasks.foreignCloneRuns(imageRef);
  }

  /** Why calls are refused at once, if they are. */
  Optional<String> away() {
    return sessions.away();
  }

  /** What a person should look at, though all works. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>(places.warnings());
    warnings.addAll(questions.open());
    return warnings;
  }

  /** What a machine's operation failed of, if it had asked a question meanwhile. */
  HypervisorFailure explained(String ref, HypervisorFailure failure) {
    return questions
        .explanation(ref)
        .<HypervisorFailure>map(
            why ->
                new HypervisorFailure.Refused(
                    "Question",
                    questions.scope(ref),
                    true,
                    failure.getMessage() + ": " + why,
                    failure))
        .orElse(failure);
  }

  /** Why there is no session, if there is none. */
  Optional<String> trouble() {
    return sessions.trouble();
  }

  Instant troubleSince() {
    return sessions.troubleSince();
  }

  @Override
  public void close() {
    resources.close();
  }
}
