package io.macpool.console.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.Instance;
import io.macpool.console.FakePool;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PoolNewsTest {

  private static final Instant NOW = FakePool.NOW;
  private static final Instance ONE = FakePool.instance("vm-1", "mac-1", "ios", "ready", false);
  private static final Instance TWO = FakePool.instance("vm-2", "mac-1", "ios", "ready", false);

  private final PoolNews news = new PoolNews();

  private static BrokerState listed(Instance... instances) {
    return FakePool.state(List.of(FakePool.host("mac-1", "ready", 0)), List.of(instances));
  }

  @Test
  void whatChangedAfterAListWasAskedForIsNewerThanItsAnswer() {
    news.hear("vm-1", Optional.of(ONE), NOW.plusMillis(10));
    news.hear("vm-2", Optional.empty(), NOW.plusMillis(20));

    assertThat(news.onto(listed(TWO), NOW).instances()).containsExactly(ONE);
  }

  @Test
  void aListThatWasAskedForLaterKnowsBetter() {
    news.hear("vm-1", Optional.of(ONE), NOW.plusMillis(10));

    assertThat(news.onto(listed(TWO), NOW.plusMillis(11)).instances()).containsExactly(TWO);
    assertThat(news.all().apply(listed(TWO)).instances())
        .as("it is forgotten")
        .containsExactly(TWO);
  }

  @Test
  void theLastChangeOfAnInstanceCounts() {
    news.hear("vm-1", Optional.of(ONE), NOW);
    news.hear("vm-1", Optional.empty(), NOW.plusMillis(1));

    assertThat(news.all().apply(listed(ONE)).instances()).isEmpty();
  }

  @Test
  void whatNoListEverConfirmedIsForgottenAfterAMinute() {
    news.hear("vm-1", Optional.of(ONE), NOW);
    news.hear("vm-2", Optional.of(TWO), NOW.plusSeconds(61));

    assertThat(news.all().apply(listed()).instances()).containsExactly(TWO);
  }
}
