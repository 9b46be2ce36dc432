package io.macpool.operator;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before an API server, in clear towards us and in TLS towards a real one: breaks or freezes
 * connections, and can make the server see watches that resume from so long ago that it has
 * forgotten, as they do after its history was compacted.
 */
final class ApiGate implements AutoCloseable {

  private static final Pattern WATCH =
      Pattern.compile("(GET [^ ]*resourceVersion=)(\\d+)([^ ]*watch=true[^ ]* HTTP)");

  private final Vertx vertx = Vertx.vertx();
  private final NetClient dialer;
  private final URI target;
  private final NetServer server;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<NetSocket> forgotten = ConcurrentHashMap.newKeySet();
  private final Set<String> aged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger expired = new AtomicInteger();
  private volatile boolean aging;
  private volatile boolean frozen;

  ApiGate(URI target) {
    this.target = target;
    dialer =
        vertx.createNetClient(
            new NetClientOptions()
                .setSsl(target.getScheme().equals("https"))
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm(""));
    server =
        vertx
            .createNetServer(new NetServerOptions().setHost("127.0.0.1"))
            .connectHandler(this::pass)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  void cut() {
    sockets.forEach(NetSocket::close);
  }

  /** Every resource's next watch asks for the server's earliest days; then all is as before. */
  void age() {
    aged.clear();
    aging = true;
    cut();
  }

  /** Watches that were made to ask so. */
  int expired() {
    return expired.get();
  }

  /** From now on everything is taken and nothing answered, on old connections and new ones. */
  void freeze() {
    frozen = true;
  }

  /** From now on what is said on the connections that there are is taken and not answered. */
  void forget() {
    forgotten.addAll(sockets);
  }

  /** All is as it was; connections that have lost something are closed. */
  void thaw() {
    frozen = false;
    cut();
  }

  private void pass(NetSocket client) {
    client.pause();
    dialer
        .connect(target.getPort(), target.getHost())
        .onFailure(refused -> client.close())
        .onSuccess(
            server -> {
              sockets.add(client);
              client.closeHandler(
                  closed -> {
                    sockets.remove(client);
                    server.close();
                  });
              server.closeHandler(closed -> client.close());
              server.handler(unlessFrozen(client, client::write));
              client.handler(
                  unlessFrozen(client, bytes -> server.write(aging ? older(bytes) : bytes)));
              client.resume();
            });
  }

  private Handler<Buffer> unlessFrozen(NetSocket client, Handler<Buffer> then) {
    return bytes -> {
      if (!frozen && !forgotten.contains(client)) {
        then.handle(bytes);
      }
    };
  }

  private Buffer older(Buffer bytes) {
    Matcher watch = WATCH.matcher(bytes.toString(StandardCharsets.ISO_8859_1));
    String request =
        watch.replaceAll(
            found -> {
              String path = found.group(1).substring(0, found.group(1).indexOf('?'));
              if (!aged.add(path)) {
                return Matcher.quoteReplacement(found.group());
              }
              expired.incrementAndGet();
              return Matcher.quoteReplacement(found.group(1) + "1" + found.group(3));
            });
    return Buffer.buffer(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    vertx.close();
  }
}
