package io.macpool.brain.tart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which Macs there are, and what is cloned on them.
 *
 * @param images what clients ask for, and what it is called on the Macs: a local VM or an image of
 *     a registry
 * @param macs in the order of the file
 * @param pull images, by the names that clients ask for, that every Mac is to have
 */
public record HostsFile(Map<String, String> images, List<Mac> macs, Set<String> pull) {

  private static final Pattern IMAGE = Pattern.compile("[^\\s/?#%\\p{Cntrl}]{1,200}");
  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/-]{0,400}");
  private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9._-]{0,60}");
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:_-]{1,253}");
  private static final Pattern BRIDGE = Pattern.compile("[A-Za-z0-9]{1,15}");
  private static final Pattern HOME = Pattern.compile("/[^\\p{Cntrl}]*");
  private static final Set<String> RESOLVERS = new TreeSet<>(Set.of("arp", "agent", "dhcp"));
  private static final Set<String> TOP = Set.of("images", "hosts", "defaults", "pull");
  private static final Set<String> DEFAULTS =
      Set.of(
          "port",
          "user",
          "slots",
          "tart",
          "home",
          "bridge",
          "resolver",
          "suspend",
          "suspend-hours");
  private static final Set<String> HOST = union(DEFAULTS, Set.of("name", "address"));
  private static final String TART = "/opt/homebrew/bin/tart";
  private static final int SSH = 22;
  private static final int LAST_PORT = 65_535;
  private static final int MOST_SLOTS = 64;
  private static final int MOST_SUSPENDED = 8;
  private static final int LONGEST_SUSPENDED_HOURS = 168;

  private static final ObjectMapper YAML =
      new ObjectMapper(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public HostsFile {
    images = Map.copyOf(images);
    macs = List.copyOf(macs);
    pull = Set.copyOf(pull);
  }

  /** Whether tart can fetch it from a registry: other names are those of local VMs. */
  static boolean isOfRegistry(String source) {
    return source.contains("/");
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> all = new TreeSet<>(one);
    all.addAll(other);
    return all;
  }

  /**
   * Reads the file's text.
   *
   * @throws IllegalArgumentException naming every mistake in it
   */
  public static HostsFile parse(String text) {
    JsonNode root;
    try {
      root = YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no YAML: " + e.getOriginalMessage(), e);
    }
    Reader reader = new Reader();
    HostsFile file = reader.file(root);
    if (!reader.mistakes.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", reader.mistakes));
    }
    return file;
  }

  private static final class Reader {

    private final List<String> mistakes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> addresses = new HashSet<>();

    HostsFile file(JsonNode root) {
      if (root == null || !root.isObject()) {
        mistakes.add("it holds no mapping with images and hosts");
        return new HostsFile(Map.of(), List.of(), Set.of());
      }
      keys(root, TOP, "the file");
      keys(root.path("defaults"), DEFAULTS, "defaults");
      Map<String, String> images = images(root.path("images"));
      List<Mac> macs = new ArrayList<>();
      JsonNode hosts = root.path("hosts");
      if (!hosts.isArray() || hosts.isEmpty()) {
        mistakes.add("hosts must be a list of one host at least");
      } else {
        for (int i = 0; i < hosts.size(); i++) {
          mac(hosts.get(i), root.path("defaults"), images, i + 1).ifPresent(macs::add);
        }
      }
      return new HostsFile(images, macs, pull(root.path("pull"), images));
    }

    private Set<String> pull(JsonNode node, Map<String, String> images) {
      Set<String> names = new HashSet<>();
      if (!node.isArray() && !node.isMissingNode()) {
        mistakes.add("pull must be a list of names of images");
      }
      for (JsonNode item : node) {
        String name = item.asText();
        if (!images.containsKey(name)) {
          mistakes.add("pull: " + name + " is none of images");
        } else if (!isOfRegistry(images.get(name))) {
          mistakes.add(
              "pull: " + name + " is the local VM " + images.get(name) + ", which no registry has");
        } else {
          names.add(name);
        }
      }
      return names;
    }

    private void keys(JsonNode node, Set<String> known, String where) {
      for (Iterator<String> it = node.fieldNames(); it.hasNext(); ) {
        String key = it.next();
        if (!known.contains(key)) {
          mistakes.add(where + " has " + key + ", which is none of " + String.join(", ", known));
        }
      }
    }

    private Map<String, String> images(JsonNode node) {
      Map<String, String> images = new LinkedHashMap<>();
      if (!node.isObject() || node.isEmpty()) {
        mistakes.add("images must map one name at least, such as xcode-16: golden-xcode-16");
        return images;
      }
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        String source = entry.getValue().asText();
        if (!IMAGE.matcher(entry.getKey()).matches()) {
          mistakes.add("images: " + entry.getKey() + " can't be the name of an image");
        }
        if (!SOURCE.matcher(source).matches()) {
          mistakes.add(
              "images: "
                  + entry.getKey()
                  + " must name a local VM, or an image as tart pull takes it");
        }
        images.put(entry.getKey(), source);
      }
      return images;
    }

    private Map<String, Integer> suspend(JsonNode node, Map<String, String> images, String where) {
      Map<String, Integer> wanted = new HashMap<>();
      if (!node.isObject() && !node.isMissingNode()) {
        mistakes.add(where + ": suspend must map images to numbers, such as {xcode-16: 1}");
      }
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        String source = images.get(entry.getKey());
        JsonNode count = entry.getValue();
        if (source == null) {
          mistakes.add(where + ": suspend: " + entry.getKey() + " is none of images");
        } else if (!count.isInt() || count.asInt() < 0 || count.asInt() > MOST_SUSPENDED) {
          mistakes.add(
              where
                  + ": suspend: "
                  + entry.getKey()
                  + " must be a number from 0 to "
                  + MOST_SUSPENDED);
        } else if (count.asInt() > 0) {
          wanted.merge(source, count.asInt(), Math::max);
        }
      }
      return wanted;
    }

    private Optional<Mac> mac(
        JsonNode host, JsonNode defaults, Map<String, String> images, int number) {
      String where = "host " + number;
      if (!host.isObject()) {
        mistakes.add(where + " must be a mapping with name and address");
        return Optional.empty();
      }
      int before = mistakes.size();
      String name = text(host, defaults, "name", "");
      if (!Quoting.isName(name)) {
        mistakes.add(where + " needs a name of letters, digits, '.', '_' and '-'");
      } else {
        where = "host " + name;
        if (!names.add(name)) {
          mistakes.add(where + " is there twice");
        }
      }
      keys(host, HOST, where);
      String address = checked(host, defaults, "address", "", ADDRESS, where);
      int port = number(host, defaults, "port", SSH, 1, LAST_PORT, where);
      String user = checked(host, defaults, "user", "admin", USER, where);
      String tart = checked(host, defaults, "tart", TART, HOME, where);
      String home = text(host, defaults, "home", "");
      if (!home.isEmpty() && !HOME.matcher(home).matches()) {
        mistakes.add(where + ": home must be an absolute path");
      }
      String bridge = text(host, defaults, "bridge", "");
      if (!bridge.isEmpty() && !BRIDGE.matcher(bridge).matches()) {
        mistakes.add(where + ": bridge must be a network interface, such as en0");
      }
      String resolver = text(host, defaults, "resolver", bridge.isEmpty() ? "dhcp" : "arp");
      if (!RESOLVERS.contains(resolver)) {
        mistakes.add(where + ": resolver must be one of " + String.join(", ", RESOLVERS));
      }
      int slots = number(host, defaults, "slots", -1, 0, MOST_SLOTS, where);
      Map<String, Integer> suspend = suspend(value(host, defaults, "suspend"), images, where);
      int hours =
          number(
              host,
              defaults,
              "suspend-hours",
              (int) Mac.SUSPEND_FOR.toHours(),
              1,
              LONGEST_SUSPENDED_HOURS,
              where);
      if (!addresses.add(address + " " + port)) {
        mistakes.add(where + ": another host has the address " + address + ":" + port + ", too");
      }
      return mistakes.size() > before
          ? Optional.empty()
          : Optional.of(
              new Mac(
                  name,
                  address,
                  port,
                  user,
                  slots < 0 ? OptionalInt.empty() : OptionalInt.of(slots),
                  tart,
                  home.isEmpty() ? Optional.empty() : Optional.of(home),
                  bridge.isEmpty() ? Optional.empty() : Optional.of(bridge),
                  resolver,
                  suspend,
                  Duration.ofHours(hours)));
    }

    private static JsonNode value(JsonNode host, JsonNode defaults, String key) {
      return host.has(key) ? host.path(key) : defaults.path(key);
    }

    private static String text(JsonNode host, JsonNode defaults, String key, String otherwise) {
      JsonNode value = value(host, defaults, key);
      return value.isMissingNode() || value.isNull() ? otherwise : value.asText();
    }

    private String checked(
        JsonNode host,
        JsonNode defaults,
        String key,
        String otherwise,
        Pattern pattern,
        String where) {
      String text = text(host, defaults, key, otherwise);
      if (!pattern.matcher(text).matches()) {
        mistakes.add(
            where + (text.isEmpty() ? " needs " + key : ": " + key + " can't be \"" + text + "\""));
      }
      return text;
    }

    private int number(
        JsonNode host,
        JsonNode defaults,
        String key,
        int otherwise,
        int least,
        int most,
        String where) {
      JsonNode value = value(host, defaults, key);
      if (value.isMissingNode()) {
        return otherwise;
      }
      if (!value.isInt() || value.asInt() < least || value.asInt() > most) {
        mistakes.add(where + ": " + key + " must be a number from " + least + " to " + most);
        return otherwise;
      }
      return value.asInt();
    }
  }
}
