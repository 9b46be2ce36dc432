package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.soap.VimFault;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What each method does. Handlers run under the inventory's lock. */
public final class MethodTable {

  /** A result that is still to come. */
  public record Later(CompletableFuture<Object> result) {}

  /** Returns the result, null for none, or a {@link Later}. */
  public interface Handler {
    Object handle(Call call);
  }

  private static final Set<String> OPEN = Set.of("RetrieveServiceContent", "Login");

  private final Map<String, Handler> handlers = new HashMap<>();

  public void put(String method, Handler handler) {
    handlers.put(method, handler);
  }

  public boolean knows(String method) {
    return handlers.containsKey(method);
  }

  /** Calls the method, for a client that is logged in or needs not to be. */
  public Object invoke(Call call) {
    Handler handler = handlers.get(call.method());
    if (handler == null) {
      throw VimFault.invalidRequest("Unable to resolve WSDL method name " + call.method());
    }
    if (call.session() == null && !OPEN.contains(call.method())) {
      throw Sessions.notAuthenticated();
    }
    return handler.handle(call);
  }
}
