package io.macpool.worker.job;

import java.util.Map;
import java.util.Objects;

/**
 * One part of a log.
 *
 * @param number from 0 without gaps
 * @param isFinal the last one, whose content is empty
 * @param meta of the first part after the start; else empty
 */
public record LogPart(
    long jobId,
    String uuid,
    int number,
    String content,
    boolean isFinal,
    Map<String, String> meta) {

  public LogPart {
    Objects.requireNonNull(content, "content");
    meta = Map.copyOf(meta);
    if (isFinal && !content.isEmpty()) {
      throw new IllegalArgumentException("the final part has no content");
    }
  }
}
