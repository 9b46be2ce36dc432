package io.macpool.brain.vsphere;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectUpdate;
import com.vmware.vim25.PropertyFilterUpdate;
import com.vmware.vim25.TaskInfoState;
import com.vmware.vim25.UpdateSet;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.InventoryAssembler.Role;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.Failures;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.soap.VimClient;
import io.macpool.core.fleet.Identities;
import io.macpool.service.setting.Secret;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Whatever answers in vCenter's place: it is no answer, a fault, or an object that the inventory
 * and those who wait for tasks can take, whatever its properties hold.
 */
class SoapAnswersFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("soap-answers").allocating(48L << 20);

  @Test
  void anAnswerIsRefusedOrTaken() {
    fuzzing.run(4_000, new Answers());
  }

  /** One that takes half an answer for a whole one. */
  @Test
  void aReaderThatStopsTooEarlyIsFound() {
    fuzzing.mustFind(
        4_000,
        new Answers() {
          @Override
          Object read(byte[] answer) throws Exception {
            String text = new String(answer, UTF_8);
            int end = text.indexOf("</returnval>");
            return super.read(
                end < 0
                    ? answer
                    : (text.substring(0, end)
                            + "</returnval></WaitForUpdatesExResponse></soapenv:Body>"
                            + "</soapenv:Envelope>")
                        .getBytes(UTF_8));
          }
        });
  }

  static class Answers implements FuzzTarget {

    private final VimClient client =
        new VimClient(
            null,
            VSphereEndpoint.parse(new Secret("http://u:p@127.0.0.1/sdk")),
            Duration.ofSeconds(1),
            new SimpleMeterRegistry());

    Object read(byte[] answer) throws Exception {
      return client.unMarshall("UpdateSet", new ByteArrayInputStream(answer));
    }

    @Override
    public void play(byte[] answer) throws Exception {
      Object value;
      try {
        value = read(answer);
      } catch (SoapFault e) {
        assertThat(Failures.of("a call", e)).isInstanceOf(HypervisorFailure.class);
        return;
      } catch (XMLStreamException e) {
        return;
      }
      assertWhole(answer);
      if (value != null) {
        take((UpdateSet) value);
      }
    }

    /** Another reader finds it well-formed, too. */
    private static void assertWhole(byte[] answer) throws Exception {
      DocumentBuilder reader = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
      reader.setErrorHandler(new DefaultHandler());
      try {
        reader.parse(new ByteArrayInputStream(answer));
      } catch (SAXException e) {
        throw new AssertionError("what is no XML was taken", e);
      }
    }

    private static void take(UpdateSet updates) {
      InventoryAssembler inventory = new InventoryAssembler(1, "group-v1", Duration.ofSeconds(3));
      TaskTracker tasks = new TaskTracker(Clock.systemUTC(), Runnable::run);
      for (PropertyFilterUpdate update :
          Objects.requireNonNullElse(updates.filterSet, new PropertyFilterUpdate[0])) {
        for (ObjectUpdate object :
            Objects.requireNonNullElse(update.objectSet, new ObjectUpdate[0])) {
          Map<String, Object> changes = PropertyStream.changes(object);
          for (Role role : Role.values()) {
            inventory.change(role, "ref-1", changes);
          }
          told(tasks, changes);
        }
      }
      inventory.build(Identities.NONE);
    }

    /** Who waits for a task that has ended is told. */
    private static void told(TaskTracker tasks, Map<String, Object> changes) {
      ManagedObjectReference task = VimSession.reference("Task", "task-" + changes.hashCode());
      CompletableFuture<Object> ended = tasks.watch("a task", task, Duration.ofMinutes(1));
      tasks.update(task.val, changes);
      tasks.destroyed(task.val);
      tasks.runningOn("vm-1");
      tasks.foreignCloneRuns("vm-1");
      tasks.tell();
      Object state = changes.get(TaskTracker.STATE);
      assertThat(ended.isDone())
          .isEqualTo(state == TaskInfoState.success || state == TaskInfoState.error);
    }
  }
}
