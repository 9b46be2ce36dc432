package io.macpool.bench.against;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.macpool.bench.against.Comparison.Figure;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static Figure only(List<Double> ours, List<Double> theirs, String... ranges) {
    List<Figure> figures =
        Comparison.of(rounds(ours), rounds(theirs), Range.parse(Arrays.asList(ranges), "test"));
    assertThat(figures).hasSize(1);
    return figures.get(0);
  }

  private static List<Map<String, Double>> rounds(List<Double> values) {
    return values.stream().map(value -> Map.of("a.b", value)).toList();
  }

  @Test
  void eachRoundIsHeldAgainstItsOwn() {
    // A machine that was twice as slow in the second round was so for both.
    Figure figure = only(List.of(1.0, 2.0, 1.2), List.of(2.0, 4.0, 2.0));

    assertThat(figure.ratios()).containsExactly(0.5, 0.5, 0.6);
    assertThat(figure.median()).contains(0.5);
  }

  @Test
  void theMedianDecidesWhetherARatioIsOutside() {
    assertThat(only(List.of(1.0, 9.0, 1.0), List.of(2.0, 2.0, 2.0), "a.b - 0.5").isOutside())
        .isFalse();
    assertThat(only(List.of(1.1, 1.1, 1.0), List.of(2.0, 2.0, 2.0), "a.b - 0.5").isOutside())
        .isTrue();
    assertThat(only(List.of(5.0), List.of(2.0), "a.b 3 -").isOutside()).isTrue();
    assertThat(only(List.of(5.0), List.of(2.0)).isOutside()).isFalse();
  }

  @Test
  void aFigureThatHasARangeAndIsMissingIsOutside() {
    SortedMap<String, Range> ranges = Range.parse(List.of("gone 0.9 1.1"), "test");
    List<Map<String, Double>> there = List.of(Map.of("gone", 1.0));
    List<Map<String, Double>> missing = List.of(Map.of());

    assertThat(Comparison.of(missing, there, ranges)).allMatch(Figure::isOutside);
    assertThat(Comparison.of(there, missing, ranges)).allMatch(Figure::isOutside);
    assertThat(Comparison.of(there, missing, new TreeMap<>())).noneMatch(Figure::isOutside);
  }

  @Test
  void nothingIsOnceNothingAndNoMultipleOfIt() {
    assertThat(only(List.of(0.0), List.of(0.0)).median()).contains(1.0);
    assertThat(only(List.of(3.0), List.of(0.0)).median()).isEmpty();
    assertThat(only(List.of(3.0), List.of(0.0), "a.b - 2").isOutside()).isTrue();
  }

  @Test
  void roundsComeInPairs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Comparison.of(List.of(Map.of()), List.of(), new TreeMap<>()));
  }

  @Test
  void everyLineThatCantBeReadIsTold() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Range.parse(
                    Stream.of("# all", "", "a 1 2 # well", "a 1 2", "b 2 1", "c x -", "d 1")
                        .toList(),
                    "file"))
        .withMessageContainingAll("file, line 4", "file, line 5", "file, line 6", "file, line 7");
  }
}
