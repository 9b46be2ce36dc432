package io.macpool.worker.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsImageSelectorTest {

  private static final JobPayload.Attributes NONE =
      new JobPayload.Attributes(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static final Map<String, String> IMAGES =
      Map.ofEntries(
          Map.entry("osx_image_xcode12_5_swift", "xcode12.5-swift"),
          Map.entry("osx_image_xcode12_5", "xcode12.5"),
          Map.entry("dist_macos_group_edge_ruby", "edge-ruby"),
          Map.entry("dist_macos_ruby", "macos-ruby"),
          Map.entry("default_os_osx", "osx-default"),
          Map.entry("os_osx", "osx"),
          Map.entry("linux", "plain-linux"),
          Map.entry("default", "newest"),
          Map.entry("alias_newest", "xcode15.1-vm"));

  @ParameterizedTest
  @CsvSource({
    "'{\"osx_image\":\"xcode12.5\",\"language\":\"swift\",\"os\":\"osx\"}', xcode12.5-swift",
    "'{\"osx_image\":\"xcode12.5\",\"language\":\"ruby\",\"os\":\"osx\"}', xcode12.5",
    "'{\"dist\":\"macos\",\"group\":\"edge\",\"language\":\"ruby\"}', edge-ruby",
    "'{\"dist\":\"macos\",\"group\":\"stable\",\"language\":\"ruby\"}', macos-ruby",
    "'{\"os\":\"osx\",\"osx_image\":\"xcode9\"}', osx-default",
    "'{\"os\":\"linux\"}', plain-linux",
    "'{}', xcode15.1-vm",
  })
  void theMostSpecificKeyWins(String config, String image) throws PayloadException {
    SettingsImageSelector selector = new SettingsImageSelector(IMAGES, Optional.of("newest"));
    assertThat(selector.select(job(config)).join().name()).isEqualTo(image);
  }

  /** Seen of the Go worker: values are decoded once, and a name that is a key is followed. */
  @ParameterizedTest
  @CsvSource({
    "os_osx, base, base, img-from-base, '{\"os\":\"osx\"}', img-from-base",
    "language_go, img%2Bgo%3A1, x, y, '{\"language\":\"go\"}', img+go:1",
    "language_go, img+go%zz, x, y, '{\"language\":\"go\"}', img+go%zz",
    "os_osx, Base, base, other, '{\"os\":\"osx\"}', Base",
    "os_osx, xcode-12, xcode_12, other, '{\"os\":\"osx\"}', xcode-12",
    "default, base, base, end, '{\"os\":\"linux\"}', base",
    "os_osx, base, default, end, '{\"os\":\"osx\"}', base",
    "osx_image_xcode9, mac, x, y, '{\"os\":\"linux\",\"osx_image\":\"xcode9\"}', default",
    "language_ruby, by-language, group_edge, by-group, '{\"group\":\"edge\",\"language\":\"ruby\"}', by-group",
  })
  void theRulesOfTheGoWorker(
      String key, String value, String other, String image, String config, String is)
      throws PayloadException {
    SettingsImageSelector selector =
        new SettingsImageSelector(Map.of(key, value, other, image), Optional.empty());
    assertThat(selector.select(job(config)).join().name()).isEqualTo(is);
  }

  @Test
  void anImageThatIsNotKnownIsToldWithTheOneThatIsTaken() throws PayloadException {
    SettingsImageSelector selector = new SettingsImageSelector(IMAGES, Optional.empty());
    ImageChoice choice = selector.select(job("{\"os\":\"osx\",\"osx_image\":\"xcode99\"}")).join();
    assertThat(choice.substitution().orElseThrow())
        .contains("osx_image \"xcode99\"", "the key default_os_osx", "\"osx-default\"");
    assertThat(
            selector
                .select(job("{\"os\":\"osx\",\"osx_image\":\"xcode12.5\"}"))
                .join()
                .substitution())
        .isEmpty();
  }

  @Test
  void anImageThatTheJobNamesWinsOverAll() throws PayloadException {
    ImageSelector selector =
        ImageSelector.byName(new SettingsImageSelector(IMAGES, Optional.empty()));
    assertThat(selector.select(job("{\"image_name\":\"mine\",\"os\":\"osx\"}")).join().name())
        .isEqualTo("mine");
  }

  @Test
  void withoutAnySettingItIsTheImageNamedDefault() throws PayloadException {
    SettingsImageSelector selector = new SettingsImageSelector(Map.of(), Optional.empty());
    assertThat(selector.select(job("{\"os\":\"osx\"}")).join().name()).isEqualTo("default");
  }

  private static JobPayload job(String config) throws PayloadException {
    String body = "{\"job\":{\"id\":7},\"config\":" + config + "}";
    return JobPayload.parse(body.getBytes(UTF_8), NONE);
  }
}
