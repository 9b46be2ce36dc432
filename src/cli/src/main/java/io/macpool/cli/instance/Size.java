package io.macpool.cli.instance;

import io.macpool.cli.config.PlainArguments;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How large an instance shall be; picocli fills it in. */
public final class Size {

  private static final Pattern RAM = Pattern.compile("([1-9][0-9]{0,8})(g|gb|m|mb)?");
  private static final long MB_PER_GB = 1024;

  @Option(names = "--cpus", paramLabel = "N", description = "Processors, else as the image has.")
  private @Nullable Integer cpus;

  @Option(
      names = "--ram",
      paramLabel = "SIZE",
      description = "Memory, such as 8g or 8192m, else as the image has.")
  private @Nullable String ram;

  /**
   * By arguments that need no parser.
   *
   * @throws NumberFormatException if a number is none
   */
  static Size of(PlainArguments given) {
    Size size = new Size();
    size.cpus = given.value("--cpus").map(Integer::valueOf).orElse(null);
    size.ram = given.value("--ram").orElse(null);
    return size;
  }

  /** Null: as the image has. */
  public @Nullable Integer cpus() {
    return cpus;
  }

  /**
   * Null: as the image has.
   *
   * @throws IllegalArgumentException if it is no size
   */
  public @Nullable Long megabytes() {
    if (ram == null) {
      return null;
    }
    Matcher size = RAM.matcher(ram.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw new IllegalArgumentException("--ram " + ram + ": write it as 8g or 8192m");
    }
    long number = Long.parseLong(size.group(1));
    return size.group(2) != null && size.group(2).startsWith("g") ? number * MB_PER_GB : number;
  }
}
