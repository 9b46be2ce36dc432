package io.macpool.brain.vsphere.fault;

import com.vmware.vim25.LocalizedMethodFault;
import io.macpool.brain.hypervisor.HypervisorFailure;
import java.rmi.RemoteException;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Turns what went wrong in vSphere's words into one of the cases that the broker knows. */
public final class Failures {

  private Failures() {}

  /**
   * What a failed call means to the broker.
   *
   * @param what was tried, on what, such as {@code clone of xcode-16}
   */
  public static HypervisorFailure of(String what, RemoteException e) {
    if (e instanceof SoapFault fault) {
      return ofFault(what, fault);
    }
    if (e instanceof TransportException lost) {
      String message = what + ": " + lost.getMessage();
      return lost.sent()
          ? new HypervisorFailure.OutcomeUnknown(message, e)
          : new HypervisorFailure.Unavailable(message, e);
    }
    return new HypervisorFailure.Unavailable(what + ": " + e.getMessage(), e);
  }

  private static HypervisorFailure ofFault(String what, SoapFault fault) {
    String message = what + ": " + fault.type() + ": " + fault.getMessage() + causes(fault);
    return switch (fault.type()) {
      case "ManagedObjectNotFound" -> new HypervisorFailure.Absent(message, fault);
      case "NotAuthenticated", "InvalidLogin" -> new HypervisorFailure.Unavailable(message, fault);
      default ->
          new HypervisorFailure.Refused(
              fault.type(),
              FaultScopes.of(fault.type(), fault.fault() == null ? null : fault.fault().faultCause),
              false,
              message,
              fault);
    };
  }

  private static String causes(SoapFault fault) {
    return fault.fault() == null ? "" : causes(fault.fault().faultCause);
  }

  /** The error that a task ended with. */
  public static HypervisorFailure ofTask(String what, @Nullable LocalizedMethodFault error) {
    String type =
        error == null || error.fault == null ? "UnknownFault" : UnknownFault.typeOf(error.fault);
    String said =
        error == null || error.localizedMessage == null ? "no message" : error.localizedMessage;
    String message =
        what
            + ": "
            + type
            + ": "
            + said
            + (error == null || error.fault == null ? "" : causes(error.fault.faultCause));
    return type.equals("ManagedObjectNotFound")
        ? new HypervisorFailure.Absent(message, null)
        : new HypervisorFailure.Refused(
            type,
            FaultScopes.of(
                type, error == null || error.fault == null ? null : error.fault.faultCause),
            true,
            message,
            null);
  }

  private static String causes(@Nullable LocalizedMethodFault cause) {
    StringJoiner text = new StringJoiner("", "", "");
    int most = 5;
    for (LocalizedMethodFault c = cause; c != null && c.fault != null && most > 0; most--) {
      text.add(" (because of " + UnknownFault.typeOf(c.fault));
      text.add(c.localizedMessage == null ? ")" : ": " + c.localizedMessage + ")");
      c = c.fault.faultCause;
    }
    return text.toString();
  }
}
