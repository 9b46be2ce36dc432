package io.macpool.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {

  private static final String HOSTS =
      """
      {"data":[
        {"type":"hosts","id":"host-7","name":"mac-7.example.com","state":"draining",
         "total":2,"used":1,"warm":0,"free":0,"reason":"fan\\nis loud",
         "cordoned-since":"2026-11-29T10:00:00Z","cordoned-by":"ann"},
        {"type":"hosts","id":"host-8","name":"mac-8.example.com","state":"ready",
         "total":2,"used":0,"warm":1,"free":1}]}""";

  @RegisterExtension
  static final WireMockExtension broker =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--url", "http://t0ken@127.0.0.1:" + broker.getPort() + "/"));
    all.addAll(List.of(arguments));
    return commandLine().execute(all.toArray(new String[0]));
  }

  private CommandLine commandLine() {
    return Main.commandLine(Map.of("HOME", directory.toString()))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  @Test
  void hostsAreShownInColumnsThatOneCanCut() {
    broker.stubFor(get("/hosts").willReturn(aResponse().withBody(HOSTS)));

    assertThat(run("hosts")).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            HOST               STATE     SLOTS  USED  WARM  FREE  SINCE                 BY   REASON
            mac-7.example.com  draining  2      1     0     0     2026-11-29T10:00:00Z  ann  fan is loud
            mac-8.example.com  ready     2      0     1     1     -                     -    -
            """);
  }

  @Test
  void jsonIsTheBrokersOwnDocument() {
    broker.stubFor(get("/hosts").willReturn(aResponse().withBody(HOSTS)));

    assertThat(run("hosts", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"cordoned-by\" : \"ann\"").contains("\"data\"");
  }

  @Test
  void aDrainSaysWhy() {
    broker.stubFor(get("/hosts").willReturn(aResponse().withBody(HOSTS)));
    broker.stubFor(put("/hosts/mac-7.example.com/cordon").willReturn(aResponse().withStatus(204)));

    assertThat(run("drain", "host-7", "--reason", "fan")).isZero();
    broker.verify(
        putRequestedFor(urlEqualTo("/hosts/mac-7.example.com/cordon"))
            .withHeader("Authorization", equalTo("token t0ken"))
            .withRequestBody(
                equalToJson(
                    "{\"data\":{\"type\":\"cordons\",\"kind\":\"draining\",\"reason\":\"fan\"}}")));
    assertThat(run("drain", "mac-7.example.com")).isEqualTo(2);
    assertThat(err.toString()).contains("--reason");
  }

  @Test
  void aCordonIsLifted() {
    broker.stubFor(delete("/hosts/mac-7/cordon").willReturn(aResponse().withStatus(204)));

    assertThat(run("uncordon", "mac-7")).isZero();
    broker.verify(deleteRequestedFor(urlEqualTo("/hosts/mac-7/cordon")));
  }

  @Test
  void aTokenInAFileGoesBeforeTheOneInTheUrl() throws Exception {
    broker.stubFor(get("/images").willReturn(aResponse().withBody("{\"data\":[]}")));
    Path token = Files.writeString(directory.resolve("token"), "other\n");

    assertThat(run("images", "--token-file", token.toString())).isZero();
    assertThat(broker.getAllServeEvents().get(0).getRequest().getHeader("Authorization"))
        .isEqualTo("token other");
  }

  @ParameterizedTest
  @CsvSource({"8g,8192", "8192m,8192", "8192,8192", "2GB,2048"})
  void memoryIsASize(String written, int megabytes) {
    broker.stubFor(
        post("/instances")
            .willReturn(
                aResponse()
                    .withStatus(201)
                    .withBody("{\"data\":[{\"type\":\"instances\",\"id\":\"vm-1\"}]}")));

    assertThat(run("create", "macos-15", "--ram", written, "--cpus", "4")).isZero();
    assertThat(out.toString().strip()).isEqualTo("vm-1");
    broker.verify(
        postRequestedFor(urlEqualTo("/instances"))
            .withRequestBody(
                equalToJson(
                    "{\"data\":{\"type\":\"instances\",\"base-image\":\"macos-15\",\"cpus\":4,\"ram\":%d}}"
                        .formatted(megabytes))));
  }

  @Test
  void whatCannotBeUsedIsToldInASentence() {
    assertThat(run("create", "macos-15", "--ram", "much")).isEqualTo(1);
    assertThat(commandLine().execute("hosts")).isEqualTo(1);
    assertThat(commandLine().execute("run", "macos-15", "--wait", "soon", "true")).isEqualTo(2);
    assertThat(commandLine().execute("hosts", "--url", "ftp://nowhere")).isEqualTo(1);
    assertThat(commandLine().execute("host")).isEqualTo(2);
    assertThat(err.toString().lines())
        .anyMatch(line -> line.equals("macpool: --ram much: write it as 8g or 8192m"))
        .anyMatch(line -> line.startsWith("macpool: no broker is named: set MACPOOL_URL"))
        .anyMatch(line -> line.contains("'--wait': ") && line.contains("soon"))
        .anyMatch(line -> line.contains("--url must begin with http:// or https://"))
        .anyMatch(line -> line.contains("Did you mean"))
        .noneMatch(line -> line.startsWith("\tat "));
  }

  @Test
  void whatTheBrokerRefusesIsToldInItsWordsWithoutTheToken() {
    broker.stubFor(
        delete("/instances/vm-1")
            .willReturn(
                aResponse()
                    .withStatus(403)
                    .withBody(
                        "{\"errors\":[{\"status\":\"403\",\"code\":\"not-yours\",\"title\":\"another's\"}]}")));
    broker.stubFor(delete("/instances/vm-2").willReturn(aResponse().withStatus(204)));

    assertThat(run("delete", "vm-1", "vm-2")).isEqualTo(1);
    assertThat(err.toString()).contains("not-yours, another's").doesNotContain("t0ken");
    broker.verify(deleteRequestedFor(urlEqualTo("/instances/vm-2")));
  }
}
