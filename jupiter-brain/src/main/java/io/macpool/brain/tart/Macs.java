package io.macpool.brain.tart;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.StartTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Macs of the hosts file, as it is now, and what they show together. Thread-safe. */
final class Macs implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Macs.class);

  /** Less is too little for a guest's work. */
  private static final long LITTLE_DISK_KB = 20L * 1024 * 1024;

  private final Path path;
  private final Function<Mac, MacDriver> drivers;
  private final GuestEndpoints guestEndpoints;
  private final ImagePulls pulls;
  private final Map<String, MacDriver> byName = new LinkedHashMap<>();
  private HostsFile file;
  private String read = "";
  private Optional<String> mistakes = Optional.empty();
  private Set<String> shared = Set.of();

  /**
   * @param guestEndpoints what clients dial; closed with these
   */
  Macs(
      HostsFile file,
      Path path,
      Function<Mac, MacDriver> drivers,
      GuestEndpoints guestEndpoints,
      ImagePulls pulls) {
    this.file = file;
    this.path = path;
    this.drivers = drivers;
    this.guestEndpoints = guestEndpoints;
    this.pulls = pulls;
    file.macs().forEach(mac -> byName.put(mac.name(), drivers.apply(mac)));
  }

  /** Reads the hosts file again; one with mistakes changes nothing but the warnings. */
  void follow() {
    String text;
    HostsFile news;
    try {
      text = Files.readString(path);
      if (isWhatIsUsed(text)) {
        return;
      }
      news = HostsFile.parse(text);
    } catch (IOException | IllegalArgumentException e) {
      wrong(
          "the hosts file " + path + " can't be used, so the one before it still is: " + words(e));
      return;
    }
    List<MacDriver> left = new ArrayList<>();
    synchronized (this) {
      mistakes = Optional.empty();
      read = text;
      if (news.equals(file)) {
        return;
      }
      log.info("the hosts file has changed: {} Macs, {} images", news.macs().size(), news.images());
      file = news;
      Set<Mac> wanted = new HashSet<>(news.macs());
      byName.values().removeIf(driver -> !wanted.contains(driver.mac()) && left.add(driver));
      for (Mac mac : news.macs()) {
        byName.computeIfAbsent(mac.name(), name -> drivers.apply(mac));
      }
    }
    left.forEach(MacDriver::close);
  }

  private synchronized boolean isWhatIsUsed(String text) {
    return text.equals(read) && mistakes.isEmpty();
  }

  private static String words(Exception failure) {
    return failure instanceof IOException
        ? "it can't be read (" + failure.getMessage() + ")"
        : String.valueOf(failure.getMessage());
  }

  private synchronized void wrong(String text) {
    if (!mistakes.equals(Optional.of(text))) {
      log.warn("{}", text);
      mistakes = Optional.of(text);
    }
  }

  synchronized List<MacDriver> all() {
    return List.copyOf(byName.values());
  }

  synchronized Optional<MacDriver> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  synchronized Map<String, String> images() {
    return file.images();
  }

  /**
   * Brings images of registries to the Macs that lack them.
   *
   * @param names that clients ask for, beside those of the hosts file
   */
  void pull(Set<String> names, Instant now) {
    Set<String> wanted = new HashSet<>();
    HostsFile current;
    synchronized (this) {
      current = file;
    }
    current
        .images()
        .forEach(
            (name, source) -> {
              boolean named = names.contains(name) || current.pull().contains(name);
              if (named && HostsFile.isOfRegistry(source)) {
                wanted.add(source);
              }
            });
    for (ImagePulls.Action action : pulls.plan(views(), wanted, now)) {
      find(action.mac()).ifPresent(driver -> carryOut(action, driver, now));
    }
  }

  private void carryOut(ImagePulls.Action action, MacDriver driver, Instant now) {
    CompletableFuture<Void> work =
        action.begin() ? driver.pull(action.source()) : driver.endPull(action.source());
    CompletableFuture<Void> unused =
        work.whenComplete(
            (nothing, failure) -> {
              if (failure != null && action.begin()) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                pulls.failed(action, String.valueOf(cause.getMessage()), now);
              }
            });
  }

  /** One that can be asked and has the image. */
  Optional<MacDriver> any(String source) {
    return all().stream()
        .filter(driver -> driver.view().isConnected() && driver.view().holds(source))
        .findFirst()
        .or(() -> all().stream().filter(driver -> driver.view().isConnected()).findFirst());
  }

  /** Looks at each; whoever was lost before is looked at, too, and not waited for. */
  List<CompletableFuture<Void>> look() {
    List<CompletableFuture<Void>> waits = new ArrayList<>();
    for (MacDriver driver : all()) {
      boolean awaited = driver.isNew() || driver.view().isConnected();
      CompletableFuture<Void> look = driver.look();
      if (awaited) {
        waits.add(look);
      }
    }
    return waits;
  }

  /** A VM as it was seen last. */
  Optional<Machine> machine(MacDriver driver, String vm) {
    return driver.view().machines(Set.of(), sharedAddresses(views()), guestEndpoints).stream()
        .filter(machine -> machine.sign().title().equals(vm))
        .findFirst();
  }

  private List<MacView> views() {
    return all().stream().map(MacDriver::view).toList();
  }

  /** Addresses that two guests have: whoever dials one may meet either. */
  private static Set<String> sharedAddresses(List<MacView> views) {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new TreeSet<>();
    for (MacView view : views) {
      view.report()
          .filter(report -> view.isConnected())
          .ifPresent(
              report ->
                  report
                      .addresses()
                      .forEach(
                          (vm, address) -> {
                            if (report.isOn(vm) && !seen.add(address)) {
                              twice.add(address);
                            }
                          }));
    }
    return twice;
  }

  /** What all of them show. */
  Inventory inventory(
      long version, Identities identities, Function<String, StartTimes> starts, Instant now) {
    Map<String, String> images = images();
    Set<String> sources = Set.copyOf(images.values());
    List<MacView> views = views();
    Set<String> twice = sharedAddresses(views);
    noteShared(twice);
    Map<String, Host> hosts = new HashMap<>();
    List<Machine> machines = new ArrayList<>();
    for (MacView view : views) {
      Host host = view.host(sources, guestEndpoints.relays(view.mac()), identities.ledger(), now);
      hosts.put(host.id(), host);
      machines.addAll(view.machines(sources, twice, guestEndpoints));
    }
    guestEndpoints.keep(
        machines.stream()
            .filter(machine -> !machine.endpoints().isEmpty() || machine.power() == PowerState.ON)
            .map(Machine::ref)
            .collect(Collectors.toSet()));
    Map<String, Image> all = new HashMap<>();
    images.forEach(
        (name, source) ->
            all.put(name, image(name, source, views, pulls.of(source), starts.apply(source))));
    return Inventory.of(version, hosts, all, machines, identities);
  }

  private synchronized void noteShared(Set<String> twice) {
    if (!twice.isEmpty() && !twice.equals(shared)) {
      log.warn("guests of Macs share addresses, which are told to nobody: {}", twice);
    }
    shared = twice;
  }

  private static Image image(
      String name, String source, List<MacView> views, List<Image.Pull> pulls, StartTimes starts) {
    boolean there = views.stream().anyMatch(view -> view.holds(source));
    return new Image(
        name,
        TartRefs.image(source),
        Optional.empty(),
        0,
        0,
        Set.of(TartRefs.image(source)),
        false,
        Optional.empty(),
        TartRefs.PROVIDER,
        there
            ? Optional.empty()
            : Optional.of(
                pulls.isEmpty()
                    ? "no Mac has " + source + ": clone or pull it there with tart"
                    : "no Mac has " + source + " yet: it is being brought there"),
        pulls,
        starts);
  }

  /** Guests that are kept suspended, by whichever broker. */
  int suspended() {
    return views().stream()
        .mapToInt(view -> view.report().map(report -> report.suspended().size()).orElse(0))
        .sum();
  }

  /** Destroys suspended guests that are to go, one to a Mac at a time. */
  void tidy(String ledger) {
    if (!ledger.isEmpty()) {
      all().forEach(driver -> driver.tidy(ledger));
    }
  }

  /** How many can't be asked. */
  int lost() {
    return (int) views().stream().filter(view -> !view.isConnected()).count();
  }

  /** How many hold fewer VMs than they should, as they refuse more. */
  int limited(Instant now) {
    return (int)
        views().stream()
            .filter(
                v -> v.limit().words(v.mac().slots().orElse(Integer.MAX_VALUE), now).isPresent())
            .count();
  }

  /** Why none can be asked, if none can. */
  Optional<String> unreachable() {
    List<MacView> views = views();
    return views.stream().anyMatch(MacView::isConnected)
        ? Optional.empty()
        : views.stream()
            .findFirst()
            .map(view -> "no Mac answers: " + view.mac().name() + ": " + view.trouble().orElse(""));
  }

  /** What a person should look at. */
  List<String> warnings(Instant now) {
    List<String> warnings = new ArrayList<>();
    Set<String> twice;
    synchronized (this) {
      mistakes.ifPresent(warnings::add);
      twice = shared;
    }
    if (!twice.isEmpty()) {
      warnings.add(
          "several guests of Macs have the address "
              + String.join(", ", twice)
              + ", which is told to nobody: the DHCP server may have no more leases");
    }
    guestEndpoints.trouble().ifPresent(warnings::add);
    for (MacView view : views()) {
      int slots = view.mac().slots().orElse(Integer.MAX_VALUE);
      view.limit()
          .words(slots, now)
          .ifPresent(text -> warnings.add(view.mac().name() + ": " + text));
      view.report()
          .flatMap(MacReport::disk)
          .map(MacReport.Disk::freeKb)
          .filter(free -> view.isConnected() && free < LITTLE_DISK_KB)
          .ifPresent(
              free ->
                  warnings.add(
                      view.mac().name() + " has only " + free / 1024 / 1024 + " GB of disk left"));
    }
    return warnings;
  }

  @Override
  public void close() {
    all().forEach(MacDriver::close);
    guestEndpoints.close();
  }
}
