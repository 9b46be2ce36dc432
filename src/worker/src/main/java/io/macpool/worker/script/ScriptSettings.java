package io.macpool.worker.script;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.worker.ScriptGeneratorSettings;
import java.time.Duration;

/** The worker's own settings that go to the generator beside the payload, as the Go worker's. */
final class ScriptSettings {

  private ScriptSettings() {}

  static ObjectNode read(Settings settings) {
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    own.put("paranoid", settings.get(ScriptGeneratorSettings.BUILD_PARANOID));
    own.put("fix_resolv_conf", settings.get(ScriptGeneratorSettings.BUILD_FIX_RESOLV_CONF));
    own.put("fix_etc_hosts", settings.get(ScriptGeneratorSettings.BUILD_FIX_ETC_HOSTS));
    ObjectNode hosts = JsonNodeFactory.instance.objectNode();
    text(settings, ScriptGeneratorSettings.BUILD_APT_CACHE, hosts, "apt_cache");
    text(settings, ScriptGeneratorSettings.BUILD_NPM_CACHE, hosts, "npm_cache");
    if (!hosts.isEmpty()) {
      own.set("hosts", hosts);
    }
    if (settings.find(ScriptGeneratorSettings.BUILD_CACHE_TYPE).isPresent()) {
      own.set("cache_options", cache(settings));
    }
    return own;
  }

  private static ObjectNode cache(Settings settings) {
    ObjectNode cache = JsonNodeFactory.instance.objectNode();
    text(settings, ScriptGeneratorSettings.BUILD_CACHE_TYPE, cache, "type");
    seconds(settings, ScriptGeneratorSettings.BUILD_CACHE_FETCH_TIMEOUT, cache, "fetch_timeout");
    seconds(settings, ScriptGeneratorSettings.BUILD_CACHE_PUSH_TIMEOUT, cache, "push_timeout");
    ObjectNode s3 = cache.putObject("s3");
    text(settings, ScriptGeneratorSettings.BUILD_CACHE_S3_SCHEME, s3, "scheme");
    text(settings, ScriptGeneratorSettings.BUILD_CACHE_S3_REGION, s3, "region");
    text(settings, ScriptGeneratorSettings.BUILD_CACHE_S3_BUCKET, s3, "bucket");
    secret(settings, ScriptGeneratorSettings.BUILD_CACHE_S3_ACCESS_KEY_ID, s3, "access_key_id");
    secret(
        settings,
        ScriptGeneratorSettings.BUILD_CACHE_S3_SECRET_ACCESS_KEY,
        s3,
        "secret_access_key");
    return cache;
  }

  private static void text(Settings from, Setting<String> setting, ObjectNode to, String name) {
    from.find(setting).ifPresent(value -> to.put(name, value));
  }

  private static void seconds(
      Settings from, Setting<Duration> setting, ObjectNode to, String name) {
    from.find(setting).ifPresent(value -> to.put(name, value.toSeconds()));
  }

  private static void secret(Settings from, Setting<Secret> setting, ObjectNode to, String name) {
    from.find(setting).ifPresent(value -> to.put(name, value.reveal()));
  }
}
