package io.macpool.gitops.tree;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The order of chart versions: the three numbers of semantic versioning, a pre-release before its
 * release.
 */
record VersionOrder(List<BigInteger> numbers, String preRelease)
    implements Comparable<VersionOrder> {

  static VersionOrder of(String version) {
    String[] parts = version.split("[-+]", 2);
    List<BigInteger> numbers = new ArrayList<>();
    for (String number : parts[0].split("\\.", -1)) {
      numbers.add(number.matches("[0-9]+") ? new BigInteger(number) : BigInteger.ZERO);
    }
    return new VersionOrder(numbers, version.contains("-") ? parts[1] : "");
  }

  @Override
  public int compareTo(VersionOrder other) {
    for (int i = 0; i < Math.min(numbers.size(), other.numbers.size()); i++) {
      int order = numbers.get(i).compareTo(other.numbers.get(i));
      if (order != 0) {
        return order;
      }
    }
    if (preRelease.isEmpty() != other.preRelease.isEmpty()) {
      return preRelease.isEmpty() ? 1 : -1;
    }
    return preRelease.compareTo(other.preRelease);
  }
}
