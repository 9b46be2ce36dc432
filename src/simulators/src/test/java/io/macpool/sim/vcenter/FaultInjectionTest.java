package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultInjectionTest {

  private Lab lab;
  private SoapClient client;

  @BeforeEach
  void start() throws Exception {
    lab = new Lab(VCenterOptions.defaults());
    client = lab.client();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private void next(String method, FaultAction action) {
    lab.vcenter().faults().add(FaultRule.once(method, action));
  }

  private SoapClient.Answer time() throws Exception {
    return client.call("CurrentTime", "ServiceInstance", "ServiceInstance", "");
  }

  @Test
  void aFaultStopsTheCallAndATaskFaultItsTask() throws Exception {
    next("CloneVM_Task", new FaultAction.Fault("InsufficientResourcesFault", "no room"));
    next("CloneVM_Task", new FaultAction.TaskFault("FileFault", "disk gone"));
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")))
        .isEqualTo(new SoapClient.Ended("fault", "InsufficientResourcesFault", ""));
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")))
        .isEqualTo(new SoapClient.Ended("error", "FileFault", ""));
    assertThat(lab.vcenter().clones()).isEmpty();
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")).state())
        .isEqualTo("success");
  }

  @Test
  void aDropBeforeDoesNothingAndADropAfterDoesIt() throws Exception {
    String before = lab.cloneArguments("before", "");
    String after = lab.cloneArguments("after", "");
    next("CloneVM_Task", new FaultAction.DropBefore());
    next("CloneVM_Task", new FaultAction.DropAfter());
    String image = lab.image();
    assertThatThrownBy(() -> client.call("CloneVM_Task", "VirtualMachine", image, before))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> client.call("CloneVM_Task", "VirtualMachine", image, after))
        .isInstanceOf(IOException.class);
    assertThat(lab.vcenter().clones()).extracting(MachineView::name).containsExactly("after");
    assertThat(lab.vcenter().calls("CloneVM_Task")).isEqualTo(2);
  }

  @Test
  void answersThatAreNone() throws Exception {
    next("CurrentTime", new FaultAction.Unavailable());
    next("CurrentTime", new FaultAction.Html());
    next("CurrentTime", new FaultAction.HalfAnswer());
    assertThat(time().status()).isEqualTo(503);
    SoapClient.Answer html = time();
    assertThat(html.status()).isEqualTo(200);
    assertThat(html.body()).startsWith("<html>");
    assertThatThrownBy(this::time).isInstanceOf(IOException.class);
    assertThat(time().status()).isEqualTo(200);
  }

  @Test
  void anExpiredSessionIsGoneUntilTheNextLogin() throws Exception {
    next("CurrentTime", new FaultAction.ExpireSession());
    assertThat(time().fault()).isEqualTo("NotAuthenticated");
    assertThat(time().fault()).isEqualTo("NotAuthenticated");
    client.login();
    assertThat(time().status()).isEqualTo(200);
    assertThat(lab.vcenter().logins()).isEqualTo(2);
  }

  @Test
  void aDelayDelays() throws Exception {
    next("CurrentTime", new FaultAction.Delay(Duration.ofMillis(300)));
    long start = System.nanoTime();
    assertThat(time().status()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
  }

  @Test
  void aVCenterThatWasAwayComesBackAtTheSameAddressWithoutSessions() throws Exception {
    String vm = lab.clone("a");
    lab.vcenter().goAwayFor(Duration.ofMillis(300));
    assertThatThrownBy(this::time).isInstanceOf(IOException.class);
    await()
        .atMost(Duration.ofSeconds(5))
        .ignoreExceptionsInstanceOf(ConnectException.class)
        .untilAsserted(() -> assertThat(time().fault()).isEqualTo("NotAuthenticated"));
    client.login();
    assertThat(lab.read(vm, "name")).isEqualTo("a");
  }

  @Test
  void whatIsNotACallIsAFaultNotACrash() throws Exception {
    assertThat(client.send("nonsense").fault()).isEqualTo("InvalidRequest");
    assertThat(
            client
                .send("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>")
                .fault())
        .isEqualTo("InvalidRequest");
    assertThat(client.call("NoSuchMethod", "Folder", "group-v3", "").fault())
        .isEqualTo("InvalidRequest");
    assertThat(client.call("CloneVM_Task", "VirtualMachine", lab.image(), "").fault())
        .isEqualTo("InvalidArgument");
    assertThat(time().status()).isEqualTo(200);
  }
}
