package io.macpool.worker.image;

import io.macpool.service.setting.Settings;
import io.macpool.worker.InstanceSettings;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.JobPayload.Attributes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Chooses by settings {@code JUPITERBRAIN_IMAGE_KEY}, in the order of the Go worker's environment
 * selector: the first key of the job that is set gives a name, and a name that is itself a key is
 * followed one level. Unlike there, keys of {@code osx_image} work (the Go worker cuts every {@code
 * IMAGE_} out of a setting's name, also that of {@code OSX_IMAGE_}), and a character that no
 * variable's name can have stands for an underscore.
 */
public final class SettingsImageSelector implements ImageSelector {

  private static final String FALLBACK = "default";

  private final Map<String, String> images = new HashMap<>();
  private final Map<String, String> aliasOf = new HashMap<>();

  public SettingsImageSelector(Settings settings) {
    this(settings.get(InstanceSettings.IMAGES), settings.find(InstanceSettings.IMAGE_ALIASES));
  }

  /**
   * By a table.
   *
   * @param table keys without {@code IMAGE_}, in any case, to percent-encoded names
   * @param aliases names, by comma, each with a key {@code alias_NAME}
   */
  SettingsImageSelector(Map<String, String> table, Optional<String> aliases) {
    table.forEach((key, value) -> images.put(key(key), decoded(value)));
    // The Go worker's own spelling, in which people may have set what never had an effect.
    table.forEach((key, value) -> images.putIfAbsent(goKey(key), decoded(value)));
    for (String name : aliases.orElse("").split(",", -1)) {
      String image = images.get("alias_" + key(name.strip()));
      if (!name.isBlank() && image != null) {
        aliasOf.put(name.strip(), image);
      }
    }
  }

  @Override
  public CompletableFuture<ImageChoice> select(JobPayload job) {
    Attributes about = job.attributes();
    Optional<String> key =
        keys(about).stream().filter(candidate -> found(candidate).isPresent()).findFirst();
    String named = key.flatMap(this::found).orElse(FALLBACK);
    // By its very name: "Xcode-12" is another image than the key xcode_12.
    String followed =
        Optional.ofNullable(images.get(named)).filter(i -> !i.isBlank()).orElse(named);
    String image = aliasOf.getOrDefault(followed, followed);
    boolean asked = isMac(about) && about.osxImage().isPresent();
    boolean answered = key.isPresent() && key.get().startsWith("osx_image_");
    return CompletableFuture.completedFuture(
        asked && !answered
            ? ImageChoice.insteadOf(
                about.osxImage().get(),
                image,
                "no setting names an image for it ("
                    + key.map(found -> "the key " + found + " does").orElse("no key of it is set")
                    + ")")
            : ImageChoice.of(image));
  }

  private Optional<String> found(String name) {
    return Optional.ofNullable(images.get(key(name))).filter(image -> !image.isBlank());
  }

  /** Keys from the most specific on; those whose fields the job lacks are left out. */
  static List<String> keys(Attributes job) {
    List<String> keys = new ArrayList<>();
    String language = job.language().orElse("");
    String dist = job.dist().orElse("");
    String group = job.group().orElse("");
    String os = job.os().orElse("");
    if (isMac(job)) {
      add(keys, "osx_image_%s_%s", job.osxImage().orElse(""), language);
      add(keys, "osx_image_%s", job.osxImage().orElse(""));
    }
    add(keys, "dist_%s_group_%s_%s", dist, group, language);
    add(keys, "%s_%s_%s", dist, group, language);
    add(keys, "dist_%s_%s", dist, language);
    add(keys, "%s_%s", dist, language);
    add(keys, "group_%s_%s", group, language);
    add(keys, "%s_%s", group, language);
    add(keys, "os_%s_%s", os, language);
    add(keys, "%s_%s", os, language);
    add(keys, "default_dist_%s", dist);
    add(keys, "dist_%s", dist);
    add(keys, "%s", dist);
    add(keys, "default_group_%s", group);
    add(keys, "group_%s", group);
    add(keys, "%s", group);
    add(keys, "language_%s", language);
    add(keys, "%s", language);
    add(keys, "default_os_%s", os);
    add(keys, "os_%s", os);
    add(keys, "%s", os);
    return keys;
  }

  static boolean isMac(Attributes job) {
    return job.os().filter("osx"::equals).isPresent();
  }

  private static void add(List<String> keys, String pattern, String... parts) {
    for (String part : parts) {
      if (part.isEmpty()) {
        return;
      }
    }
    keys.add(String.format(Locale.ROOT, pattern, (Object[]) parts));
  }

  private static String key(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
  }

  private static String goKey(String text) {
    return key(text).replace("image_", "");
  }

  /** As the Go worker decodes values once; a plus stays one, and what is no encoding stays. */
  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value;
    }
  }
}
