package io.macpool.gitops.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectImagesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v1 | Pod | spec: {containers: [{name: a, image: x}]}",
        "v1 | Pod | spec: {containers: [], initContainers: [{name: a, image: x}]}",
        "v1 | Pod | spec: {volumes: [{name: a, image: {reference: x}}]}",
        "batch/v1 | Job | spec: {template: {spec: {containers: [{name: a, image: x}]}}}",
        "batch/v1 | CronJob | spec: {jobTemplate: {spec: {template: {spec: {containers:"
            + " [{image: x}]}}}}}",
        "travisci.com/v1alpha1 | WorkerCluster | spec: {template: {spec: {image: x}}}",
        "monitoring.coreos.com/v1 | Prometheus | spec: {image: x}",
      })
  void whateverTheKindIsItsImagesAreFound(String api, String kind, String spec)
      throws YamlSyntaxException {
    assertThat(images(api, kind, spec)).containsExactly("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v1 | ConfigMap | data: {image: x}",
        "image.toolkit.fluxcd.io/v1 | ImageRepository | spec: {image: x}",
        "helm.toolkit.fluxcd.io/v2 | HelmRelease | spec: {values: {image: {tag: x}}}",
        "v1 | Pod | spec: {containers: [{name: image, args: [image, x]}]}",
      })
  void whatIsNotRunIsNone(String api, String kind, String spec) throws YamlSyntaxException {
    assertThat(images(api, kind, spec)).isEmpty();
  }

  private static List<String> images(String api, String kind, String spec)
      throws YamlSyntaxException {
    String text = "apiVersion: %s\nkind: %s\n%s\n".formatted(api, kind, spec);
    return ObjectImages.of(YamlReader.read(text).get(0)).stream()
        .map(ObjectImages.Found::reference)
        .toList();
  }
}
