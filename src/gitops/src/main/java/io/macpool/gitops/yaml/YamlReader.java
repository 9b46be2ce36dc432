package io.macpool.gitops.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.yaml.YamlDocument.DoubtfulScalar;
import io.macpool.gitops.yaml.YamlDocument.Span;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML into {@link YamlDocument}s. Duplicate keys are refused, as the API server does. */
public final class YamlReader {

  /**
   * Plain scalars that YAML 1.1, YAML 1.2, kubectl, Helm, kustomize and SOPS do not all read alike:
   * words for booleans; numbers in base 2, 8 or 60, with underscores or leading zeros; dates, which
   * become times; numbers with an exponent, which come back spelt otherwise.
   */
  private static final Pattern DOUBTFUL =
      Pattern.compile(
          "(?i:y|n|yes|no|on|off)|[-+]?0[0-9_]+|[-+]?0[bo][0-9_]+|[-+]?[0-9]+(:[0-5]?[0-9])+"
              + "|[-+]?[0-9][0-9_]*_[0-9_.]*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"
              + "|[-+]?[0-9][0-9_]*(\\.[0-9]*)?[eE][-+]?[0-9]+|\\+[0-9].*|[-+]?\\.[0-9].*"
              + "|[-+]?\\.(?i:inf|nan)|[-+]?0[xX][0-9a-fA-F]*_[0-9a-fA-F_]*|[-+]0[xX][0-9a-fA-F]+"
              + "|0X[0-9a-fA-F]+");

  /** Up to here every whole number has a floating-point number of its own. */
  private static final BigInteger EXACT = BigInteger.TWO.pow(53);

  /** Ends a line, and with it a comment, in YAML 1.1; in YAML 1.2 the line goes on. */
  private static final Pattern OLD_BREAK = Pattern.compile("[\\x{85}\\x{2028}\\x{2029}]");

  private static final CoreSchema SCHEMA = new CoreSchema();

  private final String text;
  private final boolean oneCharEach;
  private final Map<String, Integer> lines = new HashMap<>();
  private final Map<String, Span> scalars = new HashMap<>();
  private final List<DoubtfulScalar> doubtful = new ArrayList<>();
  private final Bounds bounds;

  private YamlReader(String text, boolean oneCharEach, Bounds bounds) {
    this.text = text;
    this.bounds = bounds;
    this.oneCharEach = oneCharEach;
  }

