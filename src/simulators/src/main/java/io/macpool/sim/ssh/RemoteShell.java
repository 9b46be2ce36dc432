package io.macpool.sim.ssh;

import java.util.Collection;

/**
 * A machine that runs commands for whoever logs in by SSH: each in a shell, and none is hung up
 * when its channel closes. Closing it ends what it started.
 */
public interface RemoteShell extends AutoCloseable {

  /** Where it listens, on 127.0.0.1. */
  int port();

  /** Who may log in. */
  String user();

  /** What runs: process id and command line of each. */
  Collection<String> running();

  /** Drops every connection without a word; what runs goes on. */
  void cut();

  /** Falls silent, or speaks again: connections are accepted and nothing is answered. */
  void hang(boolean now);

  /** Ends every command, as a machine does that goes down. */
  void killCommands();

  @Override
  void close();
}
