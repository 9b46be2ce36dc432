package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Reads what a wrapper says: lines with its nonce on standard error; on standard output, behind a
 * mark with the nonce, the script's output. Whatever else comes is not the wrapper's: start files
 * of a login shell print, too, and none of it may be taken for the script's output or status.
 *
 * <p>Thread-safe; the listener is called with a lock held, and must only take note.
 */
public final class WrapperDialogue {

  /** What a wrapper tells. */
  interface Listener {

    /** It takes the script now. */
    void wantsScript();

    /** The script lies in the instance, whole. */
    void stored();

    /** It shows the script's output from here on: the script is begun, by this or before. */
    void following();

    /** Output of the script; more comes when the future is complete. */
    CompletableFuture<Void> output(byte[] bytes, int offset, int count);

    /** The script ended, and all of its output was handed over. */
    void ended(int status, Shortage shortage);

    /** The instance was used before. */
    void stale();

    /** It can't start the script. */
    void failed(String reason);

    /** The script was started, and what became of it can't be known any more. */
    void lost(String reason);

    /** A trace follows; empty: there is none. */
    void trace(Optional<byte[]> content);
  }

  /** What had no room left on a disk of the instance when the script ended. */
  public enum Shortage {
    NOTHING,
    /** The home directory's disk is full. */
    HOME,
    /** Output of the script was lost. */
    OUTPUT
  }

  private static final int LONGEST_LINE = 4096;

  /** Bytes of output that are kept unbelieved: many times a channel's window. */
  private static final int MOST_EARLY = 1 << 20;

  private static final int KEPT = 400;
  private static final int LARGEST_STATUS = 255;
  private static final CompletableFuture<Void> ROOM = CompletableFuture.completedFuture(null);

  private final byte[] mark;
  private final String prefix;
  private final long offset;
  private final int longestTrace;
  private final Listener listener;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder said = new StringBuilder();
  private int matched;
  private boolean marked;
  private String boot = "";
  private boolean begun;
  private boolean stored;
  private boolean following;
  private final ByteArrayOutputStream early = new ByteArrayOutputStream();
  private final CompletableFuture<Void> proof = new CompletableFuture<>();
  private long shown;
  private Optional<Ended> ended = Optional.empty();
  private boolean endTold;
  private Optional<ByteArrayOutputStream> trace = Optional.empty();
  private OptionalLong traceSize = OptionalLong.empty();

  private record Ended(int status, long size, Shortage shortage) {}

  /**
   * Begins to listen.
   *
   * @param offset where the output begins
   * @param longestTrace bytes; what is beyond is dropped
   */
  WrapperDialogue(String nonce, long offset, int longestTrace, Listener listener) {
    this.offset = offset;
    this.mark = (nonce + " begins here\n").getBytes(ISO_8859_1);
    this.prefix = nonce + " ";
    this.longestTrace = longestTrace;
    this.listener = listener;
  }

  /** Whether both streams have shown that it is the wrapper who speaks. */
  synchronized boolean isProven() {
    return marked && begun;
  }

  /** What tells one start of the instance's system from another; empty: it can't be told. */
  synchronized String boot() {
    return boot;
  }

  /** The beginning of what came instead of, or before, the wrapper's proof; in one line. */
  synchronized String said() {
    return said.toString().replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
  }

  /** Takes standard output. */
  synchronized CompletableFuture<Void> out(byte[] bytes, int from, int count) {
    int at = from;
    int end = from + count;
    if (!marked) {
      at = skipToMark(bytes, from, end);
    }
    if (at == end) {
      return ROOM;
    }
    if (!following) {
      // What echoes its input may show the mark, too: nothing is believed until the wrapper has
      // spoken. Both streams share the channel's window, so output that nobody reads would keep
      // the wrapper's word from coming.
      early.write(bytes, at, end - at);
      return early.size() < MOST_EARLY ? ROOM : proof;
    }
    return output(bytes, at, end - at);
  }

  /** The mark's bytes occur but once in itself: a mismatch begins anew at most with this byte. */
  private int skipToMark(byte[] bytes, int from, int end) {
    for (int at = from; at < end; at++) {
      byte next = bytes[at];
      if (next == mark[matched]) {
        matched++;
        if (matched == mark.length) {
          marked = true;
          said.setLength(Math.max(0, said.length() - (mark.length - 1)));
          // The two streams are read side by side: the other may have been ahead.
          tellStored();
          tellEnd();
          return at + 1;
        }
      } else {
        matched = rematch(next);
      }
      keep((char) (next & 0xff));
    }
    return end;
  }

  /** How much of the mark the bytes before and {@code next} end with, shorter than before. */
  private int rematch(byte next) {
    for (int length = matched; length > 0; length--) {
      if (next == mark[length - 1] && isBorder(length - 1)) {
        return length;
      }
    }
    return 0;
  }

