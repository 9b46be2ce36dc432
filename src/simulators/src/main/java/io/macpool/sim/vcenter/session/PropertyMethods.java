package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Methods of the property collector, of views and of the search index. */
public final class PropertyMethods {

  /**
   * Without a bound of the client's, an answer to a waiting call comes after this at the latest.
   */
  private static final int DEFAULT_WAIT_SECONDS = 1800;

  private final Inventory inventory;
  private final Sessions sessions;
  private final Views views;
  private final SimulatorClock clock;

  private PropertyMethods(
      Inventory inventory, Sessions sessions, Views views, SimulatorClock clock) {
    this.inventory = inventory;
    this.sessions = sessions;
    this.views = views;
    this.clock = clock;
  }

  public static void register(
      MethodTable table,
      Inventory inventory,
      Sessions sessions,
      Views views,
      SimulatorClock clock) {
    PropertyMethods methods = new PropertyMethods(inventory, sessions, views, clock);
    table.put("RetrieveProperties", methods::retrieveAll);
    table.put("RetrievePropertiesEx", methods::retrieve);
    table.put(
        "ContinueRetrievePropertiesEx",
        call -> methods.collector(call).nextPage(call.arguments().required("token").text()));
    table.put("CancelRetrievePropertiesEx", methods::cancelRetrieve);
    table.put("CreateFilter", methods::createFilter);
    table.put("DestroyPropertyFilter", methods::destroyFilter);
    table.put("CreatePropertyCollector", call -> sessions.createCollector(call.session()));
    table.put("DestroyPropertyCollector", methods::destroyCollector);
    table.put("WaitForUpdatesEx", methods::waitForUpdates);
    table.put("WaitForUpdates", methods::waitForUpdates);
    table.put("CheckForUpdates", methods::checkForUpdates);
    table.put("CancelWaitForUpdates", methods::cancelWait);
    table.put("CreateContainerView", methods::containerView);
    table.put(
        "CreateListView",
        call -> views.createListView(call.session().key(), call.arguments().refs("obj")));
    table.put(
        "ModifyListView",
        call ->
            views.modifyListView(
                call.self(), call.arguments().refs("add"), call.arguments().refs("remove")));
    table.put("ResetListView", methods::resetListView);
    table.put("DestroyView", methods::destroyView);
    table.put("FindByInventoryPath", methods::findByInventoryPath);
    table.put("FindChild", methods::findChild);
    table.put("FindByUuid", methods::findByUuid);
  }

  private PropertyCollector collector(Call call) {
    return sessions.collector(call.session(), call.self());
  }

  private List<DataObject> contents(Call call) {
    Map<MoRef, DataObject> contents = new LinkedHashMap<>();
    for (SoapElement spec : call.arguments().children("specSet")) {
      for (DataObject content :
          PropertyRetrieval.retrieve(inventory, FilterSpec.parse(spec, call.version()))) {
        contents.put((MoRef) content.get("obj"), content);
      }
    }
    return new ArrayList<>(contents.values());
  }

  private Object retrieveAll(Call call) {
    collector(call);
    return contents(call);
  }

  private Object retrieve(Call call) {
    PropertyCollector collector = collector(call);
    return collector.firstPage(contents(call), option(call, "maxObjects").orElse(0));
  }

  private static Optional<Integer> option(Call call, String name) {
    return call.arguments().child("options").flatMap(options -> options.integer(name));
  }

  private Object cancelRetrieve(Call call) {
    collector(call).dropPages(call.arguments().required("token").text());
    return null;
  }

  private Object createFilter(Call call) {
    return collector(call)
        .createFilter(
            call.arguments().required("spec"),
            call.arguments().flag("partialUpdates"),
            call.version());
  }

  private Object destroyFilter(Call call) {
    sessions.destroyFilter(call.session(), call.self());
    return null;
  }

  private Object destroyCollector(Call call) {
    sessions.destroyCollector(call.session(), call.self());
    return null;
  }

  private Object waitForUpdates(Call call) {
    int seconds = option(call, "maxWaitSeconds").orElse(DEFAULT_WAIT_SECONDS);
    if (seconds < 0) {
      throw VimFault.invalidArgument("options.maxWaitSeconds");
    }
    return wait(call, Duration.ofSeconds(seconds));
  }

  private Object checkForUpdates(Call call) {
    return wait(call, Duration.ZERO);
  }

  private MethodTable.Later wait(Call call, Duration longest) {
    Sessions.Session session = call.session();
    CompletableFuture<Object> answer =
        collector(call)
            .wait(
                call.arguments().string("version").orElse(""),
                longest,
                option(call, "maxObjectUpdates").orElse(0));
    session.waits();
    return new MethodTable.Later(
        answer.whenComplete((update, failure) -> session.answered(clock.now())));
  }

  private Object cancelWait(Call call) {
    collector(call).cancel(PropertyCollector.requestCanceled());
    return null;
  }

  private Object containerView(Call call) {
    return views.createContainerView(
        call.session().key(),
        call.arguments().requiredRef("container"),
        call.arguments().strings("type"),
        call.arguments().flag("recursive"));
  }

  private Object resetListView(Call call) {
    views.resetListView(call.self(), call.arguments().refs("obj"));
    return ArrayValue.refs(List.of());
  }

  private Object destroyView(Call call) {
    views.destroy(call.self());
    return null;
  }

  private Object findByInventoryPath(Call call) {
    MoRef at = Names.ROOT_FOLDER;
    for (String name : call.arguments().string("inventoryPath").orElse("").split("/", -1)) {
      if (!name.isEmpty()) {
        Optional<MoRef> child = inventory.child(at, name);
        if (child.isEmpty()) {
          return null;
        }
        at = child.get();
      }
    }
    return at.equals(Names.ROOT_FOLDER) ? null : at;
  }

  private Object findChild(Call call) {
    MoRef entity = call.arguments().requiredRef("entity");
    inventory.require(entity);
    return inventory.child(entity, call.arguments().string("name").orElse("")).orElse(null);
  }

  private Object findByUuid(Call call) {
    String uuid = call.arguments().string("uuid").orElse("").strip();
    String path = call.arguments().flag("instanceUuid") ? "config.instanceUuid" : "config.uuid";
    boolean machines = call.arguments().flag("vmSearch");
    String type = machines ? "VirtualMachine" : "HostSystem";
    String where = machines ? path : "summary.hardware.uuid";
    return inventory.all().stream()
        .filter(o -> o.type().equals(type) && uuid.equals(o.read(where)))
        .map(ManagedObject::ref)
        .findFirst()
        .orElse(null);
  }
}
