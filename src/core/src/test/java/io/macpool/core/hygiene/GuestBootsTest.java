package io.macpool.core.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuestBootsTest {

  private static final Instant BOOT = Instant.parse("2026-11-01T00:00:00Z");
  private static final Duration LOOK = Duration.ofSeconds(10);

  private final GuestBoots boots = new GuestBoots();
  private Map<String, Instant> hosts = Map.of("mac", BOOT);
  private Instant now = BOOT.plus(Duration.ofDays(1));
  private int guests;

  private static GuestBoots.Guest guest(String id, Instant startedAt, boolean answers) {
    return new GuestBoots.Guest(id, "mac", Optional.of("xcode"), startedAt, answers);
  }

  private void look(GuestBoots.Guest... all) {
    boots.look(List.of(all), hosts, now);
    now = now.plus(LOOK);
  }

  /** A guest is started right after a look, answers after so long, and goes. */
  private void boots(Duration time) {
    String id = "guest-" + guests++;
    Instant startedAt = now;
    while (now.isBefore(startedAt.plus(time))) {
      look(guest(id, startedAt, false));
    }
    look(guest(id, startedAt, true));
    look();
  }

  private Optional<Double> growth() {
    return boots.growth("mac", now).toOptional();
  }

  @Test
  void bootsThatTakeFourTimesAsLongAsTheFirstAreTold() {
    for (int i = 0; i < 3; i++) {
      boots(Duration.ofSeconds(40));
    }
    boots(Duration.ofSeconds(160));
    boots(Duration.ofSeconds(160));
    assertThat(growth()).as("too few").isEmpty();
    boots(Duration.ofSeconds(160));
    assertThat(growth()).contains(4.0);
    for (int i = 0; i < 2; i++) {
      boots(Duration.ofSeconds(40));
    }
    assertThat(growth()).as("it has passed").contains(1.0);
  }

  @Test
  void aLookThatComesLateIsNoGrowth() {
    for (int i = 0; i < 3; i++) {
      boots(Duration.ofSeconds(5));
    }
    for (int i = 0; i < 3; i++) {
      boots(Duration.ofSeconds(25));
    }
    assertThat(growth()).contains(1.0);
  }

  @Test
  void guestsThatNeverAnswerAreCountedOnceEachUntilOneAnswers() {
    Instant startedAt = now;
    for (int i = 0; i < 40; i++) {
      look(guest("one", startedAt, false), guest("two", startedAt, false));
    }
    HostSymptoms.Row row = boots.silent("mac").orElseThrow();
    assertThat(row.count()).isEqualTo(2);
    assertThat(row.image()).contains("xcode");
    assertThat(row.at()).isEqualTo(startedAt.plus(GuestBoots.SILENT_AFTER));
    look(guest("one", startedAt, true), guest("two", startedAt, false));
    assertThat(boots.silent("mac")).as("it was only slow").isEmpty();
  }

  @Test
  void whatAnsweredBeforeWeLookedTellsNothing() {
    Instant longAgo = now.minus(Duration.ofHours(1));
    Instant startedAt = now;
    for (int i = 0; i < 20; i++) {
      look(guest("new", startedAt, false));
    }
    look(guest("new", startedAt, false), guest("old", longAgo, true));
    assertThat(boots.silent("mac")).hasValueSatisfying(r -> assertThat(r.count()).isOne());
  }

  @Test
  void aRebootOfTheHostBeginsAnew() {
    Instant startedAt = now;
    for (int i = 0; i < 20; i++) {
      look(guest("one", startedAt, false));
    }
    assertThat(boots.silent("mac")).isPresent();
    hosts = Map.of("mac", BOOT.plusSeconds(30));
    look();
    assertThat(boots.silent("mac")).as("clocks differ by so much").isPresent();
    hosts = Map.of("mac", now);
    look();
    assertThat(boots.silent("mac")).isEmpty();
  }

  /** It is lost for a while, and its guests with it: nothing is learned, and nothing twice. */
  @Test
  void whatIsOutOfSightIsNotCountedAgain() {
    Instant startedAt = now;
    for (int i = 0; i < 20; i++) {
      look(guest("one", startedAt, false));
    }
    hosts = Map.of();
    look();
    hosts = Map.of("mac", BOOT);
    for (int i = 0; i < 20; i++) {
      look(guest("one", startedAt, false));
    }
    assertThat(boots.silent("mac")).hasValueSatisfying(r -> assertThat(r.count()).isOne());
    boots.retain(Set.of());
    assertThat(boots.silent("mac")).isEmpty();
  }
}
