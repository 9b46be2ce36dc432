package io.macpool.service;

import java.util.List;

/** A command that was started and whatever it started itself. */
public final class ProcessTree {

  private ProcessTree() {}

  /**
   * Kills the command and its descendants, parents first: a shell whose command is killed before it
   * goes on to its next one. Does not wait until they are gone. Nothing happens if the command has
   * ended: what it left running is nobody's child any more.
   */
  public static void kill(Process command) {
    if (command.isAlive()) {
      kill(command.toHandle());
    }
  }

  private static void kill(ProcessHandle process) {
    // Asked for first: when a process is gone nobody can tell whose its children were.
    List<ProcessHandle> children = process.children().toList();
    process.destroyForcibly();
    children.forEach(ProcessTree::kill);
  }
}
