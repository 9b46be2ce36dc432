package io.macpool.gitops.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.macpool.gitops.helm.HelmRenderer.Rendered;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Helm makes of a chart is told whole, whatever way its templates came to it. */
class HelmRendererIT {

  private static final String MORE = "templates/more.yaml";

  @TempDir private Path root;

  private SmallChart small;

  @BeforeEach
  void make() {
    small = new SmallChart(root).with("templates/plain.yaml", "a: b\nkind: Plain\n");
  }

  /** No text of the chart holds the annotation's name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "helm.sh/hook: pre-upgrade",
        "{{ printf \"helm.sh/%s\" \"hook\" }}: pre-upgrade",
        "{{ \"aGVsbS5zaC9ob29r\" | b64dec }}: pre-upgrade",
        "\"helm.sh/\\x68ook\": pre-upgrade",
        "? {{ list \"helm.sh\" \"hook\" | join \"/\" }}\n    : unknown",
      })
  void aHookIsOneByWhatItRenders(String annotation) throws RenderException {
    small.with(
        MORE, "kind: Job\nmetadata:\n  name: hook\n  annotations:\n    " + annotation + "\n");

    Rendered rendered = render();

    assertThat(rendered.hooks()).extracting(YamlDocument::name).containsExactly("hook");
    assertThat(rendered.objects()).extracting(YamlDocument::kind).containsExactly("Plain");
    assertThat(rendered.text())
        .startsWith("---\n# Source: small/templates/plain.yaml\na: b\nkind: Plain\n")
        .contains("---\n# Source: small/templates/more.yaml\nkind: Job\n")
        .doesNotContain("Macpool");
    assertThat(rendered.different()).isEmpty();
  }

  /** What a tag makes of a key, not all readers see. */
  @Test
  void aHookBehindATagIsRefused() {
    small.with(MORE, "kind: Job\nmetadata:\n  annotations:\n    !!binary aGVsbS5zaC9ob29r: test\n");

    assertThatThrownBy(this::render)
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("the tag !!binary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ if index .Release (printf \"Is%s\" \"Upgrade\") }}OBJECT{{ end }}",
        "{{ range $k, $v := .Release }}{{ if eq (toString $v) \"2\" }}OBJECT{{ end }}{{ end }}",
        "{{ if eq (.Release | toJson | len) 111 }}OBJECT{{ end }}# {{ .Release | toJson }}",
      })
  void whatAnUpgradeChangesIsToldByItsTemplate(String template) throws RenderException {
    small.with(MORE, template);

    assertThat(render().different()).containsExactly("small/" + MORE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ if (index . (printf \"Cap%s\" \"abilities\")).KubeVersion }}OBJECT{{ end }}",
        "# {{ with get . (print \"Capa\" \"bilities\") }}{{ .KubeVersion.Minor }}{{ end }}",
      })
  void whatTheClusterKnowsIsNotThere(String template) {
    small.with(MORE, template);

    assertThatThrownBy(this::render)
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("a template looks at what only the cluster knows: ")
        .hasMessageContaining("small/templates/more.yaml:1");
  }

  /** It would ask whatever cluster the person at this machine has last worked with. */
  @Test
  void aChartThatLooksUpIsNotRendered() {
    small.with(MORE, "\n{{ lookup \"v1\" \"Pod\" \"\" \"\" }}");

    assertThatThrownBy(this::render)
        .isInstanceOf(RenderException.class)
        .hasMessage("charts/small/templates/more.yaml:2 looks at lookup");
  }

  @Test
  void whatHelmIgnoresIsNotRendered() throws RenderException {
    small.with(".helmignore", "*.bak\ntemplates/left.yaml\n");
    small.with("templates/left.yaml", "{{ fail \"is not read\" }}");
    small.with("templates/older.yaml.bak", "{{ fail \"is not read\" }}");

    assertThat(render().objects()).hasSize(1);
  }

  /**
   * A template may ask for another's text by its path, and for its own name; so in charts within.
   */
  @Test
  void namesStayWhatTheyAre() throws RenderException {
    String template =
        """
        # {{ include (print $.Template.BasePath "/plain.yaml") . | sha256sum }}
        kind: {{ .Template.Name | replace "/" "-" }}
        value: {{ .Values.none }}
        """;
    small.with(MORE, template);
    small.with("charts/in/Chart.yaml", "apiVersion: v2\nname: in\nversion: 1.0.0\n");
    small.with("charts/in/templates/plain.yaml", "kind: Inner\n");
    small.with("charts/in/templates/more.yaml", template);

    Rendered rendered = render();

    assertThat(rendered.objects())
        .extracting(YamlDocument::kind)
        .contains("small-templates-more.yaml", "small-charts-in-templates-more.yaml");
    assertThat(rendered.different()).isEmpty();
  }

  private Rendered render() throws RenderException {
    return new HelmRenderer()
        .renderAll(small.chart(), "try", "space", JsonNodeFactory.instance.objectNode());
  }
}
