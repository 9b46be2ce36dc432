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
import com.vmware.vim25.VirtualMachineQuestionInfo;
import com.vmware.vim25.WaitOptions;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.brain.vsphere.fault.SoapFault;
import java.rmi.RemoteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One session's long poll: everything that changes among hosts, images, machines and tasks arrives
 * here, in the order in which vCenter tells it. Of what it tells at once the inventory comes first:
 * whoever hears that a task has ended finds what it did. Used by one thread.
 */
final class PropertyStream {

  /** How long vCenter holds a poll without news; each answer proves that the inventory is true. */
  static final Duration LONGEST_POLL = Duration.ofSeconds(20);

  /**
   * An answer of vCenter's.
   *
   * @param inventory if it changed; if not, the one before still holds
   * @param askedAt when it was asked for, in nanoseconds of our monotonic time: vCenter has seen
   *     all that was done before
   */
  record News(Optional<InventoryAssembler> inventory, long askedAt) {}

  private final VimSession session;
  private final VimPortType poll;
  private final ManagedObjectReference collector;
  private final Map<String, Role> roles = new HashMap<>();
  private final InventoryAssembler assembler;
  private final TaskTracker tasks;
  private final VmQuestions questions;
  private final Consumer<News> news;
  private final WaitOptions options = new WaitOptions();
  private final Map<String, Optional<VirtualMachineQuestionInfo>> asked = new HashMap<>();
  private String version = "";
  private long askedAt;

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
      VmQuestions questions,
      Consumer<News> news)
      throws RemoteException {
    VimPortType vim = session.vim();
    this.session = session;
    this.poll = session.client().within(LONGEST_POLL.plus(callLimit)).stubs();
    this.assembler =
        new InventoryAssembler(
            inventoryVersion,
            session.hasPlaces() ? session.machineFolder().val : "",
            session.clockAhead());
    this.tasks = tasks;
    this.questions = questions;
    this.news = news;
    this.options.maxWaitSeconds = 0; // what there is now is told at once, also if that is nothing
    this.collector = vim.createPropertyCollector(session.content().propertyCollector);
    if (session.hasPlaces()) {
      watch(session, Role.HOST, session.cluster());
      watch(session, Role.IMAGE, session.baseFolder());
      watchMachines(session);
    }
    watchTasks(session);
    tasks.forgetAll();
  }

  private static ManagedObjectReference view(
      VimSession session, Role role, ManagedObjectReference container, boolean deep)
      throws RemoteException {
    return session
        .vim()
        .createContainerView(
            session.content().viewManager, container, new String[] {role.type()}, deep);
  }

  /** What lies in the folder of clones, and whatever else the hosts run, wherever it lies. */
  private void watchMachines(VimSession session) throws RemoteException {
    Role role = Role.MACHINE;
    PropertyFilterSpec filter =
        filter(
            List.of(
                view(session, role, session.machineFolder(), false),
                view(session, role, session.cluster(), true)),
            "ContainerView",
            "view",
            role.type(),
            role.paths());
    roles.put(session.vim().createFilter(collector, filter, false).val, role);
  }

  private void watch(VimSession session, Role role, ManagedObjectReference container)
      throws RemoteException {
    // Of a folder, direct children alone are ours.
    ManagedObjectReference view = view(session, role, container, role == Role.HOST);
    List<String> paths = new ArrayList<>(role.paths());
    if (role == Role.IMAGE && session.modern()) {
      paths.add(InventoryAssembler.FROZEN);
    }
    PropertyFilterSpec filter = filter(List.of(view), "ContainerView", "view", role.type(), paths);
    roles.put(session.vim().createFilter(collector, filter, false).val, role);
  }

  /**
   * vCenter's own list of recent tasks, so that starting one costs no further call, and clones
   * whose answer was lost show here too.
   */
  private void watchTasks(VimSession session) throws RemoteException {
    PropertyFilterSpec filter =
        filter(
            List.of(session.content().taskManager),
            "TaskManager",
            "recentTask",
            "Task",
            TaskTracker.PATHS);
    session.vim().createFilter(collector, filter, false);
  }

  private static PropertyFilterSpec filter(
      List<ManagedObjectReference> starts,
      String from,
      String along,
      String type,
      List<String> paths) {
    PropertySpec wanted = new PropertySpec();
    wanted.type = type;
    wanted.pathSet = paths.toArray(String[]::new);
    PropertyFilterSpec filter = new PropertyFilterSpec();
    filter.objectSet =
        starts.stream().map(start -> root(start, from, along)).toArray(ObjectSpec[]::new);
    filter.propSet = new PropertySpec[] {wanted};
    return filter;
  }

  private static ObjectSpec root(ManagedObjectReference start, String from, String along) {
    TraversalSpec step = new TraversalSpec();
    step.name = along;
    step.type = from;
    step.path = along;
    step.skip = false;
    ObjectSpec root = new ObjectSpec();
    root.obj = start;
    root.skip = true;
    root.selectSet = new SelectionSpec[] {step};
    return root;
  }

  /** Waits for the next answer, and tells what is in it. */
  void next() throws RemoteException {
    boolean changed = assembler.ahead(session.clockAhead());
    askedAt = System.nanoTime();
    UpdateSet updates;
    do {
      updates = answer();
      if (updates != null) {
        version = updates.version;
        changed |= apply(updates);
      }
    } while (updates != null && Boolean.TRUE.equals(updates.truncated));
    options.maxWaitSeconds = (int) LONGEST_POLL.toSeconds();
    news.accept(new News(changed ? Optional.of(assembler) : Optional.empty(), askedAt));
    tasks.tell();
    // Last, as which task asks is told in the same answer.
    asked.forEach(
        (machine, question) ->
            questions.heard(
                machine,
                assembler.machineName(machine),
                question.filter(asks -> assembler.isInFolder(machine)).orElse(null)));
    asked.clear();
  }

  /** What there is now if the wait was cut short by {@link #hurry}. */
  private UpdateSet answer() throws RemoteException {
    try {
      return poll.waitForUpdatesEx(collector, version, options);
    } catch (SoapFault e) {
      if (!e.is("RequestCanceled")) {
        throw e;
      }
      options.maxWaitSeconds = 0;
      askedAt = System.nanoTime();
      return poll.waitForUpdatesEx(collector, version, options);
    }
  }

  /** Ends the wait for news, so that vCenter says now that there is none; from any thread. */
  void hurry() throws RemoteException {
    session.vim().cancelWaitForUpdates(collector);
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

  private boolean apply(@Nullable Role role, ObjectUpdate object) {
    if (role == null) {
      return false;
    }
    if (object.kind == ObjectUpdateKind.leave) {
      assembler.remove(role, object.obj.val);
      asked.put(object.obj.val, Optional.empty());
    } else {
      Map<String, Object> changes = changes(object);
      assembler.change(role, object.obj.val, changes);
      if (role == Role.MACHINE && changes.containsKey(InventoryAssembler.QUESTION)) {
        Object question = changes.get(InventoryAssembler.QUESTION);
        asked.put(
            object.obj.val,
            Optional.ofNullable(question instanceof VirtualMachineQuestionInfo i ? i : null));
      }
    }
    return true;
  }

  /** Properties of an object by their names; null: one that it has no longer. */
  static Map<String, Object> changes(ObjectUpdate object) {
    Map<String, Object> changes = new HashMap<>();
    if (object.changeSet != null) {
      for (PropertyChange change : object.changeSet) {
        boolean removed =
            change.op == PropertyChangeOp.remove || change.op == PropertyChangeOp.indirectRemove;
        if (change.name != null) {
          changes.put(change.name, removed ? null : change.val);
        }
      }
    }
    return changes;
  }
}
