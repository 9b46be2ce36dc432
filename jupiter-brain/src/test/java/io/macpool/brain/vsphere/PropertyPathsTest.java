package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.vmware.vim25.DatastoreNotWritableOnHost;
import com.vmware.vim25.InvalidProperty;
import com.vmware.vim25.LocalizedMethodFault;
import com.vmware.vim25.MethodFault;
import com.vmware.vim25.MissingProperty;
import com.vmware.vim25.NoPermission;
import com.vmware.vim25.ObjectContent;
import com.vmware.vim25.TaskInfo;
import com.vmware.vim25.mo.HostSystem;
import com.vmware.vim25.mo.ManagedEntity;
import com.vmware.vim25.mo.Task;
import com.vmware.vim25.mo.VirtualMachine;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.UnknownFault;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A misspelt property path: a filter takes it without a word on govmomi's simulator, and ours looks
 * at its first segment alone. So each path that we ask for is held to the types themselves.
 */
class PropertyPathsTest {

  /** Properties that vSphere has got since the release of our data classes. */
  private static final Set<String> NEWER = Set.of(InventoryAssembler.FROZEN, DirectReads.CREATED);

  @Test
  void everyPathThatIsAskedForExists() {
    List<String> wrong = new ArrayList<>();
    check(HostSystem.class, Role.HOST.paths(), wrong);
    check(VirtualMachine.class, Role.IMAGE.paths(), wrong);
    check(VirtualMachine.class, Role.MACHINE.paths(), wrong);
    check(VirtualMachine.class, DirectReads.FOUND_PATHS, wrong);
    check(Task.class, TaskTracker.PATHS, wrong);
    check(ManagedEntity.class, List.of("name", "parent"), wrong);
    assertThat(wrong).isEmpty();
  }

  @Test
  void aMisspeltSegmentIsSeenWhereverItStands() {
    List<String> wrong = new ArrayList<>();
    List<String> paths =
        List.of("runtme.host", "config.hardware.numCpu", "runtime.host", "guest.ipAddres");
    check(VirtualMachine.class, paths, wrong);
    assertThat(wrong)
        .containsExactly(
            "VirtualMachine: runtme.host",
            "VirtualMachine: config.hardware.numCpu",
            "VirtualMachine: guest.ipAddres");
  }

  private static void check(Class<?> managed, List<String> paths, List<String> wrong) {
    for (String path : paths) {
      if (!NEWER.contains(path) && !leadsSomewhere(managed, path.split("\\.", -1))) {
        wrong.add(managed.getSimpleName() + ": " + path);
      }
    }
  }

  private static boolean leadsSomewhere(Class<?> managed, String[] segments) {
    Optional<Class<?>> type = property(managed, segments[0]);
    for (int i = 1; i < segments.length; i++) {
      String name = segments[i];
      type = type.flatMap(holder -> field(holder, name));
    }
    return type.isPresent();
  }

  /** The library's getters; of a list of references they have the plural. */
  private static Optional<Class<?>> property(Class<?> managed, String name) {
    if (managed == Task.class && name.equals("info")) {
      return Optional.of(TaskInfo.class); // the library has a getter with another name
    }
    String getter = "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    return Stream.of(managed.getMethods())
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> method.getName().equals(getter) || method.getName().equals(getter + "s"))
        .<Class<?>>map(Method::getReturnType)
        .findFirst();
  }

  private static Optional<Class<?>> field(Class<?> holder, String name) {
    return Arrays.stream(holder.getFields())
        .filter(field -> field.getName().equals(name))
        .<Class<?>>map(Field::getType)
        .findFirst();
  }

  @Test
  void aMissingPropertyThatATypeLacksIsAFaultThatNamesIt() {
    assertThatThrownBy(
            () ->
                VimSession.refuseUnreadable(
                    content(
                        missing("guest.net", new DatastoreNotWritableOnHost()),
                        missing("runtime.hots", new InvalidProperty()))))
        .isInstanceOfSatisfying(
            SoapFault.class, fault -> assertThat(fault.type()).isEqualTo("InvalidProperty"))
        .hasMessage("can't read runtime.hots of VirtualMachine vm-7");
  }

  @Test
  void whatMayPassByItselfIsUnset() {
    assertThatCode(
            () -> {
              VimSession.refuseUnreadable(content());
              VimSession.refuseUnreadable(
                  content(missing("guest.net", new DatastoreNotWritableOnHost())));
            })
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                VimSession.refuseUnreadable(
                    content(
                        missing("guest.net", new UnknownFault("VimBusy")),
                        missing("config", new NoPermission()))))
        .isInstanceOf(SoapFault.class);
  }

  private static ObjectContent content(MissingProperty... missing) {
    ObjectContent content = new ObjectContent();
    content.obj = VimSession.reference("VirtualMachine", "vm-7");
    content.missingSet = missing.length == 0 ? null : missing;
    return content;
  }

  private static MissingProperty missing(String path, MethodFault fault) {
    MissingProperty missing = new MissingProperty();
    missing.path = path;
    missing.fault = new LocalizedMethodFault();
    missing.fault.fault = fault;
    return missing;
  }
}
