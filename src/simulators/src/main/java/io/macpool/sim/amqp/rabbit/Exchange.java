package io.macpool.sim.amqp.rabbit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** An exchange and its bindings. Guarded by the virtual host's lock. */
final class Exchange {

  static final Set<String> TYPES = Set.of("direct", "fanout", "topic", "x-modulus-hash");

  private record Binding(String queue, String key) {}

  private final String name;
  private final String type;
  private final boolean durable;
  private final boolean autoDelete;
  private final Set<Binding> bindings = new LinkedHashSet<>();

  Exchange(String name, String type, boolean durable, boolean autoDelete) {
    this.name = name;
    this.type = type;
    this.durable = durable;
    this.autoDelete = autoDelete;
  }

  String name() {
    return name;
  }

  String type() {
    return type;
  }

  boolean isDurable() {
    return durable;
  }

  boolean isAutoDelete() {
    return autoDelete;
  }

  void bind(String queue, String key) {
    bindings.add(new Binding(queue, key));
  }

  void unbind(String queue, String key) {
    bindings.remove(new Binding(queue, key));
  }

  void forget(String queue) {
    bindings.removeIf(binding -> binding.queue().equals(queue));
  }

  /** The names of the queues that a message with this key goes to. */
  Set<String> route(String key) {
    Set<String> queues = new TreeSet<>();
    for (Binding binding : bindings) {
      if (matches(binding.key(), key)) {
        queues.add(binding.queue());
      }
    }
    if (type.equals("x-modulus-hash") && !queues.isEmpty()) {
      List<String> all = List.copyOf(queues);
      return Set.of(all.get(Math.floorMod(key.hashCode(), all.size())));
    }
    return queues;
  }

  private boolean matches(String pattern, String key) {
    return switch (type) {
      case "fanout", "x-modulus-hash" -> true;
      case "topic" -> matches(words(pattern), words(key));
      default -> pattern.equals(key);
    };
  }

  private static List<String> words(String text) {
    return List.of(text.split("\\.", -1));
  }

  private static boolean matches(List<String> pattern, List<String> key) {
    if (pattern.isEmpty()) {
      return key.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("#")) {
      for (int taken = 0; taken <= key.size(); taken++) {
        if (matches(rest, key.subList(taken, key.size()))) {
          return true;
        }
      }
      return false;
    }
    return !key.isEmpty()
        && (pattern.get(0).equals("*") || pattern.get(0).equals(key.get(0)))
        && matches(rest, key.subList(1, key.size()));
  }
}
