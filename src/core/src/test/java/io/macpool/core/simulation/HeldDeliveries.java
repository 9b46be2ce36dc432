package io.macpool.core.simulation;

import io.macpool.core.claim.RunClaimPlanner;
import io.macpool.core.claim.RunClaimPlanner.Decision;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.core.claim.RunClaimPlanner.Runner;
import io.macpool.core.claim.RunClaimPlanner.Sight;
import io.macpool.core.claim.Silence;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Messages that a worker holds and runs nothing for: what becomes of them is the planner's. */
final class HeldDeliveries {

  private static final Duration FIRST_LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long RETURNS_TO_RENEW_AT = 2;
  private static final int LEASES_WATCHED = 10;

  private final Claims claims;
  private final RunClaimPlanner planner;

  /** For how long nobody has held the lock of a job whose message was taken from us. */
  private final Map<String, Silence> watched = new HashMap<>();

  HeldDeliveries(Claims claims) {
    this.claims = claims;
    this.planner = new RunClaimPlanner(claims.locks().lease());
  }

  void hold(Delivery delivery) {
    new Held(delivery).look();
  }

  private Duration now() {
    return claims.wire().time().now(claims.wire().worker());
  }

  private Silence next(Silence silence) {
    return silence.free(now(), claims.locks().lease().dividedBy(2));
  }

  private void watch(String key, Silence silence, Duration until) {
    watched.put(key, silence);
    claims
        .wire()
        .later(
            Duration.ofSeconds(2),
            () -> {
              if (!silence.equals(watched.get(key))) {
                return;
              }
              Runnable forget = () -> watched.remove(key, silence);
              if (claims.locks().isHeld(key) || now().compareTo(until) > 0) {
                forget.run();
                return;
              }
              claims
                  .locks()
                  .isElsewhere(
                      key,
                      there -> {
                        if (there) {
                          forget.run();
                        } else if (silence.equals(watched.get(key))) {
                          watch(key, next(silence), until);
                        }
                      },
                      forget);
            });
  }

  private final class Held {
    private final Delivery delivery;
    private final String key;
    private Duration pause = FIRST_LOOK;
    private Silence silence;
    private Runner runner = Runner.UNKNOWN;

    Held(Delivery delivery) {
      this.delivery = delivery;
      this.key = delivery.key();
      Silence seen = watched.remove(key);
      silence = seen == null ? Silence.none() : seen;
    }

    private void unknown() {
      silence = Silence.none();
      again();
    }

    private void again() {
      claims.wire().later(pause, this::look);
      Duration longest = claims.locks().lease().dividedBy(4);
      longest = longest.compareTo(LONGEST_PAUSE) < 0 ? longest : LONGEST_PAUSE;
      pause = pause.multipliedBy(2).compareTo(longest) > 0 ? longest : pause.multipliedBy(2);
    }

    /** The lock first, then the end. */
    void look() {
      if (delivery.isLost()) {
        decide(Ending.UNKNOWN, false);
        return;
      }
      runner = Runner.UNKNOWN;
      if (claims.locks().isHeld(key)) {
        runner = Runner.HERE;
        decide(Ending.UNKNOWN, false);
        return;
      }
      claims
          .locks()
          .isElsewhere(
              key,
              there -> {
                runner = there ? Runner.ELSEWHERE : Runner.NOBODY;
                silence = there ? Silence.none() : next(silence);
                claims.endings().find(key, this::found, this::unknown);
              },
              this::unknown);
    }

    private void found(Ending ending) {
      if (runner == Runner.NOBODY && ending == Ending.NONE && delivery.comesAgain()) {
        claims
            .wire()
            .<Boolean>call(
                (broker, link) -> broker.ends.isMarked(key),
                marked -> decide(ending, marked),
                this::unknown);
      } else {
        decide(ending, false);
      }
    }

    private void decide(Ending ending, boolean givenBack) {
      Sight sight =
          new Sight(
              delivery.comesAgain(),
              givenBack,
              delivery.isLost(),
              runner,
              ending,
              silence.length(),
              claims.hasProcessor());
      carryOut(changed(planner.decide(sight), sight));
    }

    /** What a planted fault makes of it. */
    private Decision changed(Decision decision, Sight sight) {
      boolean couldRun = !sight.lost() && sight.processorFree() && runner != Runner.HERE;
      return switch (claims.planted()) {
        case NO_CLAIM_BEFORE_RUN -> couldRun ? Decision.RUN : decision;
        case NO_LEASE ->
            couldRun
                    && decision == Decision.HOLD
                    && runner == Runner.NOBODY
                    && sight.ending() == Ending.NONE
                ? Decision.RUN
                : decision;
        default -> decision;
      };
    }

    private void carryOut(Decision decision) {
      switch (decision) {
        case FORGET -> {
          if (silence.counts()) {
            watch(key, silence, now().plus(claims.locks().lease().multipliedBy(LEASES_WATCHED)));
          }
        }
        case ADOPT ->
            renewedOr(
                () -> {
                  if (!claims.adopt(delivery)) {
                    again();
                  }
                });
        case TELL_AND_ACK ->
            claims.endings().tell(key, () -> delivery.ack(took -> {}), this::unknown);
        case ACK -> delivery.ack(took -> {});
        case RUN -> run();
        case GIVE_BACK -> delivery.giveBack();
        case HOLD -> renewedOr(this::again);
      }
    }

    private void renewedOr(Runnable otherwise) {
      if (delivery.message().returns() >= RETURNS_TO_RENEW_AT) {
        delivery.renew(() -> {}, otherwise);
      } else {
        otherwise.run();
      }
    }

    private void run() {
      if (claims.planted() == Planted.NO_CLAIM_BEFORE_RUN) {
        if (!claims.run(delivery)) {
          delivery.giveBack();
        }
        return;
      }
      claims
          .locks()
          .take(
              key,
              taken -> {
                if (!taken) {
                  unknown();
                  return;
                }
                claims
                    .wire()
                    .call(
                        (broker, link) -> {
                          broker.ends.unmark(key);
                          return true;
                        },
                        done -> {
                          if (!claims.run(delivery)) {
                            delivery.giveBack();
                          }
                        },
                        () -> {
                          claims.locks().release(key);
                          again();
                        });
              },
              this::unknown);
    }
  }
}
