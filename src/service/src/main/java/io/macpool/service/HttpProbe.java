package io.macpool.service;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Asks a URL once: {@code java -cp … io.macpool.service.HttpProbe URL [STATUS]}. Exit status 0 if
 * it answers with that status, 200 unless told otherwise. It is what the charts' tests run, so that
 * they need no image but the service's own.
 */
public final class HttpProbe {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private HttpProbe() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 1 || arguments.length > 2) {
      System.err.println("usage: HttpProbe URL [STATUS]");
      System.exit(2);
    }
    int wanted = arguments.length == 2 ? Integer.parseInt(arguments[1]) : 200;
    String answer = ask(URI.create(arguments[0]));
    System.out.println(arguments[0] + ": " + answer);
    System.exit(answer.equals(String.valueOf(wanted)) ? 0 : 1);
  }

  /** The status of the answer, or why there is none. */
  static String ask(URI url) throws InterruptedException {
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    HttpRequest request = HttpRequest.newBuilder(url).timeout(PATIENCE).GET().build();
    try {
      HttpResponse<Void> response = client.send(request, BodyHandlers.discarding());
      return String.valueOf(response.statusCode());
    } catch (IOException e) {
      return "no answer: " + e;
    }
  }
}
