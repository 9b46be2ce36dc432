package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectSpec;
import com.vmware.vim25.ObjectUpdate;
import com.vmware.vim25.ObjectUpdateKind;
import com.vmware.vim25.PropertyChange;
import com.vmware.vim25.PropertyChangeOp;
import com.vmware.vim25.PropertyFilterSpec;
import com.vmware.vim25.PropertyFilterUpdate;
import com.vmware.vim25.PropertySpec;
import com.vmware.vim25.SelectionSpec;
import com.vmware.vim25.TraversalSpec;
import com.vmware.vim25.UpdateSet;
import com.vmware.vim25.VimPortType;
import com.vmware.vim25.WaitOptions;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.core.fleet.Inventory;
import java.rmi.RemoteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One session's long poll: everything that changes among hosts, images, machines and tasks arrives
 * here, in the order in which vCenter tells it. Of what it tells at once the inventory comes first:
 * whoever hears that a task has ended finds what it did. Used by one thread.
 */
final class PropertyStream {

  /** How long vCenter holds a poll without news; each answer proves that the inventory is true. */
  static final Duration LONGEST_POLL = Duration.ofSeconds(20);

  private final VimPortType poll;
  private final ManagedObjectReference collector;
  private final Map<String, Role> roles = new HashMap<>();
  private final InventoryAssembler assembler;
  private final TaskTracker tasks;
  private final Consumer<Optional<Inventory>> news;
  private final WaitOptions options = new WaitOptions();
  private String version = "";

  /**
   * Tells vCenter what to watch; nothing has been read yet.
   *
   * @param news told of each answer: the inventory if it changed; empty if nothing of it did, which
   *     proves that it still holds
   */
  PropertyStream(
      VimSession session,
      Duration callLimit,
      long inventoryVersion,
      TaskTracker tasks,
      Consumer<Optional<Inventory>> news)
      throws RemoteException {
    VimPortType vim = session.vim();
    this.poll = session.client().within(LONGEST_POLL.plus(callLimit)).stubs();
    this.assembler = new InventoryAssembler(inventoryVersion);
    this.tasks = tasks;
    this.news = news;
    this.options.maxWaitSeconds = 0; // what there is now is told at once, also if that is nothing
    this.collector = vim.createPropertyCollector(session.content().propertyCollector);
    if (session.hasPlaces()) {
      watch(session, Role.HOST, session.cluster());
      watch(session, Role.IMAGE, session.baseFolder());
      watch(session, Role.MACHINE, session.machineFolder());
    }
    watchTasks(session);
    tasks.forgetAll();
  }

  private void watch(VimSession session, Role role, ManagedObjectReference container)
      throws RemoteException {
    ManagedObjectReference view =
        session
            .vim()
            .createContainerView(
                session.content().viewManager,
                container,
                new String[] {role.type()},
                role == Role.HOST); // folders: direct children alone are ours
    List<String> paths = new ArrayList<>(role.paths());
    if (role == Role.IMAGE && session.modern()) {
      paths.add(InventoryAssembler.FROZEN);
    }
    PropertyFilterSpec filter = filter(view, "ContainerView", "view", role.type(), paths);
    roles.put(session.vim().createFilter(collector, filter, false).val, role);
  }

  /**
   * vCenter's own list of recent tasks, so that starting one costs no further call, and clones
   * whose answer was lost show here too.
   */
  private void watchTasks(VimSession session) throws RemoteException {
    PropertyFilterSpec filter =
        filter(
            session.content().taskManager, "TaskManager", "recentTask", "Task", TaskTracker.PATHS);
    session.vim().createFilter(collector, filter, false);
  }

  private static PropertyFilterSpec filter(
      ManagedObjectReference start, String from, String along, String type, List<String> paths) {
    TraversalSpec step = new TraversalSpec();
    step.name = along;
    step.type = from;
    step.path = along;
    step.skip = false;
    ObjectSpec root = new ObjectSpec();
    root.obj = start;
    root.skip = true;
    root.selectSet = new SelectionSpec[] {step};
    PropertySpec wanted = new PropertySpec();
    wanted.type = type;
    wanted.pathSet = paths.toArray(String[]::new);
    PropertyFilterSpec filter = new PropertyFilterSpec();
    filter.objectSet = new ObjectSpec[] {root};
    filter.propSet = new PropertySpec[] {wanted};
    return filter;
  }

  /** Waits for the next answer, and tells what is in it. */
  void next() throws RemoteException {
    boolean changed = false;
    UpdateSet updates;
    do {
      updates = poll.waitForUpdatesEx(collector, version, options);
      if (updates != null) {
        version = updates.version;
        changed |= apply(updates);
      }
    } while (updates != null && Boolean.TRUE.equals(updates.truncated));
    options.maxWaitSeconds = (int) LONGEST_POLL.toSeconds();
    news.accept(changed ? Optional.of(assembler.build()) : Optional.empty());
    tasks.tell();
  }

  private boolean apply(UpdateSet updates) {
    boolean changed = false;
    if (updates.filterSet != null) {
      for (PropertyFilterUpdate update : updates.filterSet) {
        Role role = update.filter == null ? null : roles.get(update.filter.val);
        if (update.objectSet != null) {
          for (ObjectUpdate object : update.objectSet) {
            changed |= object.obj.type.equals("Task") ? applyTask(object) : apply(role, object);
          }
        }
      }
    }
    return changed;
  }

  /**
   * True if it changed the inventory: the end of a destruction may be told before the machine is
   * seen to leave, and its slot must not look taken for that long.
   */
  private boolean applyTask(ObjectUpdate object) {
    String task = object.obj.val;
    if (object.kind == ObjectUpdateKind.leave) {
      tasks.forget(task);
      return false;
    }
    tasks.update(task, changes(object));
    Optional<ManagedObjectReference> destroyed = tasks.destroyed(task);
    destroyed.ifPresent(machine -> assembler.remove(Role.MACHINE, machine.val));
    return destroyed.isPresent();
  }

  private boolean apply(Role role, ObjectUpdate object) {
    if (role == null) {
      return false;
    }
    if (object.kind == ObjectUpdateKind.leave) {
      assembler.remove(role, object.obj.val);
    } else {
      assembler.change(role, object.obj.val, changes(object));
    }
    return true;
  }

  private static Map<String, Object> changes(ObjectUpdate object) {
    Map<String, Object> changes = new HashMap<>();
    if (object.changeSet != null) {
      for (PropertyChange change : object.changeSet) {
        boolean removed =
            change.op == PropertyChangeOp.remove || change.op == PropertyChangeOp.indirectRemove;
        changes.put(change.name, removed ? null : change.val);
      }
    }
    return changes;
  }
}
