package io.macpool.sim.vcenter.soap;

import java.io.Serial;

/** A vim25 fault: what a method throws, and what a failed task carries. */
public final class VimFault extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final transient DataObject fault;

  public VimFault(String message, DataObject fault) {
    super(message, null, false, false);
    this.fault = fault;
  }

  /** A fault of {@code type}; names and values of its own fields follow in turn. */
  public static VimFault of(String type, String message, Object... namesAndValues) {
    return new VimFault(message, DataObject.derived(type, namesAndValues));
  }

  public static VimFault notFound(MoRef ref) {
    return of(
        "ManagedObjectNotFound",
        "The object '" + ref + "' has already been deleted or has not been completely created",
        "obj",
        ref);
  }

  public static VimFault invalidArgument(String property) {
    return of(
        "InvalidArgument",
        "A specified parameter was not correct: " + property,
        "invalidProperty",
        property);
  }

  public static VimFault invalidRequest(String message) {
    return of("InvalidRequest", message);
  }

  public String type() {
    return fault.type();
  }

  public DataObject fault() {
    return fault;
  }

  /** As a failed task's {@code info.error} carries it. */
  public DataObject localized() {
    return DataObject.of("LocalizedMethodFault", "fault", fault, "localizedMessage", getMessage());
  }
}
