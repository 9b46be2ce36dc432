package io.macpool.operator.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads a resource of ours whatever somebody wrote into it. A list or a watch that fails for one
 * object would fail for all: what can't be read is left out, and the object says so.
 *
 * <p>It is said in an annotation, as the copies that caches make keep nothing else. No call writes
 * it to the API.
 */
abstract class LenientDeserializer<S, T, R extends CustomResource<S, T>>
    extends JsonDeserializer<R> {

  private static final String UNREADABLE = WorkerCluster.GROUP + "/unreadable";

  private final Supplier<R> empty;
  private final Class<S> spec;
  private final Class<T> status;

  LenientDeserializer(Supplier<R> empty, Class<S> spec, Class<T> status) {
    this.empty = empty;
    this.spec = spec;
    this.status = status;
  }

  /** Which field of a resource can't be read and why; empty if all of it can. */
  static Optional<String> problem(HasMetadata resource) {
    return Optional.ofNullable(resource.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(UNREADABLE));
  }

  @Override
  public R deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    JsonNode tree = context.readTree(parser);
    R resource = empty.get();
    if (tree.hasNonNull("metadata")) {
      resource.setMetadata(context.readTreeAsValue(tree.get("metadata"), ObjectMeta.class));
    }
    read(context, tree, "spec", spec, resource::setSpec, resource);
    read(context, tree, "status", status, resource::setStatus, resource);
    return resource;
  }

  private <V> void read(
      DeserializationContext context,
      JsonNode tree,
      String member,
      Class<V> type,
      Consumer<V> keep,
      R resource)
      throws IOException {
    if (!tree.hasNonNull(member)) {
      return;
    }
    try {
      keep.accept(context.readTreeAsValue(tree.get(member), type));
    } catch (JsonMappingException e) {
      ObjectMeta metadata = resource.getMetadata();
      Map<String, String> annotations =
          new HashMap<>(Optional.ofNullable(metadata.getAnnotations()).orElse(Map.of()));
      annotations.putIfAbsent(UNREADABLE, path(member, e.getPath()) + " can't be read: " + why(e));
      metadata.setAnnotations(annotations);
    }
  }

  private static String path(String member, List<JsonMappingException.Reference> path) {
    return path.stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
        .collect(Collectors.joining("", member, ""));
  }

  private static String why(JsonMappingException failure) {
    if (failure instanceof InvalidFormatException wrong) {
      Class<?> type = wrong.getTargetType();
      return wrong.getValue()
          + (type == Integer.class ? " is no number up to " + Integer.MAX_VALUE : " does not fit");
    }
    return String.valueOf(failure.getOriginalMessage()).lines().findFirst().orElse("");
  }
}