  /** Every document that is not empty. */
  public static List<YamlDocument> read(String text) throws YamlSyntaxException {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(SCHEMA)
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(50)
            .build();
    refuseOldBreaks(text);
    boolean oneCharEach = text.chars().noneMatch(c -> Character.isSurrogate((char) c));
    List<YamlDocument> documents = new ArrayList<>();
    Bounds bounds = new Bounds(text);
    try {
      Bounds.check(text, settings);
      for (Node root : new Compose(settings).composeAllFromString(text)) {
        YamlReader reader = new YamlReader(text, oneCharEach, bounds);
        JsonNode content = reader.convert(root, "");
        reader.lines.put("", line(root));
        if (!content.isNull()) {
          documents.add(new YamlDocument(content, reader.lines, reader.scalars, reader.doubtful));
        }
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      String problem = e.getProblem() == null ? String.valueOf(e.getMessage()) : e.getProblem();
      throw YamlSyntaxException.notYaml(line, problem, e);
    } catch (ReaderException e) {
      int at = text.offsetByCodePoints(0, Math.min(e.getPosition(), codePoints(text)));
      throw YamlSyntaxException.notYaml(
          lineAt(text, at),
          "the character at column %d is U+%04X, which may not stand in YAML"
              .formatted(columnAt(text, at), e.getCodePoint()),
          e);
    } catch (YamlEngineException e) {
      throw YamlSyntaxException.notYaml(1, String.valueOf(e.getMessage()), e);
    }
    return documents;
  }

  private static void refuseOldBreaks(String text) throws YamlSyntaxException {
    Matcher found = OLD_BREAK.matcher(text);
    if (found.find()) {
      int code = found.group().charAt(0);
      throw YamlSyntaxException.refused(
          lineAt(text, found.start()),
          "the character at column %d is U+%04X, which cannot be seen: it ends the line for readers of"
                  .formatted(columnAt(text, found.start()), code)
              + " YAML 1.1, and not for those of YAML 1.2",
          "Write a space or a line feed in its place, or \\%s within double quotes"
              .formatted(code == 0x85 ? "N" : code == 0x2028 ? "L" : "P"));
    }
  }

  private static int lineAt(String text, int offset) {
    return (int) text.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
  }

  /** Counted from 1. */
  private static int columnAt(String text, int offset) {
    return offset - text.lastIndexOf('\n', offset - 1);
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Readers differ in what a tag makes of a text, and in which tags they know. */
  private static void refuseTag(Node node) throws YamlSyntaxException {
    Tag plain =
        node instanceof MappingNode
            ? Tag.MAP
            : node instanceof ScalarNode scalar
                ? SCHEMA
                    .getScalarResolver()
                    .resolve(scalar.getValue(), scalar.getScalarStyle() == ScalarStyle.PLAIN)
                : Tag.SEQ;
    if (!node.getTag().equals(plain)) {
      throw YamlSyntaxException.refused(
          line(node),
          "the tag " + written(node.getTag()) + " makes of the value what not all readers do",
          "Drop the tag, and write the value itself: \"quotes\" for text, none for a number, true"
              + " or false");
    }
  }

  /** As people write it: {@code !!bool}. */
  private static String written(Tag tag) {
    return tag.getValue().replaceFirst("^tag:yaml\\.org,2002:", "!!");
  }

  private JsonNode convert(Node node, String pointer) throws YamlSyntaxException {
    bounds.enter(line(node));
    JsonNode value = value(node, pointer);
    bounds.leave();
    return value;
  }

  private JsonNode value(Node node, String pointer) throws YamlSyntaxException {
    lines.put(pointer, line(node));
    refuseTag(node);
    if (node instanceof MappingNode mapping) {
      return convertMapping(mapping, pointer);
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      int index = 0;
      for (Node item : sequence.getValue()) {
        array.add(convert(item, pointer + "/" + index++));
      }
      return array;
    }
    ScalarNode scalar = (ScalarNode) node;
    span(scalar).ifPresent(span -> scalars.put(pointer, span));
    return convertScalar(scalar);
  }

  private ObjectNode convertMapping(MappingNode mapping, String pointer)
      throws YamlSyntaxException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw YamlSyntaxException.refused(
            line(entry.getKeyNode()),
            "a list or a map stands here for a key, and a key must be text",
            "Write a text");
      }
      if (key.getScalarStyle() == ScalarStyle.PLAIN) {
        checkKey(key);
      }
      refuseTag(key);
      String child = pointer + "/" + escape(key.getValue());
      if (object.has(key.getValue())) {
        throw YamlSyntaxException.refused(
            line(key),
            "the key \"" + key.getValue() + "\" stands twice, and readers take one or the other",
            "Drop one of the two");
      }
      object.set(key.getValue(), convert(entry.getValueNode(), child));
      lines.put(child, line(key));
    }
    return object;
  }

  private void checkKey(ScalarNode key) {
    if (DOUBTFUL.matcher(key.getValue()).matches()) {
      doubtful.add(new DoubtfulScalar(line(key), key.getValue()));
    }
  }

  private Optional<Span> span(ScalarNode scalar) {
    Optional<Integer> start = scalar.getStartMark().map(this::offset);
    Optional<Integer> end = scalar.getEndMark().map(this::offset);
    boolean block =
        scalar.getScalarStyle() == ScalarStyle.LITERAL
            || scalar.getScalarStyle() == ScalarStyle.FOLDED;
    return start.isPresent() && end.isPresent()
        ? Optional.of(new Span(start.get(), end.get(), block))
        : Optional.empty();
  }

  /** Marks count code points. */
  private int offset(Mark mark) {
    return oneCharEach ? mark.getIndex() : text.offsetByCodePoints(0, mark.getIndex());
  }

  private JsonNode convertScalar(ScalarNode scalar) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    String text = scalar.getValue();
    boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
    if (plain && DOUBTFUL.matcher(text).matches()) {
      doubtful.add(new DoubtfulScalar(line(scalar), text));
    }
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return nodes.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return nodes.booleanNode(Boolean.parseBoolean(text));
    }
    if (tag.equals(Tag.INT)) {
      JsonNode number = integer(text);
      if (number.bigIntegerValue().abs().compareTo(EXACT) > 0) {
        doubtful.add(new DoubtfulScalar(line(scalar), text));
      }
      return number;
    }
    if (tag.equals(Tag.FLOAT)) {
      return number(text);
    }
    return nodes.textNode(text);
  }

  private static JsonNode integer(String text) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    BigInteger value =
        text.startsWith("0x")
            ? new BigInteger(text.substring(2), 16)
            : text.startsWith("0o")
                ? new BigInteger(text.substring(2), 8)
                : new BigInteger(text.startsWith("+") ? text.substring(1) : text);
    return value.bitLength() < 64 ? nodes.numberNode(value.longValue()) : nodes.numberNode(value);
  }

  private static JsonNode number(String text) {
    try {
      return JsonNodeFactory.instance.numberNode(new BigDecimal(text));
    } catch (NumberFormatException e) {
      // .inf and .nan: no JSON number, so any schema will refuse the text.
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /** A key as a step of a JSON pointer. */
  public static String escape(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }
}
