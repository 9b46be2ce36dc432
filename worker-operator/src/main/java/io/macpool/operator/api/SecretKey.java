package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** One key of a Secret in the same namespace. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class SecretKey {

  @JsonPropertyDescription("The Secret's name.")
  @Required
  public @Nullable String name;

  @JsonPropertyDescription("The key in it.")
  @Required
  public @Nullable String key;
}
