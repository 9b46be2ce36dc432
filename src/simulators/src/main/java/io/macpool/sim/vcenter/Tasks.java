package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.soap.AnyValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The tasks: started, running for their time, ended. Old ended ones are forgotten. */
final class Tasks {

  private static final int KEPT = 5000;

  /** So many ended tasks a vCenter lists as recent, besides all that run. */
  private static final int SHOWN = 200;

  private static final String RECENT = "recentTask";

  /** What a task does. All three run under the inventory's lock. */
  interface Work {
    /** Ends the work well; returns the task's result or null. May fail by a {@link VimFault}. */
    Object finish();

    /** Takes back what was begun, after a failure or cancellation. */
    default void undo() {}
  }

  private static final class Running {
    private final MoRef ref;
    private final Work work;
    private final boolean cancelable;
    private final String actor;
    private SimulatorClock.Step step;

    private Running(MoRef ref, Work work, boolean cancelable, String actor) {
      this.actor = actor;
      this.ref = ref;
      this.work = work;
      this.cancelable = cancelable;
    }
  }

  private final Inventory inventory;
  private final SimulatorClock clock;
  private final Map<MoRef, Running> running = new HashMap<>();
  private final Deque<MoRef> ended = new ArrayDeque<>();
  private final Deque<MoRef> recent = new ArrayDeque<>();
  private final MachineEvents witness;
  private long count;

  Tasks(Inventory inventory, SimulatorClock clock, MachineEvents witness) {
    this.witness = witness;
    this.inventory = inventory;
    this.clock = clock;
  }

  /**
   * Starts a task.
   *
   * @param fails what it shall fail with when its time is over; null: it does its work
   * @param before runs outside the lock before the work is finished, on whatever thread it likes,
   *     and calls its argument when done
   */
  MoRef start(
      String method,
      String type,
      MoRef entity,
      Duration takes,
      boolean cancelable,
      VimFault fails,
      Consumer<Runnable> before,
      Work work) {
    MoRef ref = new MoRef("Task", "task-" + ++count);
    ManagedObject subject = inventory.require(entity);
    DataObject info =
        DataObject.of(
            "TaskInfo",
            "key",
            ref.id(),
            "task",
            ref,
            "name",
            method,
            "descriptionId",
            type,
            "entity",
            entity,
            "entityName",
            subject.string("name"),
            "state",
            Names.taskState("queued"),
            "cancelled",
            false,
            "cancelable",
            cancelable,
            "reason",
            DataObject.derived("TaskReasonUser", "userName", "VSPHERE.LOCAL\\Administrator"),
            "queueTime",
            clock.now(),
            "eventChainId",
            (int) count);
    inventory.add(new ManagedObject(ref).with("info", info));
    inventory.link(Names.TASK_MANAGER, RECENT, ref);
    Running task = new Running(ref, work, cancelable, witness.actor());
    running.put(ref, task);
    task.step =
        clock.after(Duration.ZERO, () -> inventory.locked(() -> begin(task, takes, fails, before)));
    return ref;
  }

  private void begin(Running task, Duration takes, VimFault fails, Consumer<Runnable> before) {
    if (!running.containsKey(task.ref)) {
      return;
    }
    inventory.set(task.ref, "info.startTime", clock.now());
    inventory.set(task.ref, "info.state", Names.taskState("running"));
    task.step =
        clock.after(
            takes,
            () -> {
              if (fails == null) {
                before.accept(() -> inventory.locked(() -> finish(task, null)));
              } else {
                inventory.locked(() -> finish(task, fails));
              }
            });
  }

  private void finish(Running task, VimFault fails) {
    if (running.remove(task.ref) == null) {
      return;
    }
    if (fails != null) {
      undo(task);
      end(task.ref, "error", null, fails);
      return;
    }
    try {
      end(task.ref, "success", witness.as(task.actor, task.work::finish), null);
    } catch (VimFault e) {
      undo(task);
      end(task.ref, "error", null, e);
    }
  }

  private void undo(Running task) {
    witness.as(
        task.actor,
        () -> {
          task.work.undo();
          return null;
        });
  }

  /** Cancels a task that runs; a task that can't be cancelled or has ended is a fault. */
  void cancel(MoRef ref) {
    inventory.require(ref);
    Running task = running.get(ref);
    if (task == null) {
      throw VimFault.of("InvalidState", "The operation is not allowed in the current state.");
    }
    if (!task.cancelable) {
      throw VimFault.of("NotSupported", "The operation is not supported on the object.");
    }
    running.remove(ref);
    task.step.cancel();
    undo(task);
    inventory.set(ref, "info.cancelled", true);
    end(ref, "error", null, VimFault.of("RequestCanceled", "The task was canceled by a user."));
  }

  private void end(MoRef ref, String state, Object result, VimFault error) {
    inventory.set(ref, "info.completeTime", clock.now());
    if (result != null) {
      inventory.set(ref, "info.result", new AnyValue(result));
    }
    if (error != null) {
      inventory.set(ref, "info.error", error.localized());
    }
    inventory.set(ref, "info.state", Names.taskState(state));
    ended.add(ref);
    if (ended.size() > KEPT) {
      inventory.remove(ended.remove());
    }
    recent.add(ref);
    if (recent.size() > SHOWN) {
      inventory.unlink(Names.TASK_MANAGER, RECENT, recent.remove());
    }
  }
}
