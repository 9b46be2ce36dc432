package io.macpool.sim.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command of a guest that a {@link GuestProgram} stands in for. */
final class ProgramCommand implements Command {

  private static final Logger log = LoggerFactory.getLogger(ProgramCommand.class);

  private final Guest guest;
  private final String commandLine;
  private final GuestProgram program;
  private InputStream in;
  private OutputStream out;
  private OutputStream err;
  private ExitCallback exit;

  ProgramCommand(Guest guest, String commandLine, GuestProgram program) {
    this.guest = guest;
    this.commandLine = commandLine;
    this.program = program;
  }

  @Override
  public void setInputStream(InputStream stream) {
    this.in = stream;
  }

  @Override
  public void setOutputStream(OutputStream stream) {
    this.out = stream;
  }

  @Override
  public void setErrorStream(OutputStream stream) {
    this.err = stream;
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    this.exit = callback;
  }

  @Override
  public void start(ChannelSession channel, Environment environment) {
    guest.run("program", this::run);
  }

  private void run() {
    try {
      int status = program.run(commandLine, guest.home(), in, out, err);
      out.flush();
      err.flush();
      exit.onExit(status);
    } catch (IOException e) {
      log.debug("the client of a program in {} is gone: {}", guest.name(), e.getMessage());
    }
  }

  @Override
  public void destroy(ChannelSession channel) {}
}
