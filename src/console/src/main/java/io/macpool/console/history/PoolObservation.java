package io.macpool.console.history;

import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.Recording.HostSpan;
import java.time.Instant;
import java.util.List;

/**
 * What was seen of the pool until a moment.
 *
 * @param begin the first moment of which anything is known exactly
 * @param last the last look
 * @param open what was in slots then
 * @param hosts as they were then, each up to the last look
 * @param stays that ended before, in their order; and so {@code spans} and {@code gaps}
 */
public record PoolObservation(
    Instant begin,
    Instant last,
    List<OpenInterval> open,
    List<HostSpan> hosts,
    List<StateInterval> stays,
    List<HostSpan> spans,
    List<Gap> gaps) {}
