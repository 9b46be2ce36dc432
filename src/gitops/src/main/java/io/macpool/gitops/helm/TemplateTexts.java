package io.macpool.gitops.helm;

import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each template of a chart renders, as it stands: the library hands out no hooks, and renders
 * for an installation only. A template of ours, one for the chart and one for each chart within,
 * evaluates the others for an installation and for an upgrade, and prints what they make as text,
 * in which Helm finds no hooks. What only the cluster knows is taken away there, so that a template
 * that looks at it fails.
 *
 * @param mayHoldHooks template's name to its text at an installation, where it may hold a hook
 * @param different the templates that render otherwise at an upgrade
 */
record TemplateTexts(Map<String, String> mayHoldHooks, List<String> different) {

  private static final String FILE = "macpool-template-texts.yaml";
  private static final String KIND = "MacpoolTemplateTexts";

  /** As Helm splits what a template rendered. */
  private static final Pattern SPLIT = Pattern.compile("(?:^|\\s*\\n)---\\s*");

  /** Between the objects of what Helm rendered of a chart. */
  private static final Pattern SEPARATOR = Pattern.compile("(?m)^---$");

  private static final Pattern NOT_THERE = Pattern.compile("no template \"([^\"]+)\" associated");

  /**
   * Texts are printed where a hook may be: its annotation's name can be written without the letters
   * "hook" by an escape or a tag alone. Of an upgrade a sum will do.
   */
  private static final String TEMPLATE =
      """
      {{- $root := . }}
      {{- $base := .Template.BasePath }}
      kind: %s
      texts:
      {{- range $moment := list "installed" "upgraded" }}
      {{- $all := dict }}
      {{- range $key, $value := $root }}{{ $_ := set $all $key $value }}{{ end }}
      {{- $_ := set $all "Values" (deepCopy $root.Values) }}
      {{- $_ := set $all "Capabilities" "not known here" }}
      {{- if eq $moment "upgraded" }}
      {{- $changed := dict "IsInstall" false "IsUpgrade" true "Revision" 2 }}
      {{- $_ := set $all "Release" (mergeOverwrite (dict) $root.Release $changed) }}
      {{- end }}
      {{- range $name := list %s }}
      {{- $path := printf "%%s/%%s" $base $name }}
      {{- $_ := set $all "Template" (dict "Name" $path "BasePath" $base) }}
      {{- $text := include $path $all }}
        - moment: {{ $moment }}
          template: {{ $path | b64enc | quote }}
          sum: {{ $text | sha256sum | quote }}
          {{- if and (eq $moment "installed") (regexMatch `hook|[!\\\\]` $text) }}
          text: {{ $text | b64enc | quote }}
          {{- end }}
      {{- end }}
      {{- end }}
      """;

  /** The rendered text without our own objects, and what these say. */
  record Taken(String text, TemplateTexts texts) {}

  /** Adds our template to a chart and to the charts within; {@code without} are left out. */
  static void add(Path chart, Set<String> without) throws IOException {
    List<Path> charts;
    try (Stream<Path> paths = Files.walk(chart)) {
      charts =
          paths
              .filter(path -> path.getFileName().toString().equals("Chart.yaml"))
              .map(Path::getParent)
              .toList();
    }
    for (Path each : charts) {
      Path templates = Files.createDirectories(each.resolve("templates"));
      String names =
          rendered(templates).stream()
              .filter(name -> without.stream().noneMatch(left -> left.endsWith("/" + name)))
              .map(name -> "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
              .collect(Collectors.joining(" "));
      Files.writeString(templates.resolve(FILE), TEMPLATE.formatted(KIND, names));
    }
  }

  /** The files that Helm makes objects of. */
  private static List<String> rendered(Path templates) throws IOException {
    try (Stream<Path> paths = Files.walk(templates)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(path -> !path.getFileName().toString().matches("_.*|NOTES\\.txt|" + FILE))
          .map(path -> templates.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  /** Takes what our templates printed out of what Helm rendered. */
  static Taken take(String rendered) throws YamlSyntaxException {
    Map<String, String> texts = new TreeMap<>();
    Map<String, String> sums = new TreeMap<>();
    Set<String> different = new TreeSet<>();
    List<String> others = new ArrayList<>();
    for (String object : SEPARATOR.split(rendered, -1)) {
      if (!object.contains("\nkind: " + KIND + "\n")) {
        others.add(object);
        continue;
      }
      for (var entry : YamlReader.read(object).get(0).content().path("texts")) {
        String template = decoded(entry.path("template").asText());
        String sum = entry.path("sum").asText();
        String other = sums.putIfAbsent(template, sum);
        if (other != null && !other.equals(sum)) {
          different.add(template);
        }
        if (entry.has("text")) {
          // Helm takes these words out of what a template rendered.
          texts.put(template, decoded(entry.path("text").asText()).replace("<no value>", ""));
        }
      }
    }
    return new Taken(String.join("---", others), new TemplateTexts(texts, List.copyOf(different)));
  }

  /** The template that Helm has not read, by its own words: {@code .helmignore} names it. */
  static Optional<String> notThere(String message) {
    Matcher found = NOT_THERE.matcher(message);
    return message.contains(FILE) && found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  /** The parts of a template's text that Helm takes for objects. */
  static List<String> split(String text) {
    return SPLIT
        .splitAsStream(text)
        .map(String::strip)
        .filter(object -> !object.isEmpty())
        .toList();
  }

  private static String decoded(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
