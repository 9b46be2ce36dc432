package io.macpool.worker.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a job's file that is still being written from one that is broken: both end early, but the
 * one grows. Used by one thread.
 */
final class UnfinishedFiles {

  /** How long a file that ends early may stay as it is before it is taken for what it is. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(UnfinishedFiles.class);
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LONGEST_CHARACTER = 4;

  private record Seen(int size, long at) {}

  private final Map<String, Seen> seen = new HashMap<>();

  /** Forgets files that are gone. */
  void keepOnly(Collection<String> names) {
    seen.keySet().retainAll(names);
  }

  /**
   * Whether a file should be left for now.
   *
   * @param now by {@link System#nanoTime}
   */
  boolean isStillWritten(String name, byte[] content, long now) {
    if (!endsEarly(content)) {
      seen.remove(name);
      return false;
    }
    Seen before = seen.get(name);
    if (before == null || before.size() != content.length) {
      log.info("{} ends early: if it still grows, it will be taken when it is whole", name);
      seen.put(name, new Seen(content.length, now));
      return true;
    }
    if (Duration.ofNanos(now - before.at()).compareTo(PATIENCE) < 0) {
      return true;
    }
    seen.remove(name);
    return false;
  }

  /** Whether it is JSON as far as it goes. */
  private static boolean endsEarly(byte[] content) {
    try (JsonParser parser = JSON.createParser(content)) {
      if (parser.nextToken() == null) {
        return true; // nothing is there yet
      }
      parser.skipChildren();
      return false;
    } catch (JsonProcessingException e) {
      return e.getLocation() == null
          || e.getLocation().getByteOffset() >= content.length - LONGEST_CHARACTER;
    } catch (IOException e) {
      return false;
    }
  }
}
