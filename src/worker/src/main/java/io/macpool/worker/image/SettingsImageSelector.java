package io.macpool.worker.image;

import io.macpool.service.Settings;
import io.macpool.worker.InstanceSettings;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.JobPayload.Attributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Chooses by settings {@code JUPITERBRAIN_IMAGE_KEY}: the most specific key that is set wins, and
 * one level of alias is followed. Keys as in the Go worker's environment selector.
 */
public final class SettingsImageSelector implements ImageSelector {

  private static final String FALLBACK = "default";

  private final Map<String, String> images;
  private final Map<String, String> aliases;

  public SettingsImageSelector(Settings settings) {
    this(settings.get(InstanceSettings.IMAGES), settings.find(InstanceSettings.IMAGE_ALIASES));
  }

  SettingsImageSelector(Map<String, String> images, Optional<String> aliasNames) {
    this.images = images;
    this.aliases = new HashMap<>();
    for (String name : aliasNames.orElse("").split(",", -1)) {
      String image = images.get("alias_" + key(name.strip()));
      if (!name.isBlank() && image != null) {
        aliases.put(name.strip(), image);
      }
    }
  }

  @Override
  public CompletableFuture<String> select(JobPayload job) {
    String image =
        keys(job.attributes()).stream()
            .map(key -> images.get(key(key)))
            .filter(found -> found != null && !found.isBlank())
            .findFirst()
            .orElse(FALLBACK);
    return CompletableFuture.completedFuture(aliases.getOrDefault(image, image));
  }

  /** Keys from the most specific to {@code default}. */
  static List<String> keys(Attributes job) {
    List<String> keys = new ArrayList<>();
    String language = job.language().orElse("");
    String dist = job.dist().orElse("");
    String group = job.group().orElse("");
    String os = job.os().orElse("");
    add(keys, "osx_image_%s_%s", job.osxImage().orElse(""), language);
    add(keys, "osx_image_%s", job.osxImage().orElse(""));
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
    add(keys, "language_%s", language);
    add(keys, "%s", language);
    add(keys, "default_group_%s", group);
    add(keys, "group_%s", group);
    add(keys, "%s", group);
    add(keys, "default_os_%s", os);
    add(keys, "os_%s", os);
    add(keys, "%s", os);
    keys.add(FALLBACK);
    return keys;
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
}
