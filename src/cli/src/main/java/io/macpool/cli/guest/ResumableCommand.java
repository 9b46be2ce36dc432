package io.macpool.cli.guest;

import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.guest.SupervisorSession.Frame;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.GoDuration;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A command in a guest that outlives its SSH session: when a connection breaks, the next one goes
 * on at the byte that was last written here, of each stream, and none is lost or comes twice. Also
 * an end of the connection before the command began is no doubt: it begins once, or never.
 */
final class ResumableCommand implements Signalled {

  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Duration LOGIN = Duration.ofSeconds(30);
  private static final Pattern REFUSED =
      Pattern.compile("[Pp]ermission denied|[Vv]erification failed|[Tt]oo many auth|no matching");
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final long ACKNOWLEDGED = 256 << 10;
  private static final int TRIES = 3;
  private static final int BROKEN_PIPE = 141;

  /** Our ends of the command's streams. */
  record Streams(InputStream in, OutputStream out, OutputStream err) {}

  /**
   * What else it needs.
   *
   * @param ssh starts OpenSSH's client for a command's words, with pipes
   * @param said what that client complained of, in one line
   * @param refusal what is thrown if the guest does not let us in, by the client's words
   * @param there whether the guest still exists
   * @param patience how long a lost connection is sought anew
   * @param log what a person is told
   */
  record Guest(
      Function<List<String>, Process> ssh,
      Complaint said,
      Function<String, PoolException> refusal,
      BooleanSupplier there,
      Duration patience,
      PrintWriter log) {}

  /** What OpenSSH's client complained of. */
  @FunctionalInterface
  interface Complaint {
    String text() throws IOException;
  }

  private enum Meeting {
    ENDED,
    /** The supervisor spoke, and the connection broke. */
    BROKEN,
    /** No supervisor spoke. */
    SILENT,
    NO_PERL,
    NEVER_BEGUN,
    LOST
  }

  private final Guest guest;
  private final Streams streams;
  private final InputRelay input;
  private final CountDownLatch never = new CountDownLatch(1);
  private String directory = "";
  private boolean begun;
  private long out;
  private long err;
  private long acknowledged;
  private int status;

  /** The client that runs, whether the supervisor spoke or not. */
  private Optional<SupervisorSession> opened = Optional.empty();

  /** The same once the supervisor spoke. */
  private Optional<SupervisorSession> session = Optional.empty();

  private Optional<String> signal = Optional.empty();
  private boolean timedOut;

  ResumableCommand(Guest guest, Streams streams) {
    this.guest = guest;
    this.streams = streams;
    this.input = new InputRelay(streams.in());
  }

  /**
   * Runs it.
   *
   * @return empty if the guest has not what it needs, and nothing has begun
   * @throws PoolException if the guest could not run it, or did not let us in
   */
  Optional<CommandEnd> run(List<String> words) throws IOException, InterruptedException {
    try (input) {
      return untilItsEnd(words);
    }
  }

