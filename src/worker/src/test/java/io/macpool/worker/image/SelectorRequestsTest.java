package io.macpool.worker.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.JobPayload.Attributes;
import io.macpool.worker.job.PayloadException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the image selector's service is asked, line by line, as the Go worker asks it. */
class SelectorRequestsTest {

  static List<String> jobs() throws IOException {
    try (InputStream in = SelectorRequestsTest.class.getResourceAsStream("selector-requests.txt")) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void asksLineByLineAsTheGoWorkerDoes(String row) throws PayloadException {
    String[] parts = row.split(" => ", 2);
    String[] fields = parts[0].split("\\|", -1);
    List<String> asked =
        ServiceImageSelector.queries(job(fields)).stream()
            .map(SelectorRequestsTest::form)
            .map(form -> (form.get("is_default").equals("true") ? "T " : "F ") + tags(form))
            .map(String::strip)
            .toList();
    assertThat(asked).containsExactly(parts[1].split(" ; ", -1));
  }

  @Test
  void thereAreAtLeastForty() throws IOException {
    assertThat(jobs()).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void aLineIsEncodedAsGoEncodesIt() throws PayloadException {
    String first = ServiceImageSelector.queries(job("osx", "xcode 12*~", "", "", "c++")).get(0);
    assertThat(first)
        .isEqualTo(
            "fields%5Bimages%5D=name&gpu_vm_type=&infra=jupiterbrain&is_default=false&job_id=7"
                + "&limit=1&repo=example%2Fapp"
                + "&tags=language_c%2B%2B%3Atrue%2Cos%3Aosx%2Cosx_image%3Axcode+12%2A~");
  }

  private static String tags(Map<String, String> form) {
    return form.getOrDefault("tags", "");
  }

  private static Map<String, String> form(String line) {
    Map<String, String> form = new TreeMap<>();
    Arrays.stream(line.split("&", -1))
        .map(pair -> pair.split("=", 2))
        .forEach(
            pair -> form.put(URLDecoder.decode(pair[0], UTF_8), URLDecoder.decode(pair[1], UTF_8)));
    assertThat(form)
        .containsEntry("infra", "jupiterbrain")
        .containsEntry("fields[images]", "name")
        .containsEntry("gpu_vm_type", "")
        .containsEntry("limit", "1")
        .containsEntry("job_id", "7")
        .containsEntry("repo", "example/app");
    return form;
  }

  /** In the order of the table: os, osx_image, dist, group, language. */
  private static JobPayload job(String... fields) throws PayloadException {
    List<String> config = new ArrayList<>();
    String[] names = {"os", "osx_image", "dist", "group", "language"};
    for (int i = 0; i < names.length; i++) {
      if (!fields[i].isEmpty()) {
        config.add("\"%s\":\"%s\"".formatted(names[i], fields[i]));
      }
    }
    String body =
        "{\"job\":{\"id\":7},\"repository\":{\"slug\":\"example/app\"},\"config\":{"
            + String.join(",", config)
            + "}}";
    Optional<String> none = Optional.empty();
    return JobPayload.parse(
        body.getBytes(UTF_8), new Attributes(none, none, none, none, none, none, none));
  }
}
