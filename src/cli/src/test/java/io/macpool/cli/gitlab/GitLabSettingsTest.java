package io.macpool.cli.gitlab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.broker.BrokerJson;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitLabSettingsTest {

  private static GitLabSettings settings(String image, String... allowed) {
    return new GitLabSettings(
        "gitlab-1",
        Duration.ofMinutes(3),
        image,
        List.of(allowed),
        4,
        8192L,
        Duration.ofMinutes(30),
        Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @CsvSource({
    "macos-15,macos-*,true",
    "macos-15,macos-15,true",
    "macos-15,*,true",
    "xmacos-15,macos-*,false",
    "macos-15x,macos-15,false",
    "macosA15,macos.15,false",
    "registry/macos:15,registry/*:15,true",
    "'a\\Eb',a*b,true",
    "MACOS-15,macos-15,false"
  })
  void patternsAreWholeAndKnowOnlyTheStar(String asked, String pattern, boolean allowed)
      throws Exception {
    if (allowed) {
      assertThat(settings(null, pattern).imageFor(asked)).isEqualTo(asked);
    } else {
      assertThatThrownBy(() -> settings(null, pattern).imageFor(asked))
          .isInstanceOf(GitLabBuildFailure.class)
          .hasMessage("image %s is not allowed on this runner; allowed are %s", asked, pattern);
    }
  }

  @Test
  void theDefaultIsAllowedAndAJobWithoutAnyIsTold() throws Exception {
    assertThat(settings("xcode", "macos-*").imageFor("")).isEqualTo("xcode");
    assertThat(settings("xcode", "macos-*").imageFor("xcode")).isEqualTo("xcode");
    assertThat(settings(null).imageFor("anything")).isEqualTo("anything");
    assertThatThrownBy(() -> settings(null, "macos-*").imageFor(" "))
        .hasMessageContaining("write image: NAME")
        .hasMessageEndingWith("allowed are macos-*");
  }

  @Test
  void theyReachTheLaterStagesWhole() throws Exception {
    GitLabSettings whole = settings(null, "a", "b");
    assertThat(
            BrokerJson.mapper()
                .readValue(BrokerJson.mapper().writeValueAsString(whole), GitLabSettings.class))
        .isEqualTo(whole);
  }
}
