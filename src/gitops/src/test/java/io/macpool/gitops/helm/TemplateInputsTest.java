package io.macpool.gitops.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.macpool.gitops.helm.TemplateInputs.Look;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateInputsTest {

  private static final Path MORE = Path.of("templates/more.yaml");

  @TempDir private Path root;

  private SmallChart small;

  @BeforeEach
  void make() {
    small = new SmallChart(root);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".IsUpgrade       | {{ if .Release.IsUpgrade }}OBJECT{{ end }}",
        ".IsInstall       | {{ if (index .Release \"IsInstall\") }}OBJECT{{ end }}",
        ".IsInstall       | {{ with .Release }}{{ if .IsInstall }}OBJECT{{ end }}{{ end }}",
        ".Revision        | {{ if gt (int $.Release.Revision) 3 }}OBJECT{{ end }}",
        "lookup           | {{ if lookup \"v1\" \"Secret\" \"\" \"x\" }}OBJECT{{ end }}",
        "lookup           | {{- if (not (lookup \"v1\" \"Node\" \"\" \"}}\")) -}}OBJECT{{ end }}",
        "lookup           | {{ \"}} {{/*\" }}{{ lookup \"v1\" \"Pod\" \"\" \"\" }}",
        ".Capabilities    | {{ if .Capabilities.APIVersions.Has \"batch/v1\" }}OBJECT{{ end }}",
        ".Capabilities    | {{ if eq (get . `Capabilities`) 1 }}OBJECT{{ end }}",
        "now              | {{ if eq (now | date \"2006\") \"2027\" }}OBJECT{{ end }}",
        "ago              | {{ ago .Values.since }}",
        "randNumeric      | {{ if eq (randNumeric 9) \"777777777\" }}OBJECT{{ end }}",
        "uuidv4           | {{ uuidv4 }}",
        "getHostByName    | {{ if getHostByName \"localhost\" }}OBJECT{{ end }}",
        "genPrivateKey    | {{ if contains \"zz\" (genPrivateKey \"ecdsa\") }}OBJECT{{ end }}",
        "genSignedCert    | {{ $c := genSignedCert \"a\" nil nil 1 $ca }}",
      })
  void isToldByNameAndLine(String what, String template) {
    small.with(MORE.toString(), "{{/* lookup */}}\n" + template);

    assertThat(TemplateInputs.of(small.chart()).looks()).containsExactly(new Look(MORE, 2, what));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{/* lookup, .Release.IsUpgrade */}}",
        "{{- /* lookup }} */ -}}",
        "# lookup and .Capabilities in a comment of YAML",
        "# {{ .Values.lookup }} {{ .Values.now }} {{ $now := 1 }}",
        "# {{ \"lookup and now are words\" }}",
        "# {{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }}",
        "{{ unclosed",
      })
  void whatIsNoLookHolds(String template) {
    small.with(MORE.toString(), template);

    assertThat(TemplateInputs.of(small.chart()).looks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"templates/_more.tpl", "charts/in/templates/a.yaml", "templates/b/c/more.txt"})
  void noTemplateIsPassedBy(String file) {
    small.with(file, "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}");

    assertThat(TemplateInputs.of(small.chart()).looks())
        .containsExactly(new Look(Path.of(file), 1, "lookup"));
  }

  /** Nothing of the notes is applied. */
  @Test
  void theNotesMayLookAtAll() {
    small.with("templates/NOTES.txt", "{{ .Release.Revision }} {{ .Capabilities.KubeVersion }}");

    assertThat(TemplateInputs.of(small.chart()).looks()).isEmpty();
  }

  /** What {@code tpl} renders is text of values and files. */
  @Test
  void valuesAndFilesAreReadWhereTplRendersThem() {
    small.with("files/more.txt", "{{ .Release.IsUpgrade }}");
    var values = JsonNodeFactory.instance.objectNode();
    values.putArray("more").add("{{ lookup \"v1\" \"Pod\" \"\" \"\" }}");
    assertThat(TemplateInputs.of(small.chart()).looks()).isEmpty();
    assertThat(TemplateInputs.of(small.chart()).looksOf(values)).isEmpty();

    small.with(MORE.toString(), "# {{ tpl (index .Values.more 0) . }}");

    TemplateInputs inputs = TemplateInputs.of(small.chart());
    assertThat(inputs.looks())
        .containsExactly(new Look(Path.of("files/more.txt"), 1, ".IsUpgrade"));
    assertThat(inputs.looksOf(values)).containsExactly("lookup");
  }
}
