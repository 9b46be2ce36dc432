package io.macpool.gitops.yaml;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Texts that readers of YAML are known to take for something else. */
public final class Scalars {

  private Scalars() {}

  public static Arbitrary<String> texts() {
    Arbitrary<String> numbers =
        Arbitraries.strings().withChars("0123456789.eExXbo_+-:~").ofMaxLength(8);
    Arbitrary<String> signs =
        Arbitraries.strings().withChars(" #:-?[]{},&*!|>'\"%@`=<~\\\nab$").ofMaxLength(8);
    Arbitrary<String> words =
        Arbitraries.of("yes", "No", "ON", "off", "y", "N", "True", "false", "Null", "nan", ".Inf");
    Arbitrary<String> any =
        Arbitraries.strings().all().ofMaxLength(12).filter(Scalars::isWellFormed);
    return Arbitraries.oneOf(numbers, signs, words, any);
  }

  /** A lone surrogate is no text that a file can hold. */
  private static boolean isWellFormed(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xD800 && point < 0xE000);
  }
}
