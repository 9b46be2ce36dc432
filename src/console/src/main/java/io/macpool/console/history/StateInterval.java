package io.macpool.console.history;

import io.macpool.core.usage.Recording.Occupation;
import java.util.Optional;

/**
 * One instance in one state.
 *
 * @param ended whether it is over
 */
public record StateInterval(
    String instance, Optional<String> image, Occupation occupation, boolean ended) {}
