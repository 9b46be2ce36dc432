package io.macpool.sim.amqp.rabbit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What operators set for queues by their names. Guarded by the virtual host's lock. */
final class Policies {

  private record Policy(Pattern queues, Map<String, Object> definition) {}

  private final Map<String, Policy> policies = new LinkedHashMap<>();

  void set(String name, String queues, Map<String, Object> definition) {
    policies.put(name, new Policy(Pattern.compile(queues), Map.copyOf(definition)));
  }

  void clear(String name) {
    policies.remove(name);
  }

  Optional<Object> find(String queue, String key) {
    return policies.values().stream()
        .filter(policy -> policy.queues().matcher(queue).find())
        .map(policy -> policy.definition().get(key))
        .filter(value -> value != null)
        .findFirst();
  }
}
