package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.console.watch.BrokerState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveFeedTest {

  private Instant now = FakePool.NOW;
  private final LiveFeed feed = new LiveFeed(() -> now);

  /** A viewer whose connection takes what is written, or does not. */
  private static final class Viewer {

    private final List<Buffer> taken = new ArrayList<>();
    private boolean full;
    private boolean reset;

    HttpServerResponse response() {
      return (HttpServerResponse)
          Proxy.newProxyInstance(
              Viewer.class.getClassLoader(),
              new Class<?>[] {HttpServerResponse.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "write" -> {
                      taken.add((Buffer) arguments[0]);
                      yield null;
                    }
                    case "writeQueueFull" -> full;
                    case "reset" -> {
                      reset = true;
                      yield true;
                    }
                    case "closed", "ended" -> false;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> proxy;
                  });
    }

    String last() {
      return taken.isEmpty() ? "" : taken.get(taken.size() - 1).toString();
    }
  }

  private Viewer follow() {
    Viewer viewer = new Viewer();
    feed.follow(viewer.response());
    return viewer;
  }

  private static BrokerState state(String... instances) {
    return FakePool.state(
        List.of(FakePool.host("mac-1", "ready", 0), FakePool.host("mac-2", "ready", 0)),
        List.of(instances).stream()
            .map(id -> FakePool.instance(id, "mac-2", "ios", "ready", false))
            .toList());
  }

  private void see(String... instances) {
    feed.update(FakePool.known(state(instances)));
  }

  @Test
  void aViewerGetsEverythingFirstAndThenOnlyTheHostsThatChanged() {
    see();
    Viewer viewer = follow();
    assertThat(viewer.last()).contains("mac-1", "mac-2", "event: status", "event: figures");

    see("vm-1");

    assertThat(viewer.last()).contains("event: rows", "mac-2", "vm-1").doesNotContain("mac-1");
    see("vm-1");
    assertThat(viewer.last()).isEqualTo("event: alive\ndata: {}\n\n");
  }

  @Test
  void whatIsToldIsPutIntoBytesOnceForAll() {
    see();
    Viewer one = follow();
    Viewer other = follow();
    assertThat(one.taken.get(0)).isSameAs(other.taken.get(0));

    see("vm-1");

    assertThat(one.taken.get(1)).isSameAs(other.taken.get(1));
  }

  @Test
  void aSlowViewerIsNotCutOffButGetsEverythingOnceItHasCaughtUp() {
    see();
    Viewer slow = follow();
    slow.full = true;
    see("vm-1");
    see("vm-2");
    assertThat(slow.taken).as("nothing is piled up for it").hasSize(1);
    now = now.plusSeconds(20);
    slow.full = false;

    see("vm-2");

    assertThat(slow.last()).contains("mac-1", "mac-2", "vm-2").doesNotContain("vm-1");
    see("vm-3");
    assertThat(slow.last()).contains("vm-3").doesNotContain("mac-1");
    assertThat(slow.reset).isFalse();
  }

  @Test
  void aViewerThatTakesNothingForLongIsCutOff() {
    see();
    Viewer dead = follow();
    dead.full = true;
    see("vm-1");
    now = now.plus(Duration.ofSeconds(31));

    see("vm-2");

    assertThat(dead.reset).isTrue();
    assertThat(feed.viewers()).isZero();
  }

  @Test
  void anotherSetOfHostsIsToLoadThePageAnew() {
    see();
    Viewer viewer = follow();

    feed.update(
        FakePool.known(
            FakePool.state(
                List.of(FakePool.host("mac-1", "ready", 0), FakePool.host("mac-3", "ready", 0)),
                List.of())));

    assertThat(viewer.last()).contains("event: hosts");
    assertThat(follow().last()).contains("mac-3").doesNotContain("mac-2");
  }
}
