package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Instance;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** What a reservation reads and writes, all in the one transaction that it runs in. */
interface ReservationBook {

  /** What owners got under these keys, unless it is being destroyed or gone. */
  Map<Intent.Key, Intent.Given> given(Set<Intent.Key> keys);

  /** Notes what these keys gave; what they gave earlier is wanted no more. */
  void remember(Map<Intent.Key, Intent.Given> given, Instant now);

  SlotRows.Slots slots();

  /** All that is not gone. */
  List<SlotRows.Live> live();

  Map<String, Cordon> cordons();

  /** These, after those whose owners could be told of them are noted as told. */
  Map<String, Instance> confirm(List<String> ids, Instant now);

  /** Those of these that still wait warm, the longest waiting first; they are the caller's. */
  List<Instance> lockWaiting(List<String> ids);

  /** Writes down whose these are, which waited warm till now. */
  void handOver(List<Instance> given);

  /** Writes these down, each with a slot on its host, of those that were read. */
  void place(SlotRows.Slots slots, List<Instance> placed);

  /**
   * The tables.
   *
   * @param handle of a transaction that is alone
   */
  record Tables(Handle handle) implements ReservationBook {

    @Override
    public Map<Intent.Key, Intent.Given> given(Set<Intent.Key> keys) {
      return KeyRows.byKeys(handle, keys);
    }

    @Override
    public void remember(Map<Intent.Key, Intent.Given> given, Instant now) {
      KeyRows.remember(handle, given, now);
    }

    @Override
    public SlotRows.Slots slots() {
      return SlotRows.read(handle);
    }

    @Override
    public List<SlotRows.Live> live() {
      return SlotRows.live(handle);
    }

    @Override
    public Map<String, Cordon> cordons() {
      return CordonRows.all(handle);
    }

    @Override
    public Map<String, Instance> confirm(List<String> ids, Instant now) {
      return InstanceRows.confirm(handle, ids, now);
    }

    @Override
    public List<Instance> lockWaiting(List<String> ids) {
      return InstanceRows.lockWaiting(handle, ids);
    }

    @Override
    public void handOver(List<Instance> given) {
      InstanceRows.update(handle, given);
      InstanceRows.record(handle, given);
    }

    @Override
    public void place(SlotRows.Slots slots, List<Instance> placed) {
      SlotRows.take(handle, slots, placed);
      InstanceRows.insert(handle, placed);
    }
  }
}
