package io.macpool.sim.net;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a TCP port on loopback and passes bytes both ways, so that a test can do to a peer
 * what a network does: refuse, cut, go silent. Whatever stands behind keeps its state, as a durable
 * peer does over a restart.
 */
public final class TcpGate implements AutoCloseable {

  /** Looks at what passes over one connection; always called on one thread. */
  public interface Censor {

    /**
     * Says what of {@code bytes}, and of what it held back before, goes on to the other side.
     *
     * @return whether the connection is cut after that
     */
    boolean read(boolean fromClient, Buffer bytes, Buffer onward);
  }

  private record Link(NetSocket client, NetSocket target, Censor censor, Context context) {}

  private static final Censor NONE =
      (fromClient, bytes, onward) -> {
        onward.appendBuffer(bytes);
        return false;
      };

  private final Vertx vertx;
  private final NetClient dialer;
  private final String targetHost;
  private volatile List<Integer> targetPorts;
  private final AtomicInteger next = new AtomicInteger();
  private final NetServerOptions front;
  private final Supplier<Censor> censors;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final int port;
  private @Nullable NetServer server;
  private volatile boolean stalled;

  private TcpGate(
      String targetHost,
      List<Integer> targetPorts,
      NetServerOptions front,
      Supplier<Censor> censors) {
    this.front = front.setHost("127.0.0.1").setTcpNoDelay(true).setReuseAddress(true);
    this.targetHost = targetHost;
    this.targetPorts = List.copyOf(targetPorts);
    this.censors = censors;
    vertx = LoopbackServer.smallVertx();
    dialer = vertx.createNetClient();
    try {
      server = listen(front.getPort());
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
    port = server.actualPort();
  }

  /** Opens a gate on {@code 127.0.0.1:port} (0: a free one) before the target. */
  public static TcpGate open(String targetHost, int targetPort, int port) {
    return open(targetHost, targetPort, port, () -> NONE);
  }

  /** Opens a gate whose connections have a censor each. */
  public static TcpGate open(
      String targetHost, int targetPort, int port, Supplier<Censor> censors) {
    return new TcpGate(
        targetHost, List.of(targetPort), new NetServerOptions().setPort(port), censors);
  }

  /**
   * Opens a gate on a free port before several replicas, as a Service is: they take turns, and one
   * that refuses a connection is passed over.
   */
  public static TcpGate openBefore(String targetHost, List<Integer> targetPorts) {
    return new TcpGate(targetHost, targetPorts, new NetServerOptions().setPort(0), () -> NONE);
  }

  /** Opens a gate on a free port whose clients speak TLS; what stands behind it does not. */
  public static TcpGate openTls(
      String targetHost, int targetPort, SelfSignedCertificate certificate) {
    NetServerOptions front =
        new NetServerOptions()
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(certificate.certificatePem()))
                    .addKeyValue(Buffer.buffer(certificate.privateKeyPem())));
    return new TcpGate(targetHost, List.of(targetPort), front, () -> NONE);
  }

  /** The port that clients dial; the same over any number of stops and starts. */
  public int port() {
    return port;
  }

  /** Connections that pass through now. */
  public int connections() {
    return links.size();
  }

  /** Cuts every connection and refuses new ones until {@link #start}. */
  public synchronized void stop() {
    if (server != null) {
      LoopbackServer.await(server.close(), "shut the gate on port " + port);
      server = null;
    }
    cut();
  }

  /** Lets clients in again, on the same port; does nothing if it is open. */
  public synchronized void start() {
    if (server == null) {
      server = listen(port);
    }
  }

  /**
   * New connections go to another port of the target from now on, as when an address moves; those
   * that are there stay where they are.
   */
  public void moveTo(int otherPort) {
    targetPorts = List.of(otherPort);
  }

  /** Cuts every connection that is there now; new ones are let in. */
  public void cut() {
    for (Link link : links) {
      link.client().close();
      link.target().close();
    }
  }

  /** While stalled, no byte passes either way and nobody is told: a network gone silent. */
  public void stall(boolean silent) {
    stalled = silent;
    links.forEach(this::applyStall);
  }

  /** Has every connection's censor look again at what it held back. */
  public void lookAgain() {
    links.forEach(
        link ->
            link.context()
                .runOnContext(
                    now -> {
                      if (links.contains(link)) {
                        forward(link, true, Buffer.buffer());
                      }
                    }));
  }

  private void applyStall(Link link) {
    if (stalled) {
      link.client().pause();
      link.target().pause();
    } else {
      link.client().resume();
      link.target().resume();
    }
  }

  private NetServer listen(int wantedPort) {
    NetServer listening =
        vertx
            .createNetServer(new NetServerOptions(front).setPort(wantedPort))
            .connectHandler(this::pass);
    return LoopbackServer.await(listening.listen(), "open the gate on port " + wantedPort);
  }

  private void pass(NetSocket client) {
    client.pause();
    AtomicBoolean gone = new AtomicBoolean();
    client.closeHandler(closed -> gone.set(true));
    List<Integer> ports = targetPorts;
    dial(ports, next.getAndIncrement(), ports.size())
        .onFailure(refused -> client.close())
        .onSuccess(
            target -> {
              Link link = new Link(client, target, censors.get(), vertx.getOrCreateContext());
              links.add(link);
              client.closeHandler(closed -> end(link));
              target.closeHandler(closed -> end(link));
              client.handler(bytes -> forward(link, true, bytes));
              target.handler(bytes -> forward(link, false, bytes));
              applyStall(link);
              if (gone.get()) {
                end(link); // its client did not wait for the dialling
              }
            });
  }

  private Future<NetSocket> dial(List<Integer> ports, int turn, int left) {
    Future<NetSocket> dialled =
        dialer.connect(ports.get(Math.floorMod(turn, ports.size())), targetHost);
    return left <= 1 ? dialled : dialled.recover(refused -> dial(ports, turn + 1, left - 1));
  }

  private void forward(Link link, boolean fromClient, Buffer bytes) {
    NetSocket from = fromClient ? link.client() : link.target();
    NetSocket to = fromClient ? link.target() : link.client();
    Buffer onward = Buffer.buffer();
    boolean cut = link.censor().read(fromClient, bytes, onward);
    to.write(onward);
    if (cut) {
      end(link);
      return;
    }
    if (to.writeQueueFull()) {
      from.pause();
      to.drainHandler(
          drained -> {
            if (!stalled) {
              from.resume();
            }
          });
    }
  }

  private void end(Link link) {
    links.remove(link);
    link.client().close();
    link.target().close();
  }

  @Override
  public void close() {
    LoopbackServer.close(vertx, "the gate on port " + port);
  }
}
