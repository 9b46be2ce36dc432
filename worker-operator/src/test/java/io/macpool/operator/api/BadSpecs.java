package io.macpool.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Specs of WorkerClusters that are wrong in one field each, and that field. */
public final class BadSpecs {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final String GOOD =
      """
      maxJobs: 8
      maxJobsPerWorker: 3
      selector: {matchLabels: {name: wc}}
      template: {metadata: {labels: {name: wc}}, spec: {image: "travisci/worker:v6.2.0"}}
      """;

  /**
   * One of them.
   *
   * @param change merged into a good spec; null takes a member away
   * @param field that a refusal must name
   */
  public record BadSpec(String change, String field) {

    /** The whole spec. */
    public ObjectNode spec() {
      ObjectNode spec = read(GOOD);
      merge(spec, read(change));
      return spec;
    }

    @Override
    public String toString() {
      return change;
    }
  }

  private BadSpecs() {}

  /** A spec without a fault. */
  public static ObjectNode good() {
    return read(GOOD);
  }

  public static List<BadSpec> all() {
    return List.of(
        new BadSpec("maxJobs: null", "spec.maxJobs"),
        new BadSpec("maxJobs: -1", "spec.maxJobs"),
        new BadSpec("maxJobs: 100001", "spec.maxJobs"),
        new BadSpec("maxJobs: 3000000000", "spec.maxJobs"),
        new BadSpec("maxJobsPerWorker: 3000000000", "spec.maxJobsPerWorker"),
        new BadSpec("weight: 3000000000", "spec.weight"),
        new BadSpec("scaling: {queue: q, minJobs: 3000000000}", "spec.scaling.minJobs"),
        new BadSpec("scaling: {queue: q, maxStep: 3000000000}", "spec.scaling.maxStep"),
        new BadSpec("scaling: {queue: q, jobsPerQueuedJob: 1e9}", "spec.scaling.jobsPerQueuedJob"),
        new BadSpec("maxJobsPerWorker: null", "spec.maxJobsPerWorker"),
        new BadSpec("maxJobsPerWorker: 0", "spec.maxJobsPerWorker"),
        new BadSpec("selector: null", "spec.selector"),
        new BadSpec("selector: {matchLabels: null}", "spec.selector.matchLabels"),
        new BadSpec("selector: {matchLabels: {name: null}}", "spec.selector.matchLabels"),
        new BadSpec("selector: {matchLabels: {name: other}}", "spec.selector"),
        new BadSpec("template: {metadata: null}", "spec.selector"),
        new BadSpec("template: null", "spec.template"),
        new BadSpec("template: {spec: null}", "spec.template.spec"),
        new BadSpec("template: {spec: {image: null}}", "spec.template.spec.image"),
        new BadSpec("template: {spec: {image: ''}}", "spec.template.spec.image"),
        new BadSpec("weight: 0", "spec.weight"),
        new BadSpec("scaling: {minJobs: 1}", "spec.scaling.queue"),
        new BadSpec("scaling: {queue: ''}", "spec.scaling.queue"),
        new BadSpec("scaling: {queue: q, minJobs: -1}", "spec.scaling.minJobs"),
        new BadSpec("scaling: {queue: q, minJobs: 9}", "spec.scaling.minJobs"),
        new BadSpec("scaling: {queue: q, maxStep: 0}", "spec.scaling.maxStep"),
        new BadSpec(
            "scaling: {queue: q, targetQueueWait: 5m, jobsPerQueuedJob: 2}",
            "spec.scaling.targetQueueWait"),
        new BadSpec("scaling: {queue: q, jobsPerQueuedJob: 0}", "spec.scaling.jobsPerQueuedJob"),
        new BadSpec("scaling: {queue: q, targetQueueWait: soon}", "spec.scaling.targetQueueWait"),
        new BadSpec(
            "scaling: {queue: q, scaleUpStabilization: -1s}", "spec.scaling.scaleUpStabilization"),
        new BadSpec(
            "scaling: {queue: q, scaleDownStabilization: 5}",
            "spec.scaling.scaleDownStabilization"));
  }

  private static ObjectNode read(String yaml) {
    try {
      return (ObjectNode) YAML.readTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void merge(ObjectNode into, JsonNode change) {
    change
        .properties()
        .forEach(
            member -> {
              JsonNode value = member.getValue();
              if (value.isNull()) {
                into.remove(member.getKey());
              } else if (value.isObject() && into.get(member.getKey()) instanceof ObjectNode deep) {
                merge(deep, value);
              } else {
                into.set(member.getKey(), value);
              }
            });
  }
}