  private Optional<CommandEnd> untilItsEnd(List<String> words)
      throws IOException, InterruptedException {
    int starts = 1;
    long since = System.nanoTime();
    boolean startNext = true;
    while (true) {
      if (startNext) {
        directory = ".macpool-" + UUID.randomUUID();
      }
      Meeting met =
          meet(
              startNext
                  ? Supervisor.start(directory, words)
                  : Supervisor.attach(directory, out, err));
      if (isTimedOut()) {
        return Optional.of(new CommandEnd(How.TIMED_OUT, 0));
      }
      startNext = met == Meeting.NEVER_BEGUN;
      switch (met) {
        case ENDED -> {
          return Optional.of(new CommandEnd(How.ENDED, status));
        }
        case LOST -> {
          return Optional.of(new CommandEnd(How.LOST, 0));
        }
        case NO_PERL -> {
          return Optional.empty();
        }
        case BROKEN -> {
          since = System.nanoTime();
          say("the connection to the Mac is lost: connecting anew");
        }
        case NEVER_BEGUN -> {
          if (++starts > TRIES) {
            throw new PoolException("the guest could not run the command");
          }
        }
        case SILENT -> {
          if (!begun) {
            checkLogin(System.nanoTime() - since);
          }
        }
      }
      if (begun && isOver(since)) {
        return Optional.of(new CommandEnd(How.LOST, 0));
      }
      if (met == Meeting.SILENT) {
        boolean unused = never.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** A key that does not fit now fits never; all else may pass. */
  private void checkLogin(long sinceNanos) throws IOException {
    String said = guest.said().text();
    if (REFUSED.matcher(said).find() || sinceNanos > LOGIN.toNanos()) {
      throw guest.refusal().apply(said.isEmpty() ? "no answer" : said);
    }
    if (!guest.there().getAsBoolean()) {
      throw new PoolException("the Mac is gone");
    }
  }

  private boolean isOver(long since) {
    if (!guest.there().getAsBoolean()) {
      say("the Mac is gone");
      return true;
    }
    if (System.nanoTime() - since > guest.patience().toNanos()) {
      say("no connection came about within " + GoDuration.format(guest.patience()));
      return true;
    }
    return false;
  }

  private Meeting meet(List<String> call) throws IOException, InterruptedException {
    SupervisorSession next = new SupervisorSession(guest.ssh().apply(call));
    opened(next);
    try (next) {
      Optional<byte[]> noise = next.greeting(directory, ANSWER);
      if (noise.isEmpty()) {
        return next.status() == Supervisor.NO_PERL && !begun ? Meeting.NO_PERL : Meeting.SILENT;
      }
      if (!begun) {
        streams.out().write(noise.get());
      }
      return follow(next);
    } finally {
      input.pause();
      leave();
    }
  }

  private Meeting follow(SupervisorSession next) throws IOException, InterruptedException {
    Optional<Frame> frame = heard(next);
    while (frame.isPresent()) {
      switch (frame.get().type()) {
        case 'B' -> begun(next, frame.get().number());
        case 'O', 'E' -> {
          if (!shown(frame.get())) {
            return Meeting.ENDED;
          }
          acknowledge(next);
        }
        case 'G' -> input.granted(frame.get().number());
        case 'X' -> {
          status = (int) frame.get().number();
          sent(next, 'D', "");
          return Meeting.ENDED;
        }
        case 'N' -> {
          return Meeting.NEVER_BEGUN;
        }
        case 'L' -> {
          say(frame.get().text().replaceAll("\\p{Cntrl}", "?"));
          return Meeting.LOST;
        }
        default -> throw new IOException("the guest sent what is no frame");
      }
      frame = heard(next);
    }
    return begun ? Meeting.BROKEN : Meeting.SILENT;
  }

  private static Optional<Frame> heard(SupervisorSession next) {
    try {
      return next.next();
    } catch (IOException e) {
      return Optional.empty(); // as good as its end: the next session goes on
    }
  }

  private void begun(SupervisorSession next, long taken) {
    if (begun) {
      say("connected anew");
    }
    begun = true;
    Optional<String> missed;
    synchronized (this) {
      session = Optional.of(next);
      missed = signal;
      signal = Optional.empty();
    }
    missed.ifPresent(name -> sent(next, 'S', name));
    try {
      input.resume(next, taken);
    } catch (IOException e) {
      // The session is over already: the next one sends it again.
    }
  }

  /** False, and a status, if nobody reads any more, or it can't be written. */
  private boolean shown(Frame frame) {
    boolean isOut = frame.type() == 'O';
    OutputStream target = isOut ? streams.out() : streams.err();
    try {
      frame.writeTo(target);
      target.flush();
    } catch (IOException e) {
      boolean unread = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
      status = unread ? BROKEN_PIPE : CommandEnd.LOST_STATUS;
      if (!unread) {
        say(
            "standard %s can't be written: %s"
                .formatted(isOut ? "output" : "error", e.getMessage()));
      }
      return false;
    }
    out += isOut ? frame.size() : 0;
    err += isOut ? 0 : frame.size();
    return true;
  }

  private void acknowledge(SupervisorSession next) {
    if (out + err - acknowledged >= ACKNOWLEDGED) {
      acknowledged = out + err;
      sent(next, 'A', out + " " + err);
    }
  }

  /** What does not arrive is of no use to the next session, or sent anew there. */
  private static void sent(SupervisorSession next, char type, String text) {
    try {
      next.send(type, text);
    } catch (IOException e) {
      // The end of the session is heard by who reads.
    }
  }

  private synchronized void opened(SupervisorSession next) {
    opened = Optional.of(next);
    if (timedOut) {
      next.close();
    }
  }

  private synchronized void leave() {
    session = Optional.empty();
    opened = Optional.empty();
  }

  private synchronized boolean isTimedOut() {
    return timedOut;
  }

  /** Its time is over: what still runs is left to itself. */
  synchronized void timeOut() {
    timedOut = true;
    opened.ifPresent(SupervisorSession::close);
  }

  @Override
  public synchronized void signal(String name, Duration grace) {
    if (session.isPresent()) {
      sent(session.get(), 'S', name);
    } else {
      signal = Optional.of(name);
    }
  }

  private void say(String what) {
    guest.log().println("macpool: " + what);
    guest.log().flush();
  }
}
