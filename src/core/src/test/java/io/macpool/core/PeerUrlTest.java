package io.macpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerUrlTest {

  private static final Set<String> ALL = Set.of("https", "amqp", "postgres");

  @ParameterizedTest
  @CsvSource({
    "https://administrator@vsphere.local:secret@vc/sdk,administrator@vsphere.local,secret,vc,-1,/sdk",
    "https://administrator%40vsphere.local:secret@vc/sdk,administrator@vsphere.local,secret,vc,-1,/sdk",
    "amqp://guest:p@ss@rabbit_1:5673/%2f,guest,p@ss,rabbit_1,5673,/%2f",
    "amqp://u:a:b@h,u,a:b,h,-1,''",
    "HTTPS://TOKEN@h:443/,TOKEN,,h,443,/",
    "amqp://h:/v,,,h,-1,/v",
    "https://u:@[fe80::1%25en0]:8443/x,u,'',fe80::1%en0,8443,/x",
    "https://u:p%2Fq+r@h,u,p/q+r,h,-1,''",
  })
  void isReadAsGoReadsIt(
      String text, String user, String password, String host, int port, String path) {
    PeerUrl url = PeerUrl.parse(text, ALL);
    assertThat(url.user()).isEqualTo(Optional.ofNullable(user));
    assertThat(url.password()).isEqualTo(Optional.ofNullable(password));
    assertThat(url.host()).isEqualTo(host);
    assertThat(url.portOr(-1)).isEqualTo(port);
    assertThat(url.path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "vc/sdk",
        "ftp://u:sesame@h",
        "https://",
        "https://u:sesame@",
        "https://u:sesame@/x",
        "https://u:sesame@h:0/x",
        "https://u:sesame@h:65536",
        "https://u:sesame@h:sesame",
        "https://u:sesame@h:-1",
        "https://u:sesame@h:1:2",
        "https://u:sesame@fe80::1",
        "https://u:sesame@[sesame]",
        "https://u:sesame@[::1]sesame",
        "https://u:sesame@h h/",
        "https://u:se%same@h",
        "https://u:sesame%ff@h",
        "https://u:sesame%@h",
        "https://u:sesame\n@h",
        // A bare slash in a password: the host would be the user, the port the password's start.
        "amqp://u:5672/sesame@h/vhost",
        "postgres://u:1?sesame@h/db",
        "amqp://u:1#sesame@h",
        "amqp://u:sesame/x@h"
      })
  void whatCannotBeReadIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> PeerUrl.parse(text, ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("sesame");
  }

  @Test
  void showsNoLoginAndNoQuery() {
    PeerUrl url = PeerUrl.parse("https://u:sesame@h_1:1/a/b//?password=sesame", ALL);
    assertThat(url).hasToString("https://h_1:1/a/b");
    assertThat(url.query()).contains("password=sesame");
    assertThat(PeerUrl.parse("https://[::1]/", ALL)).hasToString("https://[::1]");
  }

  @Test
  void aPageMayHaveAnAtSignAnywhere() {
    assertThat(PeerUrl.parseOpenHttp("http://h:80/@me?to=a@b").path()).isEqualTo("/@me");
  }

  @Test
  void aHostThatTheHttpClientCannotCallIsRefusedWithTheReason() {
    assertThatThrownBy(() -> PeerUrl.parseHttp("http://token@my_broker:42161"))
        .hasMessageContaining("my_broker")
        .hasMessageContaining("RFC 1123")
        .hasMessageNotContaining("token");
    for (String host : new String[] {"broker", "1st", "a-b.example.org.", "10.0.0.1", "[::1]"}) {
      assertThat(PeerUrl.parseHttp("http://" + host + "/x").hostInUrl()).isEqualTo(host);
    }
  }
}
