package io.macpool.cli.run;

import io.macpool.cli.config.PlainArguments;
import io.macpool.cli.guest.GuestShell;
import io.macpool.cli.guest.Transfer;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command finds on its Mac, and what is taken from there; picocli fills it in. */
final class RunFiles {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  @Option(
      names = {"-e", "--env"},
      paramLabel = "NAME=VALUE",
      description =
          "A variable for the command; to be given for each. Others can see it in lists of"
              + " processes: give secrets by standard input.")
  private Map<String, String> variables = new LinkedHashMap<>();

  @Option(
      names = "--upload",
      paramLabel = "DIR",
      description =
          "Copy a folder to the Mac first; the command begins in it, and so do paths of"
              + " --download.")
  private @Nullable Path upload;

  @Option(
      names = "--download",
      paramLabel = "PATH",
      description =
          "Copy a file or folder from the Mac to where you are at the end, whatever the exit"
              + " status; to be given for each. Files that are the same here are not sent.")
  private List<String> downloads = new ArrayList<>();

  /**
   * By arguments that need no parser.
   *
   * @throws IllegalArgumentException if a variable is none
   */
  static RunFiles of(PlainArguments given) {
    RunFiles files = new RunFiles();
    for (String variable : given.values("--env")) {
      int sign = variable.indexOf('=');
      if (sign < 1) {
        throw new IllegalArgumentException(variable);
      }
      files.variables.put(variable.substring(0, sign), variable.substring(sign + 1));
    }
    files.upload = given.value("--upload").map(Path::of).orElse(null);
    files.downloads.addAll(given.values("--download"));
    return files;
  }

  /**
   * Tells what can't be used before there is a Mac.
   *
   * @throws IllegalArgumentException with a sentence
   */
  void check() {
    variables
        .keySet()
        .forEach(
            name -> {
              if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                    "--env %s: a name has letters, digits and underscores only".formatted(name));
              }
            });
    if (upload != null && !upload.toFile().isDirectory()) {
      throw new IllegalArgumentException("--upload %s: there is no such folder".formatted(upload));
    }
  }

  /** The command in its folder, with its variables. */
  List<String> words(List<String> command) throws IOException {
    List<String> words = new ArrayList<>();
    Optional<String> folder = folder();
    folder.ifPresent(name -> words.addAll(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", name)));
    if (!variables.isEmpty()) {
      words.add("env");
      variables.forEach((name, value) -> words.add(name + "=" + value));
    }
    words.addAll(command);
    return words;
  }

  /**
   * Before the command.
   *
   * @throws PoolException if not all arrived
   */
  void upload(GuestShell shell) throws IOException, InterruptedException {
    if (upload != null) {
      int unused = Transfer.over(shell).upload(upload, folder().orElseThrow());
    }
  }

  /**
   * After it; tells of each that did not come.
   *
   * @return whether all came
   */
  boolean download(GuestShell shell, PrintWriter err) throws IOException, InterruptedException {
    boolean all = true;
    for (String path : downloads) {
      String from =
          folder()
              .filter(name -> !path.startsWith("/"))
              .map(name -> name + "/" + path)
              .orElse(path);
      try {
        int unused = Transfer.over(shell).download(from, Path.of(""), true);
      } catch (PoolException e) {
        Failures.say(err, e);
        all = false;
      }
    }
    return all;
  }

  /** In the guest's home; as the folder here is called. */
  private Optional<String> folder() throws IOException {
    return upload == null
        ? Optional.empty()
        : Optional.ofNullable(upload.toRealPath().getFileName())
            .map(name -> "./" + name)
            .or(() -> Optional.of("./root"));
  }
}
