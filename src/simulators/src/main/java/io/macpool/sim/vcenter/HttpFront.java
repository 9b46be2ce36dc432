package io.macpool.sim.vcenter;

import io.macpool.sim.net.SelfSignedCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTPS with a self-signed certificate, in front of the SOAP service. */
final class HttpFront implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HttpFront.class);
  private static final int MAX_BODY = 8 << 20;
  private static final long WAIT_SECONDS = 10;
  private static final Pattern COOKIE = Pattern.compile("vmware_soap_session=\"?([^\";\\s]+)\"?");

  private final Vertx vertx;
  private final SoapService service;
  private final Executor threads;
  private final String address;
  private HttpServerOptions options;
  private HttpServer server;
  private int port;

  HttpFront(
      SoapService service,
      Executor threads,
      SelfSignedCertificate certificate,
      String address,
      int port) {
    this.service = service;
    this.threads = threads;
    this.address = address;
    this.port = port;
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2));
    this.options = with(certificate);
  }

  private static HttpServerOptions with(SelfSignedCertificate certificate) {
    return new HttpServerOptions()
        .setSsl(true)
        .setUseAlpn(false)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(certificate.certificatePem()))
                .addKeyValue(Buffer.buffer(certificate.privateKeyPem())));
  }

  /** Shows another certificate from now on; connections that are open are dropped. */
  synchronized void certificate(SelfSignedCertificate certificate) {
    boolean listening = server != null;
    stopListening();
    options = with(certificate);
    if (listening) {
      listen();
    }
  }

  /** Listens; after {@link #stopListening()}, on the same port as before. */
  synchronized void listen() {
    server = vertx.createHttpServer(options).requestHandler(this::handle);
    port = await(server.listen(port, address), "listen on " + address + ":" + port).actualPort();
  }

  /** Refuses connections and drops those that are open. */
  synchronized void stopListening() {
    if (server != null) {
      await(server.close(), "stop listening");
      server = null;
    }
  }

  int port() {
    return port;
  }

  private static <T> T await(Future<T> future, String what) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: the simulated vCenter can't " + what, e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the simulated vCenter can't " + what, e);
    }
  }

  private void handle(HttpServerRequest request) {
    if (!request.path().startsWith("/sdk")) {
      request.response().setStatusCode(404).end();
      return;
    }
    if (!request.method().name().equals("POST")) {
      request.response().setStatusCode(405).end();
      return;
    }
    Buffer body = Buffer.buffer();
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > MAX_BODY) {
            request.connection().close();
          } else {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(end -> received(request, body.getBytes()));
  }

  private void received(HttpServerRequest request, byte[] body) {
    String action = request.getHeader("SOAPAction");
    String cookie = session(request.getHeader("Cookie"));
    // Its failure is answered below.
    CompletableFuture<?> unused =
        CompletableFuture.completedFuture(body)
            .thenComposeAsync(bytes -> service.handle(bytes, action, cookie), threads)
            .whenComplete(
                (reply, failure) -> {
                  if (failure != null) {
                    log.error("a call failed in the simulator", failure);
                  }
                  send(request, failure == null ? reply : SoapService.Reply.dropped());
                });
  }

  private static String session(String cookies) {
    if (cookies == null) {
      return null;
    }
    Matcher matcher = COOKIE.matcher(cookies);
    return matcher.find() ? matcher.group(1) : null;
  }

  private static void send(HttpServerRequest request, SoapService.Reply reply) {
    HttpServerResponse response = request.response();
    if (response.closed() || response.ended()) {
      return;
    }
    if (reply.ending() == SoapService.Ending.DROPPED) {
      request.connection().close();
      return;
    }
    response.setStatusCode(reply.status()).putHeader("Content-Type", reply.contentType());
    if (reply.cookie() != null) {
      response.putHeader(
          "Set-Cookie",
          "vmware_soap_session=\"" + reply.cookie() + "\"; Path=/; HttpOnly; Secure;");
    }
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    if (reply.ending() == SoapService.Ending.HALF) {
      response.putHeader("Content-Length", Integer.toString(bytes.length));
      response
          .write(Buffer.buffer().appendBytes(bytes, 0, bytes.length / 2))
          .onComplete(written -> request.connection().close());
      return;
    }
    response.end(Buffer.buffer(bytes));
  }

  @Override
  public void close() {
    stopListening();
    await(vertx.close(), "end its event loops");
  }
}
