package io.macpool.sim.ssh;

import java.io.InputStream;
import java.io.OutputStream;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.command.Command;

/** A command with the streams that the SSH server hands it before its start. */
abstract class StreamCommand implements Command {

  // The server calls every setter before start: NullAway can't know that.
  @SuppressWarnings("NullAway.Init")
  InputStream in;

  @SuppressWarnings("NullAway.Init")
  OutputStream out;

  @SuppressWarnings("NullAway.Init")
  OutputStream err;

  @SuppressWarnings("NullAway.Init")
  ExitCallback exit;

  @Override
  public void setInputStream(InputStream stream) {
    in = stream;
  }

  @Override
  public void setOutputStream(OutputStream stream) {
    out = stream;
  }

  @Override
  public void setErrorStream(OutputStream stream) {
    err = stream;
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    exit = callback;
  }
}
