package io.macpool.brain.vsphere.fault;

import com.vmware.vim25.MethodFault;

/** Stands for a fault whose type this version of vim25 does not have; keeps its name. */
public final class UnknownFault extends MethodFault {

  private static final long serialVersionUID = 1L;

  private final String type;

  public UnknownFault(String type) {
    this.type = type;
  }

  /** The type's name: of an unknown fault the one on the wire, of a known one its class's. */
  public static String typeOf(MethodFault fault) {
    return fault instanceof UnknownFault unknown ? unknown.type : fault.getClass().getSimpleName();
  }
}
