package io.macpool.brain.tart.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.core.fleet.Mark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What has been read of an answer so far. */
final class Reading {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BOOT = Pattern.compile("sec = (\\d+)");
  private static final Pattern RUN = Pattern.compile("\\d+ +(?:\\S*/)?tart run (\\S+)(?: .*)?");
  private static final Pattern CLONE =
      Pattern.compile("macpool-clone=([A-Za-z0-9][A-Za-z0-9._-]*)=([^= ]+)=");
  private static final Pattern TART_CLONE =
      Pattern.compile("\\d+ +(?:\\S*/)?tart clone (\\S+) (\\S+)(?: .*)?");
  private static final int LONGEST_END = 40;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]+");

  private Optional<Instant> booted = Optional.empty();
  private Optional<Instant> now = Optional.empty();
  private String architecture = "";
  private Optional<String> build = Optional.empty();
  private Optional<MacReport.Disk> disk = Optional.empty();
  private Optional<Boolean> dials = Optional.empty();
  private final Map<String, MacReport.State> vms = new HashMap<>();
  private final Set<String> cached = new HashSet<>();
  private final Map<String, Mark> marks = new HashMap<>();
  private final Map<String, Instant> started = new HashMap<>();
  private final Set<String> runs = new HashSet<>();
  private final Set<MacReport.Clone> clones = new HashSet<>();
  private final Map<String, String> addresses = new HashMap<>();
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Map<String, MacReport.Pull> pulls = new HashMap<>();
  private final Map<String, MacReport.Kept> suspended = new HashMap<>();

  /**
   * Reads an answer.
   *
   * @throws MacReport.Unreadable if a part is missing: what is not told is not known
   */
  static MacReport of(String text) throws MacReport.Unreadable {
    Reading reading = new Reading();
    StringBuilder list = new StringBuilder();
    boolean inList = false;
    String end = "";
    for (String line : text.split("\n", -1)) {
      if (line.equals("list")) {
        inList = true;
      } else if (line.startsWith("end ")) {
        end = line.substring("end ".length());
      } else if (inList) {
        list.append(line).append('\n');
      } else {
        reading.take(line);
      }
    }
    if (!end.equals("0")) {
      throw new MacReport.Unreadable(
          end.isEmpty()
              ? "the answer broke off"
              : "tart list ended with "
                  + end.substring(0, Math.min(LONGEST_END, end.length()))
                  + (end.equals("127") ? ": tart is not there" : ""));
    }
    reading.list(list.toString());
    return reading.report();
  }

  void take(String line) {
    int space = line.indexOf(' ');
    if (space < 0) {
      return;
    }
    String rest = line.substring(space + 1).strip();
    switch (line.substring(0, space)) {
      case "boot" -> {
        Matcher match = BOOT.matcher(rest);
        booted = match.find() ? seconds(match.group(1)) : Optional.empty();
      }
      case "now" -> now = seconds(rest);
      case "arch" -> architecture = rest;
      case "build" -> build = Optional.of(rest).filter(text -> text.matches("\\w{1,20}"));
      case "disk" -> disk = disk(rest);
      case "dial" -> dials = Optional.of(rest).filter(c -> c.matches("\\d+")).map("0"::equals);
      case "ps" -> process(rest);
      case "mark" -> mark(words(rest));
      case "kept" -> kept(words(rest));
      case "ip" -> address(words(rest));
      case "pull" -> pull(rest.split(" +", 4));
      default -> {
        // A login's greeting, say.
      }
    }
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split(" +", -1)) {
      words.add(word);
    }
    return words;
  }

  static Optional<Instant> seconds(String text) {
    return text.matches("\\d{1,12}")
        ? Optional.of(Instant.ofEpochSecond(Long.parseLong(text)))
        : Optional.empty();
  }

  /** Filesystem, blocks, used, available, … */
  static Optional<MacReport.Disk> disk(String row) {
    List<String> cells = words(row);
    return cells.size() > 3
            && cells.get(1).matches("\\d{1,15}")
            && cells.get(3).matches("\\d{1,15}")
        ? Optional.of(
            new MacReport.Disk(Long.parseLong(cells.get(1)), Long.parseLong(cells.get(3))))
        : Optional.empty();
  }

  private void process(String line) {
    Matcher run = RUN.matcher(line);
    if (run.matches()) {
      runs.add(run.group(1));
    }
    Matcher clone = CLONE.matcher(line);
    if (clone.find()) {
      clones.add(new MacReport.Clone(clone.group(1), clone.group(2)));
    }
    Matcher own = TART_CLONE.matcher(line);
    if (own.matches()) {
      clones.add(new MacReport.Clone(own.group(2), own.group(1)));
    }
  }

  /** VM, ledger, instance, start, exit code. */
  private void mark(List<String> words) {
    if (words.size() == 5) {
      marks.put(words.get(0), new Mark(words.get(1), words.get(2)));
      seconds(words.get(3)).ifPresent(time -> started.put(words.get(0), time));
    }
  }

  /** VM, ledger, image, time, the image's state, build, the image's state now, taken since. */
  private void kept(List<String> words) {
    if (words.size() == 8) {
      seconds(words.get(3))
          .ifPresent(
              made ->
                  suspended.put(
                      words.get(0),
                      new MacReport.Kept(
                          words.get(1),
                          words.get(2),
                          made,
                          words.get(4),
                          words.get(5),
                          words.get(6),
                          seconds(words.get(7)))));
    }
  }

  /** Image, begin, end, last words. */
  private void pull(String[] words) {
    if (words.length >= 3) {
      String said = words.length > 3 ? words[3] : "";
      seconds(words[1])
          .ifPresent(begun -> pulls.put(words[0], MacReport.Pull.of(begun, words[2], said)));
    }
  }

  private void address(List<String> words) {
    if (words.size() == 2 && ADDRESS.matcher(words.get(1)).matches()) {
      addresses.put(words.get(0), words.get(1));
    }
  }

  void list(String json) throws MacReport.Unreadable {
    JsonNode rows;
    try {
      rows = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new MacReport.Unreadable("tart list printed no JSON: " + e.getOriginalMessage());
    }
    if (rows == null || !rows.isArray()) {
      throw new MacReport.Unreadable("tart list printed no list");
    }
    for (JsonNode row : rows) {
      String name = row.path("Name").asText();
      if (name.isEmpty()) {
        throw new MacReport.Unreadable("tart list printed a row without a name");
      }
      sizes.put(name, row.path("Size").asInt());
      if (row.path("Source").asText().equalsIgnoreCase("local")) {
        vms.put(name, state(row));
      } else {
        cached.add(name);
      }
    }
  }

  private static MacReport.State state(JsonNode row) {
    boolean running = row.path("Running").asBoolean();
    return switch (row.path("State").asText()) {
      case "running" -> MacReport.State.RUNNING;
      case "suspended" -> MacReport.State.SUSPENDED;
      default -> running ? MacReport.State.RUNNING : MacReport.State.STOPPED;
    };
  }

  MacReport report() throws MacReport.Unreadable {
    if (booted.isEmpty() || now.isEmpty()) {
      throw new MacReport.Unreadable("the Mac does not tell when it booted");
    }
    return new MacReport(
        booted.get(),
        now.get(),
        architecture,
        build,
        disk,
        dials,
        vms,
        cached,
        marks,
        started,
        runs,
        clones,
        addresses,
        sizes,
        pulls,
        suspended);
  }
}
