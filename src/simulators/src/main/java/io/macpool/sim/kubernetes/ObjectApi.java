package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.macpool.sim.kubernetes.fields.FieldOwners.Writer;
import io.macpool.sim.kubernetes.fields.Patches;
import io.macpool.sim.kubernetes.fields.ServerSideApply;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.verb.Deletion;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Answers requests about objects, watches apart: bodies in, bodies out. */
final class ObjectApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();

  private final ObjectStore store;
  private final Verbs verbs;
  private final Clock clock;

  ObjectApi(ObjectStore store, Verbs verbs, Clock clock) {
    this.store = store;
    this.verbs = verbs;
    this.clock = clock;
  }

  /** What is answered: a status of 200 or 201, and a body. */
  record Answer(int status, JsonNode body) {}

  Answer answer(ApiRequest request, String body) {
    return switch (request.verb()) {
      case GET -> new Answer(200, get(request));
      case LIST -> new Answer(200, list(request));
      case CREATE -> create(request, body);
      case UPDATE -> new Answer(200, update(request, object(body)));
      case PATCH -> patch(request, body);
      case DELETE -> new Answer(200, delete(request, body));
      case WATCH -> throw ApiFailure.badRequest("a watch is not answered at once");
    };
  }

  private JsonNode get(ApiRequest request) {
    ObjectNode object = verbs.get(request.type(), request.namespace(), request.name());
    return switch (request.subresource()) {
      case "", "status" -> object;
      case "scale" -> Scales.read(request.type(), object);
      default -> throw ApiFailure.noSuchPath();
    };
  }

  private JsonNode list(ApiRequest request) {
    return store.atomically(
        () -> {
          ObjectNode list = JsonNodeFactory.instance.objectNode();
          list.put("kind", request.type().kind() + "List");
          list.put("apiVersion", request.type().apiVersion());
          list.putObject("metadata").put("resourceVersion", Long.toString(store.revision()));
          ArrayNode items = list.putArray("items");
          selected(request).forEach(items::add);
          return list;
        });
  }

  private Stream<ObjectNode> selected(ApiRequest request) {
    return store.list(request.type().resource(), request.namespace()).stream()
        .filter(selector(request));
  }

  static Predicate<JsonNode> selector(ApiRequest request) {
    Predicate<JsonNode> byName =
        request.name().isEmpty()
            ? object -> true
            : object -> Metadata.name(object).equals(request.name());
    return byName
        .and(Selectors.labels(request.parameter("labelSelector")))
        .and(Selectors.fields(request.parameter("fieldSelector")));
  }

  private Answer create(ApiRequest request, String body) {
    if (!request.name().isEmpty()) {
      throw new ApiFailure(405, "MethodNotAllowed", "POST to the collection");
    }
    ObjectNode object = object(body);
    return new Answer(
        201,
        verbs.create(
            request.type(),
            namespace(request, object),
            object,
            request.isDryRun(),
            writer(request)));
  }

  private static String namespace(ApiRequest request, ObjectNode object) {
    if (!request.type().namespaced()) {
      return "";
    }
    String named = Metadata.namespace(object);
    if (request.namespace().isEmpty() || (!named.isEmpty() && !named.equals(request.namespace()))) {
      throw ApiFailure.badRequest("the namespace of the object does not match the request's");
    }
    return request.namespace();
  }

  private JsonNode update(ApiRequest request, ObjectNode body) {
    if (request.subresource().equals("scale")) {
      return scaled(request, body);
    }
    requireKnownSubresource(request);
    return verbs.update(
        request.type(),
        request.namespace(),
        request.name(),
        request.subresource().equals("status"),
        request.isDryRun(),
        present -> {
          String named = Metadata.name(body);
          if (!named.isEmpty() && !named.equals(request.name())) {
            throw ApiFailure.badRequest("the name of the object does not match the request's");
          }
          return body;
        },
        writer(request));
  }

  /** As an API server names one that does not name itself. */
  private static Writer writer(ApiRequest request) {
    String agent = Optional.ofNullable(request.http().getHeader("User-Agent")).orElse("unknown");
    String named = request.parameter("fieldManager");
    String manager = named.isEmpty() ? agent.replaceAll("/.*", "") : named;
    return new Writer(manager, request.subresource().equals("scale") ? request.subresource() : "");
  }

  private JsonNode scaled(ApiRequest request, JsonNode scale) {
    ObjectNode object =
        verbs.update(
            request.type(),
            request.namespace(),
            request.name(),
            false,
            request.isDryRun(),
            present -> Scales.write(request.type(), present, scale),
            writer(request));
    return Scales.read(request.type(), object);
  }

  private static void requireKnownSubresource(ApiRequest request) {
    boolean known =
        request.subresource().isEmpty()
            || (request.subresource().equals("status") && request.type().status());
    if (!known) {
      throw ApiFailure.noSuchPath();
    }
  }

  private Answer patch(ApiRequest request, String body) {
    String type = contentType(request);
    if (type.equals("application/apply-patch+yaml")) {
      return apply(request, body);
    }
    JsonNode patch = json(body);
    if (request.subresource().equals("scale")) {
      JsonNode scale =
          Scales.read(
              request.type(), verbs.get(request.type(), request.namespace(), request.name()));
      return new Answer(200, scaled(request, patched(request, type, (ObjectNode) scale, patch)));
    }
    requireKnownSubresource(request);
    return new Answer(
        200,
        verbs.update(
            request.type(),
            request.namespace(),
            request.name(),
            request.subresource().equals("status"),
            request.isDryRun(),
            present -> patched(request, type, present, patch),
            writer(request)));
  }

  private static ObjectNode patched(
      ApiRequest request, String type, ObjectNode present, JsonNode patch) {
    return switch (type) {
      case "application/json-patch+json" -> Patches.json(request.type(), present, patch);
      case "application/merge-patch+json" -> Patches.merge(present, patch);
      case "application/strategic-merge-patch+json" -> {
        if (request.type().isCustom()) {
          throw unsupported(type);
        }
        yield Patches.strategic(request.type(), present, patch);
      }
      default -> throw unsupported(type);
    };
  }

  private static ApiFailure unsupported(String type) {
    return new ApiFailure(
        415, "UnsupportedMediaType", "the body of the request was in an unknown format: " + type);
  }

  private Answer apply(ApiRequest request, String body) {
    requireKnownSubresource(request);
    String manager = request.parameter("fieldManager");
    if (manager.isEmpty()) {
      throw new ApiFailure(
          422,
          "Invalid",
          "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for"
              + " apply patch");
    }
    boolean force = request.parameter("force").matches("true|1");
    ObjectNode configuration = object(body);
    ServerSideApply apply = new ServerSideApply(request.type());
    return store.atomically(
        () -> {
          boolean present =
              store
                  .get(ObjectKey.of(request.type(), request.namespace(), request.name()))
                  .isPresent();
          if (!present && request.subresource().isEmpty()) {
            ObjectNode empty = JsonNodeFactory.instance.objectNode();
            ObjectNode wanted =
                apply.apply(empty, configuration, manager, "", force, clock.instant());
            Metadata.of(wanted).put("name", request.name());
            return new Answer(
                201, verbs.create(request.type(), request.namespace(), wanted, request.isDryRun()));
          }
          return new Answer(200, applied(request, apply, configuration, manager, force));
        });
  }

  private ObjectNode applied(
      ApiRequest request,
      ServerSideApply apply,
      ObjectNode configuration,
      String manager,
      boolean force) {
    return verbs.update(
        request.type(),
        request.namespace(),
        request.name(),
        request.subresource().equals("status"),
        request.isDryRun(),
        live -> {
          String version = Metadata.version(configuration);
          ObjectNode wanted =
              apply.apply(
                  live, configuration, manager, request.subresource(), force, clock.instant());
          if (!version.isEmpty()) {
            Metadata.of(wanted).put("resourceVersion", version);
          }
          return wanted;
        });
  }

  private JsonNode delete(ApiRequest request, String body) {
    Deletion deletion = deletion(request, body);
    if (!request.name().isEmpty()) {
      return verbs.delete(request.type(), request.namespace(), request.name(), deletion);
    }
    selected(request)
        .forEach(
            object ->
                verbs.delete(
                    request.type(), Metadata.namespace(object), Metadata.name(object), deletion));
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", "Success");
  }

  private static Deletion deletion(ApiRequest request, String body) {
    JsonNode options = body.isBlank() ? JsonNodeFactory.instance.objectNode() : json(body);
    String grace = request.parameter("gracePeriodSeconds");
    String policy =
        options.path("propagationPolicy").asText(request.parameter("propagationPolicy"));
    JsonNode preconditions = options.path("preconditions");
    return new Deletion(
        options.hasNonNull("gracePeriodSeconds")
            ? Optional.of(options.get("gracePeriodSeconds").asInt())
            : Optional.of(grace).filter(text -> text.matches("\\d+")).map(Integer::valueOf),
        Optional.ofNullable(preconditions.path("uid").textValue()),
        Optional.ofNullable(preconditions.path("resourceVersion").textValue()),
        policy.equals("Orphan"),
        request.isDryRun() || options.path("dryRun").path(0).asText().equals("All"));
  }

  private static String contentType(ApiRequest request) {
    String type = request.http().getHeader("Content-Type");
    int end = type == null ? -1 : type.indexOf(';');
    return type == null ? "" : (end < 0 ? type : type.substring(0, end)).strip();
  }

  private static ObjectNode object(String body) {
    if (json(body) instanceof ObjectNode object) {
      return object;
    }
    throw ApiFailure.badRequest("the body is not an object");
  }

  /** JSON, or YAML, as apply patches are by their type. */
  static JsonNode json(String body) {
    try {
      return body.stripLeading().startsWith("{") || body.stripLeading().startsWith("[")
          ? JSON.readTree(body)
          : YAML.readTree(body);
    } catch (JsonProcessingException e) {
      throw ApiFailure.badRequest("the body is neither JSON nor YAML: " + e.getOriginalMessage());
    }
  }
}
