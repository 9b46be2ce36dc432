package io.macpool.service.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsSpecTest {

  private static final Setting<ListenAddress> ADDR =
      Setting.of("ADDR", "where to listen", "HOST:PORT", ListenAddress::parse)
          .defaultTo(ListenAddress.parse(":42161"))
          .also("PORT");
  private static final Setting<Secret> TOKEN = Setting.secret("AUTH_TOKEN", "the token").required();
  private static final Setting<Duration> TIMEOUT =
      Setting.duration("REQUEST_TIMEOUT", "longest request").defaultTo(Duration.ofMinutes(3));
  private static final Setting<Integer> CREATES =
      Setting.integer("CREATES", 1, 100, "creates at once").defaultTo(48);
  private static final Setting<Boolean> DRY = Setting.flag("DRY_RUN", "only say");
  private static final Setting<Map<String, String>> IMAGES = Setting.family("IMAGE_", "images");
  private static final Setting<String> PPROF = Setting.retired("PPROF", "metrics replace it");
  private static final SettingsSpec SPEC =
      new SettingsSpec(
          "brain", "serves.", "JB_", List.of(ADDR, TOKEN, TIMEOUT, CREATES, DRY, IMAGES, PPROF));

  @Test
  void flagsWinOverTheEnvironmentAndTheFirstVariableOverTheSecond() {
    Settings settings =
        SPEC.read(
            List.of("--request-timeout=90s", "--dry-run", "--auth-token", "a"),
            Map.of("JB_REQUEST_TIMEOUT", "1h", "PORT", "9000", "JB_ADDR", "127.0.0.1:1"));

    assertThat(settings.get(TIMEOUT)).isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.get(DRY)).isTrue();
    assertThat(settings.get(ADDR)).isEqualTo(new ListenAddress("127.0.0.1", 1));
    assertThat(settings.get(CREATES)).isEqualTo(48);
  }

  @Test
  void everyProblemIsReportedAtOnceAndNoSecretIsRepeated() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(
            () ->
                SPEC.read(
                    List.of("--request-timout", "1s", "--creates", "0"),
                    Map.of("JB_REQUEST_TIMEOUT", "soon")))
        .withMessageContaining("--request-timout is not a setting of brain; did you mean")
        .withMessageContaining("--creates: 0 is not between 1 and 100")
        .withMessageContaining("JB_REQUEST_TIMEOUT: \"soon\" is not a duration")
        .withMessageContaining("--auth-token is required: set it, or JB_AUTH_TOKEN");
  }

  @Test
  void familiesTakeEveryNameThatBeginsLikeThem() {
    Settings settings =
        SPEC.read(
            List.of("--auth-token=a", "--image-default=b"),
            Map.of("JB_IMAGE_OSX_IMAGE_XCODE12.5", "x"));

    assertThat(settings.get(IMAGES)).isEqualTo(Map.of("osx_image_xcode12.5", "x", "default", "b"));
  }

  @Test
  void retiredAndMisspeltNamesAreWarningsAndKubernetesServiceLinksAreNot() {
    Settings settings =
        SPEC.read(
            List.of("--auth-token=s3cret"),
            Map.of("JB_PPROF", "6060", "JB_CREATE", "3", "JB_SERVICE_HOST", "10.0.0.1"));

    assertThat(settings.warnings())
        .containsExactlyInAnyOrder(
            "JB_PPROF has no effect any more: metrics replace it",
            "JB_CREATE is not a setting and is ignored; did you mean JB_CREATES?");
    assertThat(settings.toString()).doesNotContain("s3cret").contains("request-timeout=3m0s");
  }

  /** A Service may be called as our settings begin. */
  @Test
  void aServiceLinkIsNoSetting() {
    SettingsSpec spec =
        new SettingsSpec(
            "brain",
            "serves.",
            "JB_",
            List.of(Setting.integer("SSH_PORT", 1, 65_535, "a port").defaultTo(22), IMAGES));
    Settings settings =
        spec.read(
            List.of(),
            Map.of("JB_SSH_PORT", "tcp://10.0.0.1:22", "JB_IMAGE_A_PORT", "tcp://10.0.0.2:80"));
    assertThat(settings.lines()).containsExactly("ssh-port=22", "image-={}");
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void flagsAreTakenWithOneDashAndSwitchesOfOldAlone() {
    SettingsSpec spec =
        new SettingsSpec(
            "brain",
            "serves.",
            "JB_",
            List.of(
                CREATES,
                Setting.retiredFlag("QUIET", "nobody is loud"),
                Setting.refusedFlag("UPDATE", "there is nothing to update"),
                Setting.text("PATHS", "folders").letter("p").repeatable()));
    Settings settings =
        spec.read(List.of("-creates=3", "-quiet", "-p", "/a", "--paths=/b"), Map.of());
    assertThat(settings.lines()).containsExactly("creates=3", "paths=/a,/b");
    assertThat(settings.warnings())
        .containsExactly("--quiet has no effect any more: nobody is loud");
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> spec.read(List.of("--update"), Map.of()))
        .withMessageContaining("--update: is not supported: there is nothing to update");
  }

  @Test
  void whatIsMisspeltIsSaidWithWhatIsMissingForItsSake() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> SPEC.read(List.of(), Map.of("JB_AUTH_TOKN", "s3cret")))
        .withMessageContaining("--auth-token is required")
        .withMessageContaining("JB_AUTH_TOKN is not a setting and is ignored; did you mean")
        .withMessageNotContaining("s3cret");
  }

  @Test
  void helpAndReferenceNameEverySettingInBothForms() {
    assertThat(SPEC.help())
        .contains("--request-timeout DURATION")
        .contains("environment: JB_ADDR, PORT; default 0.0.0.0:42161")
        .contains("environment: JB_AUTH_TOKEN; required")
        .doesNotContain("PPROF");
    assertThat(SPEC.markdown()).contains("| `--pprof TEXT` | `JB_PPROF` | accepted,");
  }
}
