package io.macpool.console.access;

import io.macpool.service.setting.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who may look. A session is a moment of its end and a seal on it, so nothing is kept of viewers;
 * the seal's key is this process's own, and a restart ends all sessions. Thread-safe.
 */
public final class ViewerSessions {

  /** How long one lasts. */
  static final Duration LENGTH = Duration.ofHours(12);

  static final String COOKIE = "macpool-console";

  private static final int MOST_TRIES = 10;
  private static final Duration TRIES_PER = Duration.ofMinutes(1);
  private static final int MOST_ADDRESSES = 1000;

  private record Tries(Instant since, int count) {}

  private final Secret token;
  private final Clock clock;
  private final SecretKeySpec key;
  private final Map<String, Tries> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  public ViewerSessions(Secret token, Clock clock) {
    this.token = token;
    this.clock = clock;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, "HmacSHA256");
  }

  /** Whether this address has tried wrong tokens too often to be heard now. */
  synchronized boolean isShutOut(String address) {
    Tries tries = failures.get(address);
    return tries != null && tries.count() >= MOST_TRIES && !isOver(tries);
  }

  private boolean isOver(Tries tries) {
    return Duration.between(tries.since(), clock.instant()).compareTo(TRIES_PER) > 0;
  }

  /** Whether the token is right; a wrong one counts against its address. */
  boolean isToken(String candidate, String address) {
    if (token.matches(candidate)) {
      return true;
    }
    synchronized (this) {
      Tries before = failures.get(address);
      failures.put(
          address,
          before == null || isOver(before)
              ? new Tries(clock.instant(), 1)
              : new Tries(before.since(), before.count() + 1));
    }
    return false;
  }

  /** The cookie's value of a new session. */
  String begin() {
    long end = clock.instant().plus(LENGTH).getEpochSecond();
    return end + "." + seal(end);
  }

  /** Whether a cookie's value is of a session that has not ended. */
  boolean isOpen(String cookie) {
    int dot = cookie.indexOf('.');
    if (dot < 1 || dot > 12 || !cookie.substring(0, dot).matches("[0-9]+")) {
      return false;
    }
    long end = Long.parseLong(cookie.substring(0, dot));
    boolean sealed =
        MessageDigest.isEqual(
            seal(end).getBytes(StandardCharsets.UTF_8),
            cookie.substring(dot + 1).getBytes(StandardCharsets.UTF_8));
    return sealed && clock.instant().getEpochSecond() < end;
  }

  private String seal(long end) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return HexFormat.of()
          .formatHex(mac.doFinal(Long.toString(end).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
