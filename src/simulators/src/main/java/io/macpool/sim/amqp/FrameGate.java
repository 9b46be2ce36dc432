package io.macpool.sim.amqp;

import io.macpool.sim.net.Hold;
import io.macpool.sim.net.TcpGate;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands before an AMQP broker, ours or a real one, and cuts a client's connection at a certain
 * frame, or keeps that frame for a while: the way to every moment between two writes.
 */
public final class FrameGate implements AutoCloseable {

  /**
   * A frame of AMQP 0-9-1.
   *
   * @param fromClient whether the client sends it
   * @param method class and method, {@code 60.40} for {@code basic.publish}; empty for content
   * @param text its payload, a byte a character
   */
  public record Frame(boolean fromClient, int channel, String method, String text) {}

  /** Which frame to cut at. Asked of each frame in order, so it may remember. */
  @FunctionalInterface
  public interface Moment {
    boolean is(Frame frame);
  }

  private record Stop(Moment moment, Hold hold) {}

  private static final int METHOD = 1;
  private static final int OVERHEAD = 8;

  private final URI broker;
  private final TcpGate gate;
  private final AtomicReference<Optional<Moment>> next = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<Stop>> stop = new AtomicReference<>(Optional.empty());
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile boolean staysShut;
  private volatile boolean shut;

  private FrameGate(URI broker) {
    this.broker = broker;
    this.gate = TcpGate.open(broker.getHost(), broker.getPort(), 0, () -> new Frames());
  }

  /** Opens a gate before a broker on a loopback port. */
  public static FrameGate before(URI broker) {
    return new FrameGate(broker);
  }

  /** The broker's address through this gate, with its user and password. */
  public URI uri() {
    return URI.create(
        "amqp://%s@127.0.0.1:%d%s"
            .formatted(broker.getRawUserInfo(), gate.port(), broker.getRawPath()));
  }

  /** Cuts one connection, once, before the next frame that is {@code moment} is passed on. */
  public void cutBefore(Moment moment) {
    next.set(Optional.of(moment));
  }

  /** The same, and nobody comes through until {@link #open()}: its client is as good as dead. */
  public void shutBefore(Moment moment) {
    staysShut = true;
    cutBefore(moment);
  }

  /**
   * Keeps, once, the next frame of a client that is {@code moment}, and what its connection sends
   * after it, until the hold is closed.
   */
  public Hold holdBefore(Moment moment) {
    Hold hold = new Hold();
    stop.set(Optional.of(new Stop(moment, hold)));
    return hold;
  }

  /** Cuts every connection that is there now; new ones are let in. */
  public void cut() {
    gate.cut();
  }

  /** Cuts every connection, and lets nobody through until {@link #open()}. */
  public void shut() {
    shut = true;
    gate.cut();
  }

  /** Lets clients through again. */
  public void open() {
    shut = false;
    staysShut = false;
  }

  /** While true no byte passes either way and no connection is closed: a network gone silent. */
  public void stall(boolean silent) {
    gate.stall(silent);
  }

  /** Connections that pass through now. */
  public int connections() {
    return gate.connections();
  }

  /** How often a moment came. */
  public int cuts() {
    return cuts.get();
  }

  @Override
  public void close() {
    gate.close();
  }

  private boolean isMoment(Frame frame) {
    Optional<Moment> moment = Objects.requireNonNull(next.get(), "empty, never null");
    if (moment.isPresent()
        && moment.get().is(frame)
        && next.compareAndSet(moment, Optional.empty())) {
      shut = staysShut;
      cuts.incrementAndGet();
      return true;
    }
    return false;
  }

  /** Passes on whole frames only. */
  private final class Frames implements TcpGate.Censor {

    private Buffer fromClient = Buffer.buffer();
    private Buffer fromBroker = Buffer.buffer();
    private Hold kept = Hold.closed();
    private boolean greeted;

    @Override
    public boolean read(boolean isClient, Buffer bytes, Buffer onward) {
      if (shut) {
        return true;
      }
      Buffer held = (isClient ? fromClient : fromBroker).appendBuffer(bytes);
      int from = 0;
      if (isClient && !greeted && held.length() >= OVERHEAD) {
        from = OVERHEAD; // "AMQP" and the version
        greeted = true;
      }
      boolean cut = false;
      while (!cut && (greeted || !isClient) && held.length() - from >= OVERHEAD) {
        int length = OVERHEAD + held.getInt(from + 3);
        if (held.length() - from < length) {
          break;
        }
        Frame frame = frame(isClient, held.slice(from, from + length));
        if (isClient && isKept(frame)) {
          break;
        }
        cut = isMoment(frame);
        from += cut ? 0 : length;
      }
      onward.appendBuffer(held, 0, from);
      Buffer rest = held.getBuffer(from, held.length());
      if (isClient) {
        fromClient = rest;
      } else {
        fromBroker = rest;
      }
      return cut;
    }

    private boolean isKept(Frame frame) {
      Optional<Stop> next = Objects.requireNonNull(stop.get(), "empty, never null");
      if (kept.isOver()
          && next.isPresent()
          && next.get().moment().is(frame)
          && stop.compareAndSet(next, Optional.empty())) {
        kept = next.get().hold();
        kept.pass(gate::lookAgain);
      }
      return !kept.isOver();
    }

    private Frame frame(boolean isClient, Buffer frame) {
      String method =
          frame.getByte(0) == METHOD
              ? frame.getUnsignedShort(7) + "." + frame.getUnsignedShort(9)
              : "";
      String text = frame.getString(7, frame.length() - 1, StandardCharsets.ISO_8859_1.name());
      return new Frame(isClient, frame.getUnsignedShort(1), method, text);
    }
  }
}
