package io.macpool.sandbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which pools of hosts there are, as {@code intel=vsphere:2,arm=tart:2}. */
record PoolPlan(List<Pool> pools) {

  /** What runs a pool's VMs, and what jobs name that are to run there. */
  enum Driver {
    VSPHERE("xcode12.5"),
    TART("xcode26.0");

    private final String osxImage;

    Driver(String osxImage) {
      this.osxImage = osxImage;
    }

    /** As it stands in a job's payload. */
    String osxImage() {
      return osxImage;
    }
  }

  /** Some hosts of one kind. */
  record Pool(String name, Driver driver, int hosts) {
    Pool {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(driver, "driver");
    }
  }

  private static final Pattern POOL = Pattern.compile("([\\w-]+)=(vsphere|tart):([1-9][0-9]{0,3})");

  PoolPlan {
    pools = List.copyOf(pools);
  }

  /** An Intel pool and the Macs that it is moved to. */
  static PoolPlan ofMove() {
    return parse("intel=vsphere:2,arm=tart:2");
  }

  /**
   * Reads {@code NAME=DRIVER:HOSTS,…}.
   *
   * @throws IllegalArgumentException with words for a person
   */
  static PoolPlan parse(String text) {
    List<Pool> pools = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = POOL.matcher(part.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "write NAME=vsphere:HOSTS or NAME=tart:HOSTS, by comma, not \"" + part + "\"");
      }
      if (!names.add(matcher.group(1))) {
        throw new IllegalArgumentException(
            "two pools are called " + matcher.group(1) + ": give each a name of its own");
      }
      pools.add(
          new Pool(
              matcher.group(1),
              Driver.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
              Integer.parseInt(matcher.group(3))));
    }
    return new PoolPlan(pools);
  }

  /** The image of the {@code index}th job: pools get jobs in turn. */
  String osxImage(int index) {
    return pools.get(index % pools.size()).driver().osxImage();
  }

  /** As {@link #parse} reads it. */
  String text() {
    return pools.stream()
        .map(
            pool ->
                pool.name()
                    + "="
                    + pool.driver().name().toLowerCase(Locale.ROOT)
                    + ":"
                    + pool.hosts())
        .collect(Collectors.joining(","));
  }

  /** Hosts of all pools of that kind. */
  int hosts(Driver driver) {
    return pools.stream().filter(pool -> pool.driver() == driver).mapToInt(Pool::hosts).sum();
  }
}
