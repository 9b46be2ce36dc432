package io.macpool.sim.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.guest.GuestPower;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GuestPowerServerTest {

  private static final class Booted implements GuestPower {
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    @Override
    public String boot(String name) {
      if (!names.add(name)) {
        throw new IllegalStateException(name + " runs already");
      }
      return "127.64.0.9";
    }

    @Override
    public void kill(String name) {
      names.remove(name);
    }
  }

  private static HttpResponse<String> ask(String method, URI url) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(url).method(method, HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void bootsAndKillsGuestsForAStranger() throws Exception {
    Booted guests = new Booted();
    try (GuestPowerServer server = GuestPowerServer.start(guests, 0)) {
      URI guest = server.url().resolve("a-clone");
      assertThat(ask("POST", guest).body()).isEqualTo("127.64.0.9");
      assertThat(guests.names).containsExactly("a-clone");
      assertThat(ask("POST", guest).statusCode()).isEqualTo(500);
      assertThat(ask("DELETE", guest).statusCode()).isEqualTo(204);
      assertThat(guests.names).isEmpty();
      assertThat(ask("POST", server.url().resolve("a/b")).statusCode()).isEqualTo(404);
      assertThat(ask("GET", guest).statusCode()).isEqualTo(405);
    }
  }
}
