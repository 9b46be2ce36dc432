package io.macpool.brain.http.answer;

import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.broker.Instance;
import io.macpool.core.fleet.Inventory;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/**
 * The answer that lists all instances, rendered once for each state of the fleet and each second,
 * as the instances' ages are part of it. Thread-safe.
 */
public final class RenderedList {

  private record Rendered(Inventory inventory, long version, long second, Buffer body) {}

  private final LiveInstances live;
  private final Function<Inventory, List<Instance>> list;
  private final Clock clock;
  private volatile Rendered last = new Rendered(Inventory.EMPTY, -1, -1, Buffer.buffer());

  /**
   * @param list what there is to list, read anew
   */
  public RenderedList(LiveInstances live, Function<Inventory, List<Instance>> list, Clock clock) {
    this.live = live;
    this.list = list;
    this.clock = clock;
  }

  @SuppressWarnings("ReferenceEquality") // a change is another inventory; comparing two is dear
  public Buffer of(Inventory inventory) {
    // Before the instances are read: what changes meanwhile makes the next call render again.
    long version = live.version();
    long second = clock.instant().getEpochSecond();
    Rendered known = last;
    if (known.inventory() == inventory && known.version() == version && known.second() == second) {
      return known.body();
    }
    Buffer body = Answers.rendered(list.apply(inventory));
    last = new Rendered(inventory, version, second, body);
    return body;
  }
}
