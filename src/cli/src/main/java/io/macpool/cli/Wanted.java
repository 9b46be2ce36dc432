package io.macpool.cli;

import io.macpool.broker.NewInstance;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What an instance shall be; picocli fills it in. */
final class Wanted {

  private static final Pattern RAM = Pattern.compile("([1-9][0-9]{0,8})(g|gb|m|mb)?");
  private static final long MB_PER_GB = 1024;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image: see macpool images.")
  private String image;

  @Option(names = "--cpus", paramLabel = "N", description = "Processors, else as the image has.")
  private Integer cpus;

  @Option(
      names = "--ram",
      paramLabel = "SIZE",
      description = "Memory, such as 8g or 8192m, else as the image has.")
  private String ram;

  /**
   * The broker's form of it.
   *
   * @throws IllegalArgumentException if the memory is no size
   */
  NewInstance order() {
    return NewInstance.of(image, cpus, ram == null ? null : megabytes(ram));
  }

  private static long megabytes(String text) {
    Matcher size = RAM.matcher(text.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw new IllegalArgumentException("--ram " + text + ": write it as 8g or 8192m");
    }
    long number = Long.parseLong(size.group(1));
    return size.group(2) != null && size.group(2).startsWith("g") ? number * MB_PER_GB : number;
  }
}
