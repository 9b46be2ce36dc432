package io.macpool.service.setting;

import io.macpool.core.GoDuration;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a person may set: declared once as a constant, read by {@link SettingsSpec#read}.
 * A setting named {@code REQUEST_TIMEOUT} of a service with the prefix {@code JUPITER_BRAIN_} is
 * the flag {@code --request-timeout} and the environment variable {@code
 * JUPITER_BRAIN_REQUEST_TIMEOUT}.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {

  /** How a setting takes its text. */
  enum Shape {
    /** {@code --name VALUE}. */
    VALUE,
    /** {@code --name} alone means true. */
    SWITCH,
    /** Every name that begins with this one, as a map. */
    FAMILY,
    /** Accepted for old installations' sake, without effect. */
    RETIRED
  }

  private final String name;
  private final String description;
  private final Shape shape;
  private final String form;
  private final Function<String, T> parser;
  private final List<String> variables = new ArrayList<>();
  private @Nullable T defaultValue;
  private boolean required;
  private boolean secret;
  private boolean ofProvider;
  private boolean takesNoValue;
  private boolean ofMachine;
  private Optional<String> letter = Optional.empty();
  private boolean repeatable;

  private Setting(
      String name, String description, Shape shape, String form, Function<String, T> parser) {
    this.name = name;
    this.description = description;
    this.shape = shape;
    this.form = form;
    this.parser = parser;
    this.takesNoValue = shape == Shape.SWITCH;
  }

  public static Setting<String> text(String name, String description) {
    return of(name, description, "TEXT", text -> text);
  }

  public static Setting<Secret> secret(String name, String description) {
    Setting<Secret> setting = of(name, description, "SECRET", Secret::new);
    setting.secret = true;
    return setting;
  }

  /** A duration in Go's syntax, not negative. */
  public static Setting<Duration> duration(String name, String description) {
    return of(
        name,
        description,
        "DURATION",
        text -> {
          Duration duration = GoDuration.parse(text);
          if (duration.isNegative()) {
            throw new IllegalArgumentException("\"" + text + "\" is negative");
          }
          return duration;
        });
  }

  public static Setting<Integer> integer(String name, int least, int most, String description) {
    return of(name, description, "N", text -> Math.toIntExact(parseLong(text, least, most)));
  }

  public static Setting<Boolean> flag(String name, String description) {
    Setting<Boolean> setting =
        new Setting<>(name, description, Shape.SWITCH, "", Setting::parseBoolean);
    return setting.defaultTo(false);
  }

  /** One of the constants of an enum, written in lower case with dashes. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, Class<E> type, String description) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(choiceName(constant));
    }
    return of(
        name,
        description,
        String.join("|", names),
        text -> {
          for (E constant : type.getEnumConstants()) {
            if (choiceName(constant).equals(text.toLowerCase(Locale.ROOT))) {
              return constant;
            }
          }
          throw new IllegalArgumentException(
              "\"" + text + "\" is none of " + String.join(", ", names));
        });
  }

  /** A value of any type; {@code parser} throws IllegalArgumentException with a sentence. */
  public static <T> Setting<T> of(
      String name, String description, String form, Function<String, T> parser) {
    return new Setting<>(name, description, Shape.VALUE, form, parser);
  }

  /**
   * Every variable that begins with {@code name}, which ends in an underscore: the map's keys are
   * the rest of the names in lower case.
   */
  public static Setting<Map<String, String>> family(String name, String description) {
    Setting<Map<String, String>> setting =
        new Setting<>(name, description, Shape.FAMILY, "TEXT", text -> Map.of());
    return setting.defaultTo(Map.of());
  }

  /** A name that old installations still set; it is answered with a warning that says why. */
  public static Setting<String> retired(String name, String description) {
    return new Setting<>(name, description, Shape.RETIRED, "TEXT", text -> text);
  }

  /** The same for a switch: as a flag it stands alone. */
  public static Setting<String> retiredFlag(String name, String description) {
    Setting<String> setting = retired(name, description);
    setting.takesNoValue = true;
    return setting;
  }

  /** A switch of old installations that can't be taken: true is refused with the reason. */
  public static Setting<Boolean> refusedFlag(String name, String why) {
    return new Setting<>(
        name,
        "refused: " + why,
        Shape.SWITCH,
        "",
        text -> {
          if (parseBoolean(text)) {
            throw new IllegalArgumentException("is not supported: " + why);
          }
          return false;
        });
  }

  public Setting<T> defaultTo(T value) {
    this.defaultValue = value;
    return this;
  }

  public Setting<T> required() {
    this.required = true;
    return this;
  }

  /** A further environment variable, by its whole name, that counts when the first is not set. */
  public Setting<T> also(String variable) {
    this.variables.add(variable);
    return this;
  }

  /**
   * A setting of what makes instances, as the Go worker reads those: the name without the program's
   * prefix counts first, and a variable's value is percent-decoded once, a plus being a space. A
   * value that is no such encoding is taken as it is.
   */
  public Setting<T> ofProvider() {
    this.ofProvider = true;
    return this;
  }

  /** The old program's short form: {@code -u} for {@code --vsphere-url}. */
  public Setting<T> letter(String one) {
    this.letter = Optional.of(one);
    return this;
  }

  /** As a flag it may be given several times: its texts are put together with commas. */
  public Setting<T> repeatable() {
    this.repeatable = true;
    return this;
  }

  /**
   * The machine itself sets the variable without the prefix, so that it differs from the one with
   * it is no mistake of anybody's.
   */
  public Setting<T> ofMachine() {
    this.ofMachine = true;
    return this;
  }

  boolean isOfMachine() {
    return ofMachine;
  }

  boolean takesNoValue() {
    return takesNoValue;
  }

  /**
   * Whether a flag as it was written means this setting: with one dash, as Go's programs, or two.
   */
  boolean isWritten(String written) {
    return written.equals(flag())
        || written.equals(flag().substring(1))
        || letter
            .filter(one -> written.equals("-" + one) || written.equals("--" + one))
            .isPresent();
  }

  String joined(String before, String text) {
    return repeatable ? before + "," + text : text;
  }

  boolean isOfProvider() {
    return ofProvider;
  }

  String unescaped(String text) {
    if (!ofProvider) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  public String name() {
    return name;
  }

  String description() {
    return description;
  }

  Shape shape() {
    return shape;
  }

  String form() {
    return form;
  }

  boolean isRequired() {
    return required;
  }

  boolean isSecret() {
    return secret;
  }

  @Nullable T defaultValue() {
    return defaultValue;
  }

  T parse(String text) {
    return parser.apply(text);
  }

  public String flag() {
    return "--" + name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Environment variables in the order in which they count. */
  List<String> variables(String prefix) {
    List<String> all = new ArrayList<>();
    all.add(prefix + name);
    all.addAll(variables);
    return all;
  }

  private static <E extends Enum<E>> String choiceName(E constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static long parseLong(String text, long least, long most) {
    long number;
    try {
      number = Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number", e);
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(text + " is not between " + least + " and " + most);
    }
    return number;
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "t", "yes", "on" -> true;
      case "false", "0", "f", "no", "off", "" -> false;
      default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
    };
  }
}
