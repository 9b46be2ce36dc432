package io.macpool.brain.vsphere.fault;

import java.rmi.RemoteException;
import org.jspecify.annotations.Nullable;

/** No usable answer came: the request may or may not have been carried out. */
public final class TransportException extends RemoteException {

  private static final long serialVersionUID = 1L;

  private final boolean sent;

  /**
   * @param sent false only if it is certain that vCenter never saw the request
   */
  public TransportException(String message, boolean sent, @Nullable Throwable cause) {
    super(message, cause);
    this.sent = sent;
  }

  public boolean sent() {
    return sent;
  }

  @Override
  public String getMessage() {
    // RemoteException appends its cause's message, which may be long and is logged with the cause.
    String whole = String.valueOf(super.getMessage());
    int nested = whole.indexOf("; nested exception is:");
    return nested < 0 ? whole : whole.substring(0, nested);
  }
}
