package io.macpool.sim.build;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a payload asks to be run.
 *
 * @param environment in order, later ones may use earlier ones
 * @param commands by stage; a stage without commands is there with an empty list
 */
record BuildConfig(List<Variable> environment, Map<Stage, List<String>> commands) {

  /** Stages in the order in which they run. */
  enum Stage {
    BEFORE_INSTALL,
    INSTALL,
    BEFORE_SCRIPT,
    SCRIPT,
    AFTER_SUCCESS,
    AFTER_FAILURE,
    AFTER_SCRIPT;

    /** The config's key. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What follows {@code export}.
   *
   * @param assignments shell text, {@code A=1 B="x y"}
   * @param shown how the log tells it: a value that is not public is {@code [secure]}
   */
  record Variable(String assignments, String shown) {}

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  BuildConfig {
    environment = List.copyOf(environment);
    commands = Map.copyOf(commands);
  }

  /**
   * Reads a payload.
   *
   * @throws InvalidConfigException with a sentence for a person
   */
  static BuildConfig of(JsonNode payload) {
    JsonNode config = payload.path("config");
    if (!config.isObject()) {
      throw new InvalidConfigException("config is not an object");
    }
    List<Variable> environment = new ArrayList<>();
    readEnv(config.path("env"), environment);
    readEnvVars(payload.path("env_vars"), environment);
    Map<Stage, List<String>> commands = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      commands.put(stage, commands(stage.key(), config.path(stage.key())));
    }
    return new BuildConfig(environment, commands);
  }

  private static List<String> commands(String key, JsonNode value) {
    if (value.isMissingNode() || value.isNull() || value.isBoolean()) {
      // "install: true" and "install: false" are the field's way to say: nothing here.
      return List.of();
    }
    if (value.isValueNode()) {
      return List.of(value.asText());
    }
    if (!value.isArray()) {
      throw new InvalidConfigException(key + " is neither a command nor a list of commands");
    }
    List<String> commands = new ArrayList<>();
    for (JsonNode command : value) {
      if (!command.isValueNode() || command.isNull()) {
        throw new InvalidConfigException(
            key + " holds something that is not a command: " + command);
      }
      commands.add(command.asText());
    }
    return commands;
  }

  private static void readEnv(JsonNode env, List<Variable> into) {
    if (env.isMissingNode() || env.isNull()) {
      return;
    }
    if (env.isTextual()) {
      into.add(new Variable(env.textValue(), env.textValue()));
    } else if (env.isArray()) {
      env.forEach(entry -> readEnv(entry, into));
    } else if (env.isObject()) {
      env.properties().forEach(entry -> readEnvEntry(entry.getKey(), entry.getValue(), into));
    } else {
      throw new InvalidConfigException("env is neither text, nor a list, nor a map");
    }
  }

  private static void readEnvEntry(String key, JsonNode value, List<Variable> into) {
    switch (key) {
      case "global", "matrix", "jobs" -> readEnv(value, into);
      case "secure" -> {
        // Encrypted for the scheduler; decrypted values come in env_vars.
      }
      default -> {
        if (!value.isValueNode()) {
          throw new InvalidConfigException("env." + key + " is not a value");
        }
        into.add(variable(key, value.asText(), true));
      }
    }
  }

  private static void readEnvVars(JsonNode variables, List<Variable> into) {
    if (variables.isMissingNode() || variables.isNull()) {
      return;
    }
    if (!variables.isArray()) {
      throw new InvalidConfigException("env_vars is not a list");
    }
    for (JsonNode entry : variables) {
      into.add(
          variable(
              entry.path("name").asText(),
              entry.path("value").asText(),
              entry.path("public").asBoolean(false)));
    }
  }

  private static Variable variable(String name, String value, boolean shown) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidConfigException("\"" + name + "\" is not a variable's name");
    }
    String quoted = BuildScript.quote(value);
    return new Variable(name + "=" + quoted, name + "=" + (shown ? quoted : "[secure]"));
  }
}
