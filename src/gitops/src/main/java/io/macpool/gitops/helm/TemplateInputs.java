package io.macpool.gitops.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a chart's templates look at what the tree does not hold: the cluster, the history of the
 * release, the clock, chance. What they render in the cluster is then not what was judged.
 *
 * @param rendersTexts whether values and further files may be templates, too, by {@code tpl}
 */
public record TemplateInputs(List<Look> looks, boolean rendersTexts) {

  private static final Set<String> FIELDS =
      Set.of("Capabilities", "IsInstall", "IsUpgrade", "Revision");

  private static final Pattern FUNCTIONS =
      Pattern.compile(
          "lookup|getHostByName|now|ago|uuidv4|shuffle|rand(Alpha|AlphaNum|Ascii|Bytes|Int|Numeric)"
              + "|gen(PrivateKey|CA|CAWithKey|SelfSignedCert|SelfSignedCertWithKey|SignedCert"
              + "|SignedCertWithKey)");

  /** Comments, texts in three kinds of quotes, names with the dot or dollar before them. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "/\\*.*?\\*/|\"((?:\\\\.|[^\"\\\\])*)\"|`([^`]*)`|'(?:\\\\.|[^'\\\\])*'|([.$]?)([A-Za-z_]\\w*)"
              + "|\\}\\}|.",
          Pattern.DOTALL);

  /**
   * One such place.
   *
   * @param file relative to the chart
   */
  public record Look(Path file, int line, String what) {}

  public static TemplateInputs of(Chart chart) {
    Path root = chart.directory();
    try {
      List<Path> files = ChartFiles.names(root);
      List<Path> templates = files.stream().filter(TemplateInputs::isTemplate).toList();
      boolean rendersTexts = templates.stream().anyMatch(file -> usesTpl(read(root, file)));
      List<Look> looks = new ArrayList<>();
      for (Path file : rendersTexts ? files : templates) {
        for (Found found : find(read(root, file))) {
          looks.add(new Look(file, found.line(), found.what()));
        }
      }
      return new TemplateInputs(List.copyOf(looks), rendersTexts);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + root, e);
    }
  }

  /** What a release's values look at, if the chart renders them. */
  public List<String> looksOf(JsonNode values) {
    List<String> looks = new ArrayList<>();
    if (rendersTexts) {
      collect(values, looks);
    }
    return looks;
  }

  private static void collect(JsonNode value, List<String> looks) {
    if (value.isTextual()) {
      find(value.asText()).forEach(found -> looks.add(found.what()));
    }
    value.forEach(child -> collect(child, looks));
  }

  /** Of charts within as well; not the notes, of which Helm makes no object. */
  private static boolean isTemplate(Path file) {
    return file.toString().matches("(.*/)?templates/.*") && !file.endsWith("NOTES.txt");
  }

  /** Latin 1 has a character for each byte: no file is too strange to be read. */
  private static String read(Path root, Path file) {
    try {
      return Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + root.resolve(file), e);
    }
  }

  private static boolean usesTpl(String template) {
    return tokens(template).stream().anyMatch(token -> token.is("", "tpl"));
  }

  private record Found(int line, String what) {}

  private static List<Found> find(String text) {
    List<Found> found = new ArrayList<>();
    for (Token token : tokens(text)) {
      boolean field = !token.before().isEmpty() && FIELDS.contains(token.word());
      boolean function = token.is("", token.word()) && FUNCTIONS.matcher(token.word()).matches();
      if (field || function) {
        int line = (int) text.substring(0, token.at()).chars().filter(c -> c == '\n').count() + 1;
        found.add(new Found(line, function ? token.word() : "." + token.word()));
      }
    }
    return found;
  }

  /**
   * A name in an action.
   *
   * @param before what stands before it: a dot, a dollar, quotes, or nothing
   */
  private record Token(int at, String before, String word) {
    boolean is(String prefix, String name) {
      return before.equals(prefix) && word.equals(name);
    }
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(text);
    int at = text.indexOf("{{");
    while (at >= 0) {
      token.region(at + 2, text.length());
      at = text.length();
      while (token.lookingAt()) {
        if (token.group(4) != null) {
          tokens.add(new Token(token.start(), token.group(3), token.group(4)));
        } else if (token.group(1) != null || token.group(2) != null) {
          String quoted = token.group(1) != null ? token.group(1) : token.group(2);
          tokens.add(new Token(token.start(), "\"", quoted));
        }
        at = token.end();
        if (token.group().equals("}}")) {
          break;
        }
        token.region(token.end(), text.length());
      }
      at = text.indexOf("{{", at);
    }
    return tokens;
  }
}
