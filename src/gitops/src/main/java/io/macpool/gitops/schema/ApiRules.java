package io.macpool.gitops.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.kubernetes.client.custom.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the API server, or a drain of a node, refuses although types and fields are right. Facts of
 * Kubernetes' validation of the kinds that this tree renders.
 */
final class ApiRules {

  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]+");

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");

  /** Where an object names another. */
  private static final Pattern REFERENCE =
      Pattern.compile(
          ".*/(secretRef|secretKeyRef|configMapRef|configMapKeyRef)/name|.*/secretName"
              + "|.*/imagePullSecrets/[0-9]+/name|.*/(priorityClassName|serviceAccountName)");

  private ApiRules() {}

  static List<SchemaProblem> validate(JsonNode object) {
    List<SchemaProblem> problems = new ArrayList<>();
    walk(object, "", problems);
    if (object.path("kind").asText().equals("PodDisruptionBudget")) {
      checkBudget(object.path("spec"), problems);
    }
    return problems;
  }

  private static void walk(JsonNode value, String pointer, List<SchemaProblem> out) {
    if (value.isObject()) {
      if (pointer.endsWith("/resources")) {
        checkResources(value, pointer, out);
      } else if (pointer.endsWith("/ipBlock")) {
        checkBlock(value, pointer, out);
      } else if (pointer.matches(".*/(labels|matchLabels|nodeSelector|annotations)")) {
        checkWords(value, pointer, out);
      }
      value
          .properties()
          .forEach(entry -> walk(entry.getValue(), pointer + "/" + entry.getKey(), out));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        walk(value.get(i), pointer + "/" + i, out);
      }
    } else if (value.isTextual() && REFERENCE.matcher(pointer).matches()) {
      String name = value.asText();
      if (!name.isEmpty() && (name.length() > 253 || !NAME.matcher(name).matches())) {
        out.add(
            new SchemaProblem(
                pointer, "is \"" + name + "\", and a name is lower case, digits, dashes and dots"));
      }
    }
  }

  /** Keys, and the values of what is selected by. */
  private static void checkWords(JsonNode words, String pointer, List<SchemaProblem> out) {
    words
        .properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              String value = entry.getValue().asText();
              if (!isKey(key)) {
                out.add(
                    new SchemaProblem(
                        pointer,
                        "has the key \"" + key + "\", and must have keys such as a.b/c-d"));
              }
              boolean selected = !pointer.endsWith("/annotations");
              if (selected
                  && !value.isEmpty()
                  && (value.length() > 63 || !WORD.matcher(value).matches())) {
                out.add(
                    new SchemaProblem(
                        pointer + "/" + key,
                        "is \"" + value + "\", and must be at most 63 letters, digits, - _ ."));
              }
            });
  }

  private static boolean isKey(String key) {
    int slash = key.lastIndexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    String name = key.substring(slash + 1);
    return name.length() <= 63
        && WORD.matcher(name).matches()
        && (slash < 0 || (prefix.length() <= 253 && NAME.matcher(prefix).matches()));
  }

  private static void checkResources(JsonNode resources, String pointer, List<SchemaProblem> out) {
    JsonNode limits = resources.path("limits");
    resources
        .path("requests")
        .properties()
        .forEach(
            request -> {
              Optional<BigDecimal> wanted = quantity(request.getValue());
              Optional<BigDecimal> limit = quantity(limits.path(request.getKey()));
              if (wanted.isPresent()
                  && limit.isPresent()
                  && wanted.get().compareTo(limit.get()) > 0) {
                out.add(
                    new SchemaProblem(
                        pointer + "/requests/" + request.getKey(),
                        "is "
                            + request.getValue().asText()
                            + ", above its limit "
                            + limits.path(request.getKey()).asText()));
              }
            });
  }

  /** Empty when there is none, or it is no quantity, which its type tells. */
  private static Optional<BigDecimal> quantity(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Quantity.fromString(value.asText()).getNumber());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static void checkBudget(JsonNode spec, List<SchemaProblem> out) {
    String unavailable = spec.path("maxUnavailable").asText();
    String available = spec.path("minAvailable").asText();
    if (unavailable.matches("0+%?")) {
      out.add(
          new SchemaProblem(
              "/spec/maxUnavailable", "is " + unavailable + ", which blocks every drain"));
    }
    if (available.equals("100%")) {
      out.add(new SchemaProblem("/spec/minAvailable", "is 100%, which blocks every drain"));
    }
    if (!unavailable.isEmpty() && !available.isEmpty()) {
      out.add(
          new SchemaProblem(
              "/spec/minAvailable", "and maxUnavailable exclude each other; write one"));
    }
  }

  private static void checkBlock(JsonNode block, String pointer, List<SchemaProblem> out) {
    String cidr = block.path("cidr").asText();
    checkCidr(cidr, pointer + "/cidr", out);
    for (int i = 0; i < block.path("except").size(); i++) {
      String except = block.path("except").path(i).asText();
      String place = pointer + "/except/" + i;
      checkCidr(except, place, out);
      if (isCidr(cidr) && isCidr(except) && !contains(cidr, except)) {
        out.add(new SchemaProblem(place, "is " + except + ", which is no part of " + cidr));
      }
    }
  }

  private static void checkCidr(String cidr, String pointer, List<SchemaProblem> out) {
    if (!isCidr(cidr)) {
      out.add(
          new SchemaProblem(
              pointer, "is \"" + cidr + "\", and must be a network such as 10.0.0.0/8"));
    }
  }

  private static boolean isCidr(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      return false;
    }
    byte[] address = address(text.substring(0, slash));
    return address.length > 0 && Integer.parseInt(text.substring(slash + 1)) <= address.length * 8;
  }

  private static boolean contains(String outer, String inner) {
    byte[] network = address(outer.substring(0, outer.indexOf('/')));
    byte[] part = address(inner.substring(0, inner.indexOf('/')));
    int bits = Integer.parseInt(outer.substring(outer.indexOf('/') + 1));
    int partBits = Integer.parseInt(inner.substring(inner.indexOf('/') + 1));
    int rest = network.length * 8 - bits;
    return network.length == part.length
        && partBits > bits
        && new BigInteger(1, network)
            .shiftRight(rest)
            .equals(new BigInteger(1, part).shiftRight(rest));
  }

  /** The bytes of a literal address; empty for anything else. Never asks a name server. */
  private static byte[] address(String text) {
    boolean four = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    boolean six = text.contains(":") && ADDRESS.matcher(text).matches();
    if (!four && !six) {
      return new byte[0];
    }
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      return new byte[0];
    }
  }
}