  /** Whether the first {@code length} bytes of the mark are also the last of what was matched. */
  private boolean isBorder(int length) {
    for (int i = 0; i < length; i++) {
      if (mark[i] != mark[matched - length + i]) {
        return false;
      }
    }
    return true;
  }

  private void keep(char next) {
    if (said.length() < KEPT) {
      said.append(next);
    }
  }

  private CompletableFuture<Void> output(byte[] bytes, int from, int count) {
    if (trace.isPresent()) {
      ByteArrayOutputStream content = trace.get();
      content.write(bytes, from, Math.min(count, longestTrace - content.size()));
      tellTrace();
      return ROOM;
    }
    int taken = (int) Math.min(count, left());
    CompletableFuture<Void> room = taken == 0 ? ROOM : listener.output(bytes, from, taken);
    shown += taken;
    tellEnd();
    return room;
  }

  /** Bytes of output that are still to come; as many as there may be while the script runs. */
  private long left() {
    return ended.map(end -> Math.max(0, end.size() - offset - shown)).orElse(Long.MAX_VALUE);
  }

  private void tellEnd() {
    if (ended.isPresent() && !endTold && marked && left() == 0) {
      endTold = true;
      listener.ended(ended.get().status(), ended.get().shortage());
    }
  }

  /** From now on standard output carries the trace: to be called before it is asked for. */
  synchronized void expectTrace() {
    trace = Optional.of(new ByteArrayOutputStream());
  }

  private void tellTrace() {
    if (trace.isPresent() && traceSize.isPresent()) {
      byte[] content = trace.get().toByteArray();
      if (content.length >= Math.min(traceSize.getAsLong(), longestTrace)) {
        traceSize = OptionalLong.empty();
        listener.trace(Optional.of(content));
      }
    }
  }

  /** Takes standard error. */
  synchronized CompletableFuture<Void> err(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (bytes[i] == '\n') {
        take(line.toString(UTF_8));
        line.reset();
      } else if (line.size() < LONGEST_LINE) {
        line.write(bytes[i]);
      }
    }
    return ROOM;
  }

  private void take(String text) {
    if (!text.startsWith(prefix)) {
      (text + "\n").chars().forEach(next -> keep((char) next));
      return;
    }
    String[] words = text.substring(prefix.length()).split(" ", 2);
    String rest = words.length == 1 ? "" : words[1];
    if (words[0].equals("began")) {
      begun = true;
      boot = rest.strip();
    } else if (begun) {
      heard(words[0], rest);
    }
  }

  private void heard(String what, String rest) {
    switch (what) {
      case "want" -> listener.wantsScript();
      case "stored" -> {
        stored = true;
        tellStored();
      }
      case "following" -> {
        following = true;
        listener.following();
        follow();
      }
      case "stale" -> listener.stale();
      case "failed" -> listener.failed(rest);
      case "lost" -> listener.lost(rest);
      case "ended" -> ended(rest.strip().split(" ", -1));
      case "trace" -> traced(rest.strip());
      default -> keep('?');
    }
  }

  private void follow() {
    byte[] waiting = early.toByteArray();
    early.reset();
    CompletableFuture<Void> room = waiting.length == 0 ? ROOM : output(waiting, 0, waiting.length);
    CompletableFuture<Void> unused = room.thenRun(() -> proof.complete(null));
  }

  /** Not while nobody knows where the login shell's standard output goes. */
  private void tellStored() {
    if (stored && marked) {
      stored = false;
      listener.stored();
    }
  }

  /** A status counts once the wrapper follows the script and all output up to it is here. */
  private void ended(String[] words) {
    if (!following || ended.isPresent()) {
      return;
    }
    try {
      int status = Integer.parseInt(words[0]);
      long size = words.length > 1 ? Long.parseLong(words[1]) : -1;
      if (status < 0 || status > LARGEST_STATUS || size < 0) {
        throw new NumberFormatException("out of range");
      }
      ended = Optional.of(new Ended(status, size, shortage(words)));
    } catch (NumberFormatException e) {
      listener.lost("its wrapper told no exit status");
      return;
    }
    tellEnd();
  }

  private static Shortage shortage(String[] words) {
    return switch (words.length > 2 ? words[2] : "") {
      case "output" -> Shortage.OUTPUT;
      case "home" -> Shortage.HOME;
      default -> Shortage.NOTHING;
    };
  }

  private void traced(String rest) {
    try {
      traceSize = OptionalLong.of(Long.parseLong(rest));
      tellTrace();
    } catch (NumberFormatException e) {
      listener.trace(Optional.empty());
    }
  }
}
