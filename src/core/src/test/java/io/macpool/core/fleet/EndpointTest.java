package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.PlacementPlanner;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, 10.0.0.5, -1",
    "10.0.0.5:20001, 10.0.0.5, 20001",
    "fd00::5, fd00::5, -1",
    "[fd00::5]:20001, fd00::5, 20001",
    "relay.example.com:1, relay.example.com, 1"
  })
  void whatIsWrittenIsReadAgain(String text, String address, int port) {
    Endpoint endpoint = Endpoint.parse(text);
    assertThat(endpoint.address()).isEqualTo(address);
    assertThat(endpoint.portOr(-1)).isEqualTo(port);
    assertThat(endpoint).hasToString(text);
  }

  @Test
  void thereIsNoPortBeyondTheLast() {
    assertThatThrownBy(() -> Endpoint.of("10.0.0.5", 65_536))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oldClientsAreToldOfAddressesAtTheUsualPortAlone() {
    Machine machine =
        new Machine(
            "i",
            "vm",
            PowerState.ON,
            List.of(Endpoint.of("10.0.0.5", 20_001), Endpoint.of("10.0.0.7")),
            Optional.empty(),
            Optional.empty());
    assertThat(machine.addresses()).containsExactly("10.0.0.7");
    assertThat(machine.ipv4()).contains("10.0.0.7");
  }

  @Test
  void whoKnowsNoEndpointsIsPlacedOnHostsThatNeedNone() {
    Image image =
        new Image("x", "image", Optional.empty(), 0, 0, Set.of(), false, Optional.empty());
    List<HostLoad> fleet = List.of(load("nat", true, 2), load("bridged", false, 1));
    PlacementPlanner.Limits limits = new PlacementPlanner.Limits(8, 8);
    assertThat(place(image, true, fleet, limits)).isEqualTo(new PlacementPlanner.Placed("nat"));
    assertThat(place(image, false, fleet, limits))
        .isEqualTo(new PlacementPlanner.Placed("bridged"));
    PlacementPlanner.Decision nowhere = place(image, false, fleet.subList(0, 1), limits);
    assertThat(((PlacementPlanner.Unplaceable) nowhere).summary())
        .isEqualTo("hosts: 1 needs endpoint");
    assertThat(((PlacementPlanner.Unplaceable) nowhere).isPassing()).isFalse();
  }

  private static PlacementPlanner.Decision place(
      Image image, boolean endpoints, List<HostLoad> fleet, PlacementPlanner.Limits limits) {
    return PlacementPlanner.placeAll(
            List.of(new PlacementPlanner.Wanted(image, Set.of(), endpoints)),
            fleet,
            PlacementPlanner.Policy.SPREAD,
            0,
            limits)
        .get(0);
  }

  private static HostLoad load(String id, boolean relayed, int slots) {
    Host host =
        new Host(
            id,
            id,
            true,
            false,
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            new Host.Traits(
                "",
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Host.Vitals.NONE,
                relayed));
    return new HostLoad(host, Optional.empty(), slots, 0, 0);
  }
}
