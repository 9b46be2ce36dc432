package io.macpool.brain.tart;

import java.util.Objects;
import java.util.Optional;

/** How the ledger knows hosts, VMs and images of Macs: by words that no other provider has. */
final class TartRefs {

  /** The provider's name, as the API tells it. */
  static final String PROVIDER = "tart";

  static final String PREFIX = PROVIDER + ":";

  private TartRefs() {}

  /** A VM of a Mac. */
  record Vm(String host, String name) {
    Vm {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(name, "name");
    }

    String ref() {
      return PREFIX + host + "/" + name;
    }
  }

  /** Empty if it is none of ours. */
  static Optional<Vm> vm(String ref) {
    int slash = ref.indexOf('/');
    return ref.startsWith(PREFIX) && slash > 0
        ? Optional.of(new Vm(ref.substring(PREFIX.length(), slash), ref.substring(slash + 1)))
        : Optional.empty();
  }

  /** The reference of an image, by what it is called on the Macs. */
  static String image(String source) {
    return PREFIX + "image/" + source;
  }

  /** What it is called on the Macs. */
  static String source(String imageRef) {
    return imageRef.substring(image("").length());
  }

  /** The name of a host, by its id; empty if it is none of ours. */
  static Optional<String> host(String id) {
    return id.startsWith(PREFIX) ? Optional.of(id.substring(PREFIX.length())) : Optional.empty();
  }
}
