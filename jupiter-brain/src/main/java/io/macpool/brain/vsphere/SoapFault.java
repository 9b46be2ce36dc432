package io.macpool.brain.vsphere;

import com.vmware.vim25.MethodFault;
import java.rmi.RemoteException;

/** vCenter answered with a fault; its type is kept by name, also when we have no class for it. */
final class SoapFault extends RemoteException {

  private static final long serialVersionUID = 1L;

  private final String type;
  private final MethodFault fault;

  SoapFault(String type, String message, MethodFault fault) {
    super(message);
    this.type = type;
    this.fault = fault;
  }

  /** The fault's type in vim25, such as {@code InvalidPowerState}. */
  String type() {
    return type;
  }

  /** The fault itself; null if its type is not one that we know. */
  MethodFault fault() {
    return fault;
  }

  boolean is(String name) {
    return type.equals(name);
  }
}
