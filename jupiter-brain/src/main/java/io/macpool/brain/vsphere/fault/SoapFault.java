package io.macpool.brain.vsphere.fault;

import com.vmware.vim25.MethodFault;
import java.rmi.RemoteException;
import org.jspecify.annotations.Nullable;

/** vCenter answered with a fault; its type is kept by name, also when we have no class for it. */
public final class SoapFault extends RemoteException {

  private static final long serialVersionUID = 1L;

  private final String type;
  private final @Nullable MethodFault fault;

  public SoapFault(String type, String message, @Nullable MethodFault fault) {
    super(message);
    this.type = type;
    this.fault = fault;
  }

  /** The fault's type in vim25, such as {@code InvalidPowerState}. */
  public String type() {
    return type;
  }

  /** The fault itself; null if its type is not one that we know. */
  @Nullable MethodFault fault() {
    return fault;
  }

  public boolean is(String name) {
    return type.equals(name);
  }
}
