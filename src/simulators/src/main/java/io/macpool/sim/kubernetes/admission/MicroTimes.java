package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Times that the API keeps to the microsecond: it reads exactly six digits of a second, no more and
 * no fewer. Its other times may have any number.
 */
final class MicroTimes {

  private static final Pattern FORM =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}(Z|[+-]\\d{2}:\\d{2})");
  private static final Map<String, List<String>> PATHS =
      Map.of(
          "leases.coordination.k8s.io", List.of("/spec/acquireTime", "/spec/renewTime"),
          "events", List.of("/eventTime", "/series/lastObservedTime"));

  private MicroTimes() {}

  /**
   * Reads the times of an object.
   *
   * @throws ApiFailure 400 naming one that cannot be read
   */
  static void check(ResourceType type, JsonNode object) {
    for (String path : PATHS.getOrDefault(type.resource(), List.of())) {
      JsonNode time = object.at(path);
      if (time.isTextual() && !FORM.matcher(time.asText()).matches()) {
        throw ApiFailure.badRequest(
            "%s in version \"%s\" cannot be handled as a %s: parsing time \"%s\": six digits of a second are needed"
                .formatted(type.kind(), type.version(), type.kind(), time.asText()));
      }
    }
  }
}
