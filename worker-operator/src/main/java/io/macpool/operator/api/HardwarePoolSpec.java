package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the slots come from. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "has(self.slots) != has(self.brokerUrl)",
    message = "set exactly one of spec.slots and spec.brokerUrl")
@ValidationRule(
    value = "!has(self.provider) || has(self.brokerUrl)",
    message = "spec.provider needs spec.brokerUrl: it names one provider of that broker")
public class HardwarePoolSpec {

  @JsonPropertyDescription("A fixed number of slots: two for each Mac host.")
  @Min(0)
  @Max(WorkerClusterSpec.MOST_JOBS)
  public @Nullable Integer slots;

  @JsonPropertyDescription(
      "A VM broker whose /capacity tells the slots, for example http://jupiter-brain:42161.")
  @Pattern("^https?://.+")
  public @Nullable String brokerUrl;

  @JsonPropertyDescription(
      "Count the hosts of this provider of the broker alone, as /capacity names it, for example"
          + " tart. Absent: those of all.")
  @Pattern("^[a-z][a-z0-9-]{0,62}$")
  public @Nullable String provider;

  @JsonPropertyDescription(
      "The key of a Secret in this namespace that holds the broker's token. Absent: the"
          + " operator's own broker token.")
  public @Nullable SecretKey brokerTokenSecret;

  @JsonPropertyDescription("Slots kept out of the shares, for example for warm VMs. Default 0.")
  @Min(0)
  @Max(WorkerClusterSpec.MOST_JOBS)
  public @Nullable Integer reserve;
}
