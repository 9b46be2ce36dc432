package io.macpool.scaleset.github;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitHubUrlTest {

  @ParameterizedTest
  @CsvSource({
    "https://github.com/org, https://api.github.com, /orgs/org",
    "https://github.com/org/, https://api.github.com, /orgs/org",
    "https://www.github.com/o/r, https://api.github.com, /repos/o/r",
    "https://github.com/enterprises/e, https://api.github.com, /enterprises/e",
    "https://big.ghe.com/org, https://api.big.ghe.com, /orgs/org",
    "https://ghes.example.com:8443/o/r, https://ghes.example.com:8443/api/v3, /repos/o/r",
  })
  void theApiIsFound(String url, String api, String path) {
    GitHubUrl parsed = GitHubUrl.parse(url);

    assertThat(parsed.api()).isEqualTo(api);
    assertThat(parsed.registration()).isEqualTo(path + "/actions/runners/registration-token");
    assertThat(parsed.text()).doesNotEndWith("/");
  }
}
