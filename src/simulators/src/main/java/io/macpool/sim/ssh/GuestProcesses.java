package io.macpool.sim.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Finds and ends the processes of one guest.
 *
 * <p>Where {@code /proc} exists, a process belongs to the guest if its environment carries the
 * guest's mark or its working directory lies in the guest's home; elsewhere only descendants of the
 * commands that are still running are found.
 */
final class GuestProcesses {

  /** The environment variable that marks what a guest started. */
  static final String MARK = "MACPOOL_GUEST";

  private static final Path PROC = Path.of("/proc");
  private static final int SWEEPS = 20;
  private static final long SWEEP_MILLIS = 100;
  private static final long SIGHUP_BIT = 1;

  private final String mark;
  private final Path home;

  GuestProcesses(String guest, Path home) {
    this.mark = MARK + "=" + guest;
    this.home = home;
  }

  /**
   * Kills all of the guest's processes. Sweeps until a sweep finds none, for a process may start
   * another between being found and being killed; returns how many the last sweep still found.
   */
  int killAll(Iterable<ProcessHandle> commands) {
    int found = 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      Set<ProcessHandle> mine = new LinkedHashSet<>();
      for (ProcessHandle command : commands) {
        if (command.isAlive()) {
          mine.add(command);
          command.descendants().forEach(mine::add);
        }
      }
      mine.addAll(marked());
      found = mine.size();
      if (found == 0) {
        return 0;
      }
      mine.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture.allOf(
              mine.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .completeOnTimeout(null, SWEEP_MILLIS, TimeUnit.MILLISECONDS)
          .join();
    }
    return found;
  }

  /** Those that can be told by the guest's mark or its home. */
  List<ProcessHandle> marked() {
    return all(this::isMine);
  }

  /** Processes of this machine, without ourselves; none where {@code /proc} is lacking. */
  private static List<ProcessHandle> all(Predicate<Path> wanted) {
    List<ProcessHandle> found = new ArrayList<>();
    if (!Files.isDirectory(PROC)) {
      return found;
    }
    long self = ProcessHandle.current().pid();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        if (pid != self && wanted.test(process)) {
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new IllegalStateException("can't read " + PROC + " to find a guest's processes", e);
    }
    return found;
  }

  private boolean isMine(Path process) {
    try {
      // A zombie has an empty environment and no working directory: it is dead already.
      String environment =
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      if (environment.startsWith(mark + "\0") || environment.contains("\0" + mark + "\0")) {
        return true;
      }
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(home);
    } catch (IOException e) {
      // It ended meanwhile, or belongs to another user: not ours either way.
      return false;
    }
  }

  /**
   * What a hang-up of the terminal of {@code command} ends: everything in its session that does not
   * ignore SIGHUP, whether the command itself still runs or not. Where sessions can't be told: the
   * command and its descendants.
   */
  static List<ProcessHandle> attached(ProcessHandle command) {
    if (!Files.isDirectory(PROC)) {
      List<ProcessHandle> attached = new ArrayList<>(command.descendants().toList());
      if (command.isAlive()) {
        attached.add(command);
      }
      return attached;
    }
    String session = Long.toString(command.pid());
    return all(process -> session.equals(session(process)) && !ignoresHangUp(process));
  }

  /** The session of a process; empty if it is gone or a zombie. */
  private static String session(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // "pid (name) state ppid pgrp session …": the name may hold anything, even parentheses.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      return fields[0].equals("Z") ? "" : fields[3];
    } catch (IOException e) {
      return "";
    }
  }

  /** Whether this JVM was started with SIGHUP ignored, which what it starts inherits. */
  static boolean weIgnoreHangUps() {
    return ignoresHangUp(PROC.resolve("self"));
  }

  private static boolean ignoresHangUp(Path process) {
    try {
      for (String line :
          Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("SigIgn:")) {
          return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGHUP_BIT) != 0;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
