package io.macpool.gitops.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** Several libraries read a file: two of YAML 1.2 and one of YAML 1.1. */
public final class Readers {

  private static final YAMLMapper JACKSON = new YAMLMapper();

  private Readers() {}

  /** All find {@code text} at {@code pointer}, and know that it is text. */
  public static void assertText(String file, String pointer, String text) {
    try {
      YamlDocument document = YamlReader.read(file).get(0);
      assertThat(document.content().at(pointer).isTextual()).as(file).isTrue();
      assertThat(document.text(pointer)).isEqualTo(text);
      assertThat(JACKSON.readTree(file).at(pointer).textValue()).as(file).isEqualTo(text);
    } catch (Exception e) {
      throw new AssertionError("cannot be read: " + file, e);
    }
    Object found = new Yaml().load(file);
    for (String step : pointer.substring(1).split("/", -1)) {
      found = ((Map<?, ?>) found).get(step.replace("~1", "/"));
    }
    assertThat(found).as(file).isEqualTo(text);
  }
}
