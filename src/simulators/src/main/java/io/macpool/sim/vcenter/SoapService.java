package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultPlan;
import io.macpool.sim.vcenter.inventory.ApiVersion;
import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.session.Call;
import io.macpool.sim.vcenter.session.MethodTable;
import io.macpool.sim.vcenter.session.Sessions;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapRequest;
import io.macpool.sim.vcenter.soap.SoapResponse;
import io.macpool.sim.vcenter.soap.VimFault;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import javax.xml.stream.XMLStreamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request's bytes to a response's text, with what is injected on the way. */
final class SoapService {

  /** What the HTTP front shall do. */
  record Reply(int status, String contentType, String body, String cookie, Ending ending) {

    static Reply xml(int status, String body) {
      return new Reply(status, "text/xml; charset=utf-8", body, null, Ending.WHOLE);
    }

    static Reply dropped() {
      return new Reply(0, "", "", null, Ending.DROPPED);
    }

    Reply ending(Ending other) {
      return new Reply(status, contentType, body, cookie, other);
    }

    Reply cookie(String session) {
      return new Reply(status, contentType, body, session, ending);
    }
  }

  /**
   * What tests do and hear between a request and its answer.
   *
   * @param witness told who did what to machines
   */
  record Interference(FaultPlan faults, MachineEvents witness) {}

  enum Ending {
    WHOLE,
    HALF,
    DROPPED
  }

  private static final Logger log = LoggerFactory.getLogger(SoapService.class);

  private final Inventory inventory;
  private final Sessions sessions;
  private final MethodTable methods;
  private final FaultPlan faults;
  private final SimulatorClock clock;
  private final Executor threads;
  private final MachineEvents witness;
  private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();

  SoapService(
      Inventory inventory,
      Sessions sessions,
      MethodTable methods,
      Interference interference,
      SimulatorClock clock,
      Executor threads) {
    this.witness = interference.witness();
    this.inventory = inventory;
    this.sessions = sessions;
    this.methods = methods;
    this.faults = interference.faults();
    this.clock = clock;
    this.threads = threads;
  }

  Map<String, Long> calls() {
    Map<String, Long> counts = new TreeMap<>();
    calls.forEach((method, count) -> counts.put(method, count.sum()));
    return counts;
  }

  void resetCalls() {
    calls.clear();
  }

  /** Carries a request out; the answer may take as long as the call waits. */
  CompletableFuture<Reply> handle(byte[] body, String soapAction, String cookie) {
    SoapRequest request;
    try {
      request = SoapRequest.parse(new ByteArrayInputStream(body));
    } catch (XMLStreamException e) {
      return CompletableFuture.completedFuture(
          fault(VimFault.invalidRequest("Error parsing the request: " + e.getMessage())));
    }
    String method = request.method();
    if (methods.knows(method)) {
      calls.computeIfAbsent(method, m -> new LongAdder()).increment();
    }
    Optional<FaultAction> injected = faults.next(method);
    if (injected.isEmpty()) {
      return execute(request, soapAction, cookie, null);
    }
    return inject(injected.get(), request, soapAction, cookie);
  }

  private CompletableFuture<Reply> inject(
      FaultAction action, SoapRequest request, String soapAction, String cookie) {
    if (action instanceof FaultAction.Fault fault) {
      return CompletableFuture.completedFuture(fault(injectedFault(fault.type(), fault.message())));
    }
    if (action instanceof FaultAction.TaskFault fault) {
      return execute(request, soapAction, cookie, injectedFault(fault.type(), fault.message()));
    }
    if (action instanceof FaultAction.Delay delay) {
      return later(delay.time(), request, soapAction, cookie);
    }
    if (action instanceof FaultAction.ExpireSession) {
      inventory.locked(() -> Optional.ofNullable(sessions.find(cookie)).ifPresent(sessions::end));
      return execute(request, soapAction, cookie, null);
    }
    if (action instanceof FaultAction.DropAfter) {
      return execute(request, soapAction, cookie, null).thenApply(reply -> Reply.dropped());
    }
    if (action instanceof FaultAction.HalfAnswer) {
      return execute(request, soapAction, cookie, null)
          .thenApply(reply -> reply.ending(Ending.HALF));
    }
    if (action instanceof FaultAction.Hang) {
      return new CompletableFuture<>();
    }
    if (action instanceof FaultAction.Unavailable) {
      return CompletableFuture.completedFuture(Reply.xml(503, ""));
    }
    if (action instanceof FaultAction.Html) {
      return CompletableFuture.completedFuture(
          new Reply(
              200,
              "text/html",
              "<html><head><title>vSphere is starting</title></head><body><p>Please wait.</p>"
                  + "</body></html>",
              null,
              Ending.WHOLE));
    }
    return CompletableFuture.completedFuture(Reply.dropped());
  }

  private static VimFault injectedFault(String type, String message) {
    return type.equals("NotAuthenticated")
        ? Sessions.notAuthenticated()
        : VimFault.of(type, message);
  }

  private CompletableFuture<Reply> later(
      Duration time, SoapRequest request, String soapAction, String cookie) {
    CompletableFuture<Void> due = new CompletableFuture<>();
    clock.afterReal(time, () -> due.complete(null));
    return due.thenComposeAsync(now -> execute(request, soapAction, cookie, null), threads);
  }

  private CompletableFuture<Reply> execute(
      SoapRequest request, String soapAction, String cookie, VimFault taskFault) {
    Object result;
    try {
      result = inventory.locked(() -> invoke(request, soapAction, cookie, taskFault));
    } catch (VimFault e) {
      return CompletableFuture.completedFuture(fault(e));
    } catch (RuntimeException e) {
      log.error("{} failed in the simulator", request.method(), e);
      return CompletableFuture.completedFuture(
          fault(
              VimFault.of(
                  "SystemError", "A general system error occurred", "reason", "simulator")));
    }
    if (result instanceof MethodTable.Later waiting) {
      return waiting
          .result()
          .handleAsync(
              (value, failure) -> failure == null ? answer(request, value) : failed(failure),
              threads);
    }
    return CompletableFuture.completedFuture(answer(request, result));
  }

  private Object invoke(SoapRequest request, String soapAction, String cookie, VimFault taskFault) {
    MoRef self = request.call().requiredRef("_this");
    Sessions.Session session = sessions.find(cookie);
    Call call =
        new Call(
            request.method(),
            self,
            request.call(),
            session,
            ApiVersion.ofAction(soapAction),
            taskFault);
    return witness.as(session == null ? "" : session.user(), () -> methods.invoke(call));
  }

  private static Reply answer(SoapRequest request, Object value) {
    if (value instanceof Sessions.Session session) {
      return Reply.xml(200, SoapResponse.of(request.method(), session.describe()))
          .cookie(session.key());
    }
    return Reply.xml(200, SoapResponse.of(request.method(), value));
  }

  private static Reply failed(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof VimFault vim) {
      return fault(vim);
    }
    log.error("a waiting call failed in the simulator", cause);
    return fault(
        VimFault.of("SystemError", "A general system error occurred", "reason", "simulator"));
  }

  private static Reply fault(VimFault fault) {
    return Reply.xml(500, SoapResponse.of(fault));
  }
}
