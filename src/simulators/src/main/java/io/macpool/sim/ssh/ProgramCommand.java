package io.macpool.sim.ssh;

import java.io.IOException;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command of a guest that a {@link GuestProgram} stands in for. */
final class ProgramCommand extends StreamCommand {

  private static final Logger log = LoggerFactory.getLogger(ProgramCommand.class);

  private final Guest guest;
  private final String commandLine;
  private final GuestProgram program;

  ProgramCommand(Guest guest, String commandLine, GuestProgram program) {
    this.guest = guest;
    this.commandLine = commandLine;
    this.program = program;
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
