package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.peer.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;

/** A build without peers skips what needs one: it does not fail. */
class NeedsPeerTest {

  @Test
  void eachContractOnARealApiSaysThatItNeedsOne() {
    List<Class<?>> peers =
        ReflectionSupport.findAllClassesInPackage(
            "io.macpool.operator", type -> true, name -> name.endsWith("PeerIT"));

    assertThat(peers).hasSizeGreaterThan(5);
    assertThat(peers)
        .allSatisfy(
            type ->
                assertThat(type.getAnnotation(NeedsPeer.class))
                    .as(type.getSimpleName())
                    .isNotNull()
                    .satisfies(needs -> assertThat(needs.value()).contains(Peer.KUBERNETES)));
  }
}
