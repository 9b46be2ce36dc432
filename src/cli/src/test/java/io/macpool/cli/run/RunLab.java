package io.macpool.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.cli.Main;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code macpool run} as a person has it: a process, OpenSSH's client, guests that run commands.
 */
abstract class RunLab {

  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The guests' server has the one before. */
  private static final String FIRST_GUEST = "127.96.0.2";

  @TempDir Path directory;
  GuestFleet guests;
  BrokerSimulator broker;
  private Optional<URI> sshd = Optional.empty();
  private Process process;
  Path where;
  private String path = System.getenv("PATH");

  @BeforeEach
  void start() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "ssh")));
    assumeTrue(there, "there is no OpenSSH client here: macpool run is not tested");
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.96.0.1"));
    broker = BrokerSimulator.start(1, guests);
    warmUp();
  }

  /** Its first answer takes seconds on a busy machine, and a command waits for ten. */
  private void warmUp() {
    HttpRequest first =
        HttpRequest.newBuilder(broker.endpoint().resolve("/capacity"))
            .timeout(Duration.ofMinutes(1))
            .build();
    assertThat(HttpClient.newHttpClient().sendAsync(first, BodyHandlers.discarding()).join())
        .isNotNull();
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.destroyForcibly();
    }
    if (broker != null) {
      broker.close();
      guests.close();
    }
  }

  /** It may begin in a directory of its own. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  Process begin(String key, String... arguments) throws IOException {
    return begin(key, command(arguments));
  }

  /**
   * In a terminal of its own, by util-linux's script(1), with our key.
   *
   * @param before what a shell does there first
   */
  Process beginInTerminal(String before, String... arguments) throws IOException {
    String words =
        command(arguments).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    return begin(
        guests.privateKeyFile().toString(),
        List.of("script", "-q", "-e", "-c", before + "; exec " + words, "/dev/null"));
  }

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process begin(String key, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where == null ? null : where.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().put("PATH", path);
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("MACPOOL_URL", broker.endpoint().toString());
    builder.environment().put("MACPOOL_SSH_KEY", key);
    builder.environment().put("MACPOOL_SSH_PORT", Integer.toString(sshPort()));
    sshd.ifPresent(uri -> builder.environment().put("MACPOOL_SSH_USER", uri.getUserInfo()));
    process = builder.start();
    return process;
  }

  /** From now on all Macs are a real sshd, whose guest is this machine. */
  void takeOpenSsh() {
    sshd = Peer.SSHD.location().map(URI::create);
    assumeTrue(sshd.isPresent(), "no sshd is given: set PEERS_SSHD");
    broker.close();
    broker =
        BrokerSimulator.start(
            1,
            new GuestPower() {
              @Override
              public String boot(String name) {
                return sshd.orElseThrow().getHost();
              }

              @Override
              public void kill(String name) {}
            });
  }

  String address() {
    return sshd.map(URI::getHost).orElse(FIRST_GUEST);
  }

  int sshPort() {
    return sshd.map(URI::getPort).orElseGet(guests::sshPort);
  }

  /** The key that opens the Macs. */
  String key() {
    return sshd.map(uri -> uri.getQuery().replaceFirst("^key=", ""))
        .orElseGet(() -> guests.privateKeyFile().toString());
  }

  int run(String... arguments) throws Exception {
    Process begun = begin(key(), arguments);
    begun.getOutputStream().close();
    return status(begun);
  }

  /** A command that has begun and lasts. */
  Process lasting() throws IOException {
    return lasting("echo here; sleep 60");
  }

  Process lasting(String script) throws IOException {
    Process begun =
        begin(guests.privateKeyFile().toString(), "run", "macos-15", "--", "sh", "-c", script);
    Awaitility.await().atMost(PATIENCE).until(() -> out().equals("here\n"));
    return begun;
  }

  /** Puts a client before OpenSSH's own. */
  void client(String before) throws IOException {
    Path folder = Files.createDirectory(directory.resolve("bin"));
    Path client = folder.resolve("ssh");
    Files.writeString(client, "#!/bin/sh\n" + before + "\nPATH=${PATH#*:}\nexec ssh \"$@\"\n");
    assertThat(client.toFile().setExecutable(true)).isTrue();
    path = folder + File.pathSeparator + System.getenv("PATH");
  }

  static int status(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  String out() throws IOException {
    return Files.readString(directory.resolve("out"));
  }

  String err() throws IOException {
    return Files.readString(directory.resolve("err"));
  }
}
