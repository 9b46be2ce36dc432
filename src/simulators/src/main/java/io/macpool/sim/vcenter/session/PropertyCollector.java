package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.ApiVersion;
import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A session's property collector: its filters, how far its client has read, and the call that
 * waits. Under the inventory's lock.
 *
 * <p>A client reads on with the version that it was given last. If it gives the one before that,
 * the last answer was lost on the way and its changes are given again. Any other version is a
 * fault.
 */
final class PropertyCollector {

  private record Waiting(
      CompletableFuture<Object> answer, int limit, SimulatorClock.Step timeout) {}

  private final Inventory inventory;
  private final SimulatorClock clock;
  private final MoRef ref;
  private final int pageLimit;
  private final Map<MoRef, PropertyFilter> filters = new LinkedHashMap<>();
  private final Map<MoRef, Map<MoRef, PendingChanges.Change>> unconfirmed = new LinkedHashMap<>();
  private final Map<String, List<DataObject>> pages = new LinkedHashMap<>();
  private long version;
  private long filterCount;
  private Waiting waiting;
  private final Runnable answer = this::answerIfPending;

  PropertyCollector(Inventory inventory, SimulatorClock clock, MoRef ref, int pageLimit) {
    this.inventory = inventory;
    this.clock = clock;
    this.ref = ref;
    this.pageLimit = pageLimit;
  }

  MoRef ref() {
    return ref;
  }

  MoRef createFilter(SoapElement spec, boolean partialUpdates, ApiVersion apiVersion) {
    MoRef filter = new MoRef("PropertyFilter", ref.id() + "/filter-" + ++filterCount);
    filters.put(
        filter,
        new PropertyFilter(
            inventory,
            filter,
            FilterSpec.parse(spec, apiVersion),
            partialUpdates,
            () -> inventory.atEnd(answer)));
    return filter;
  }

  boolean destroyFilter(MoRef filter) {
    PropertyFilter found = filters.remove(filter);
    unconfirmed.remove(filter);
    if (found != null) {
      found.destroy();
    }
    return found != null;
  }

  /** Ends the collector; a call that waits fails. */
  void destroy(VimFault reason) {
    cancel(reason);
    List.copyOf(filters.keySet()).forEach(this::destroyFilter);
    pages.clear();
  }

  /** Ends the call that waits, if any. */
  void cancel(VimFault reason) {
    Waiting ended = waiting;
    if (ended != null) {
      waiting = null;
      ended.timeout.cancel();
      ended.answer.completeExceptionally(reason);
    }
  }

  /**
   * Answers with an {@code UpdateSet} as soon as something is to tell, or with null after {@code
   * maxWait}; a second call ends the first.
   */
  CompletableFuture<Object> wait(String known, Duration maxWait, int maxObjects) {
    cancel(requestCanceled());
    readOnFrom(known.strip());
    int limit = maxObjects > 0 ? Math.min(maxObjects, pageLimit) : pageLimit;
    if (hasPending()) {
      return CompletableFuture.completedFuture(take(limit));
    }
    if (maxWait.isZero()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Object> later = new CompletableFuture<>();
    SimulatorClock.Step timeout =
        clock.afterReal(maxWait, () -> inventory.locked(() -> timeOut(later)));
    waiting = new Waiting(later, limit, timeout);
    return later;
  }

  static VimFault requestCanceled() {
    return VimFault.of("RequestCanceled", "The request was canceled by a user.");
  }

  private void readOnFrom(String known) {
    if (known.isEmpty()) {
      unconfirmed.clear();
      filters.values().forEach(PropertyFilter::restart);
    } else if (known.equals(Long.toString(version))) {
      unconfirmed.clear();
    } else if (known.equals(Long.toString(version - 1)) && !unconfirmed.isEmpty()) {
      unconfirmed.forEach((filter, lost) -> filters.get(filter).putBack(lost));
      unconfirmed.clear();
      version--;
    } else {
      throw VimFault.of("InvalidCollectorVersion", "The collector version is not valid: " + known);
    }
  }

  private void timeOut(CompletableFuture<Object> later) {
    if (waiting != null && waiting.answer == later) {
      waiting = null;
      later.complete(null);
    }
  }

  private void answerIfPending() {
    Waiting ready = waiting;
    if (ready != null && hasPending()) {
      waiting = null;
      ready.timeout.cancel();
      ready.answer.complete(take(ready.limit));
    }
  }

  private boolean hasPending() {
    return filters.values().stream().anyMatch(PropertyFilter::hasPending);
  }

  private DataObject take(int limit) {
    int left = limit;
    List<DataObject> updates = new ArrayList<>();
    for (PropertyFilter filter : filters.values()) {
      if (left > 0 && filter.hasPending()) {
        Map<MoRef, PendingChanges.Change> taken = filter.take(left);
        left -= taken.size();
        unconfirmed.put(filter.ref(), taken);
        updates.add(filter.update(taken));
      }
    }
    version++;
    return DataObject.of(
        "UpdateSet",
        "version",
        Long.toString(version),
        "filterSet",
        updates,
        "truncated",
        hasPending() ? Boolean.TRUE : null);
  }

  /** The first page of a {@code RetrieveResult}, the others kept under a token. */
  DataObject firstPage(List<DataObject> contents, int maxObjects) {
    if (contents.isEmpty()) {
      return null;
    }
    return page(contents, maxObjects > 0 ? Math.min(maxObjects, pageLimit) : pageLimit);
  }

  DataObject nextPage(String token) {
    List<DataObject> rest = pages.remove(token);
    if (rest == null) {
      throw VimFault.of("InvalidProperty", "no such token", "name", "token");
    }
    int size = Integer.parseInt(token.substring(token.indexOf('-') + 1));
    return page(rest, size);
  }

  void dropPages(String token) {
    if (pages.remove(token) == null) {
      throw VimFault.of("InvalidProperty", "no such token", "name", "token");
    }
  }

  private DataObject page(List<DataObject> contents, int size) {
    if (contents.size() <= size) {
      return DataObject.of("RetrieveResult", "objects", contents);
    }
    String token = ++filterCount + "-" + size;
    pages.put(token, contents.subList(size, contents.size()));
    return DataObject.of("RetrieveResult", "token", token, "objects", contents.subList(0, size));
  }
}
