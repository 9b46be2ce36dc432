package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.ServiceContent;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;

/** Methods of the service instance and the session manager. */
public final class SessionMethods {

  private final Sessions sessions;

  private SessionMethods(Sessions sessions) {
    this.sessions = sessions;
  }

  public static void register(MethodTable table, Sessions sessions, SimulatorClock clock) {
    SessionMethods methods = new SessionMethods(sessions);
    table.put("RetrieveServiceContent", call -> ServiceContent.of());
    table.put("CurrentTime", call -> clock.now());
    table.put("Login", methods::login);
    table.put("Logout", methods::logout);
    table.put("SessionIsActive", methods::isActive);
    table.put("TerminateSession", methods::terminate);
  }

  /** Answers the {@link Sessions.Session}: the front makes a cookie of it. */
  private Object login(Call call) {
    return sessions.login(
        call.session(),
        call.arguments().string("userName").orElse(""),
        call.arguments().string("password").orElse(""));
  }

  private Object logout(Call call) {
    sessions.end(call.session());
    return null;
  }

  private Object isActive(Call call) {
    return call.session().key().equals(call.arguments().string("sessionID").orElse("").strip());
  }

  private Object terminate(Call call) {
    for (SoapElement id : call.arguments().children("sessionId")) {
      if (id.text().equals(call.session().key())) {
        throw VimFault.invalidArgument("sessionId");
      }
      sessions.terminate(id.text());
    }
    return null;
  }
}
