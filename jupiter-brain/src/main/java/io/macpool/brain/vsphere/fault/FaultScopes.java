package io.macpool.brain.vsphere.fault;

import com.vmware.vim25.LocalizedMethodFault;
import io.macpool.core.fleet.fault.FailureScope;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * To what vSphere's faults belong, where their type tells. Most do not tell: a {@code FileFault} is
 * one of the host that lost its storage as well as one of an image with a torn disk.
 */
final class FaultScopes {

  private static final int DEEPEST_CAUSE = 5;
  private static final Map<String, FailureScope> KNOWN = new HashMap<>();

  static {
    put(
        FailureScope.HOST,
        "HostCommunication",
        "HostConnectFault",
        "HostNotConnected",
        "HostNotReachable",
        "InvalidHostConnectionState",
        "InvalidHostState",
        "HostPowerOpFailed",
        "HostConfigFault",
        "HostConfigFailed");
    put(
        FailureScope.DATASTORE,
        "NoDiskSpace",
        "InsufficientStorageSpace",
        "InaccessibleDatastore",
        "InvalidDatastore",
        "InvalidDatastoreState");
    put(FailureScope.IMAGE, "NoSnapshot", "InvalidSnapshotFormat");
    put(
        FailureScope.PROVIDER,
        "NoPermission",
        "RestrictedVersion",
        "LicenseExpired",
        "NotEnoughLicenses");
    put(
        FailureScope.REQUEST,
        "InvalidName",
        "MemorySizeNotSupported",
        "MemorySizeNotRecommended",
        "NumVirtualCpusNotSupported",
        "NotEnoughCpus",
        "CpuHotPlugNotSupported",
        "MemoryHotPlugNotSupported");
  }

  private FaultScopes() {}

  private static void put(FailureScope scope, String... types) {
    for (String type : types) {
      KNOWN.put(type, scope);
    }
  }

  /**
   * By the fault's type, or by that of what caused it.
   *
   * @param cause of the fault; may be null
   */
  static FailureScope of(String type, @Nullable LocalizedMethodFault cause) {
    FailureScope scope = KNOWN.get(type);
    LocalizedMethodFault next = cause;
    for (int depth = 0; scope == null && depth < DEEPEST_CAUSE; depth++) {
      if (next == null || next.fault == null) {
        break;
      }
      scope = KNOWN.get(UnknownFault.typeOf(next.fault));
      next = next.fault.faultCause;
    }
    return scope == null ? FailureScope.UNCLEAR : scope;
  }
}
