package io.macpool.brain;

import io.macpool.core.GoDuration;
import io.macpool.core.fleet.placement.WarmPoolPlanner.Policy;
import java.util.ArrayList;
import java.util.List;

/** The form in which warm policies are set: {@code IMAGE=MIN:MAX:TTL,IMAGE=MIN:MAX:TTL}. */
final class WarmPolicies {

  private WarmPolicies() {}

  /**
   * @throws IllegalArgumentException with a sentence for a person
   */
  static List<Policy> parse(String text) {
    List<Policy> policies = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      int equals = item.lastIndexOf('=');
      String[] numbers = item.substring(equals + 1).split(":", -1);
      if (equals < 1 || numbers.length != 3) {
        throw new IllegalArgumentException(
            "\"" + item + "\" is not of the form IMAGE=MIN:MAX:TTL, such as xcode-16=2:4:30m");
      }
      String image = item.substring(0, equals).strip();
      if (policies.stream().anyMatch(p -> p.image().equals(image))) {
        throw new IllegalArgumentException(image + " is set twice");
      }
      policies.add(
          new Policy(
              image, number(numbers[0]), number(numbers[1]), GoDuration.parse(numbers[2].strip())));
    }
    return policies;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number", e);
    }
  }
}
