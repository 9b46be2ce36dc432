package io.macpool.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker pod looks like. */
@JsonInclude(Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public class WorkerTemplate {

  @JsonPropertyDescription("Labels and annotations of the pods.")
  public @Nullable Metadata metadata;

  @JsonPropertyDescription("The worker container.")
  @Required
  public @Nullable Spec spec;

  /** Labels and annotations; whatever else a full ObjectMeta carries is kept and ignored. */
  @JsonInclude(Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @PreserveUnknownFields
  public static class Metadata {

    @JsonPropertyDescription("Labels of the pods; the selector's must be among them.")
    public @Nullable Map<String, String> labels;

    @JsonPropertyDescription("Annotations of the pods.")
    public @Nullable Map<String, String> annotations;
  }

  /** The worker container. */
  @JsonInclude(Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Spec {

    @JsonPropertyDescription("The worker's image, for example travisci/worker:v6.2.0.")
    @Required
    @Size(min = 1, max = 1024)
    public @Nullable String image;

    @JsonPropertyDescription("Always, IfNotPresent or Never.")
    public @Nullable String imagePullPolicy;

    @JsonPropertyDescription("CPU and memory of the worker container.")
    @PreserveUnknownFields
    public @Nullable ResourceRequirements resources;

    @JsonPropertyDescription(
        "Environment of the worker. Pool size and remote control are the operator's to set.")
    public @Nullable List<EnvVar> env;

    @JsonPropertyDescription("ConfigMaps and Secrets whose keys become environment variables.")
    public @Nullable List<EnvFromSource> envFrom;

    @JsonPropertyDescription("Secrets of type dockerconfigjson for pulling the image.")
    public @Nullable List<LocalObjectReference> imagePullSecrets;

    @JsonPropertyDescription(
        "The Secret that holds the key for the VMs, mounted read-only at /etc/worker/ssh.")
    public @Nullable String sshKeySecret;
  }
}
