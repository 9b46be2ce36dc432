package io.macpool.gitops.charts;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.tree.Chart;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code helm lint --strict CHART} says, without any values. */
class ChartLintIT {

  static Stream<Chart> charts() {
    return RepositoryTree.read().charts().values().stream();
  }

  @ParameterizedTest
  @MethodSource("charts")
  void aChartPassesAsItIs(Chart chart) {
    LintResult result = new Helm(chart.directory()).lint().strict().call();

    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
  }
}
