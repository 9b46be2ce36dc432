package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /instances} asks for.
 *
 * @param cpus as the image has if null or 0
 * @param ram in MB; as the image has if null or 0
 */
public record NewInstance(
    String type,
    @JsonProperty("base-image") String baseImage,
    @JsonInclude(Include.NON_NULL) @Nullable Integer cpus,
    @JsonInclude(Include.NON_NULL) @Nullable Long ram) {

  public static NewInstance of(String baseImage, @Nullable Integer cpus, @Nullable Long ram) {
    return new NewInstance(Instance.TYPE, baseImage, cpus, ram);
  }
}
