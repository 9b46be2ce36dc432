package io.macpool.brain.tart;

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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Mac answered to {@link MacScripts#report}, at one moment.
 *
 * @param booted when it booted, by its own clock
 * @param now by its own clock
 * @param build of macOS, if it is told
 * @param disk what is free of it, if it is told
 * @param dials whether a new TCP connection of its own, to its own SSH server, was taken, if it
 *     told
 * @param vms local ones, by name
 * @param cached images of registries that are there
 * @param marks of ours, by the VM's name
 * @param started when our VMs were started last, by the Mac's clock
 * @param runs names of VMs whose {@code run} is a process now, whatever tart says of them
 * @param clones those being made now
 * @param addresses of ours that run, by name
 * @param sizes of VMs and images in GB, by name
 * @param pulls of images that we began and have not forgotten, by their names in the registry
 */
record MacReport(
    Instant booted,
    Instant now,
    String architecture,
    Optional<String> build,
    Optional<Disk> disk,
    Optional<Boolean> dials,
    Map<String, State> vms,
    Set<String> cached,
    Map<String, Mark> marks,
    Map<String, Instant> started,
    Set<String> runs,
    Set<Clone> clones,
    Map<String, String> addresses,
    Map<String, Integer> sizes,
    Map<String, Pull> pulls) {

  /** What tart says of a VM. */
  enum State {
    RUNNING,
    SUSPENDED,
    STOPPED
  }

  /** A disk's size and what is free of it, in kilobytes. */
  record Disk(long kb, long freeKb) {
    /** 0 to 1, in whole hundredths: what is free changes all the time, and is no news for that. */
    double freeShare() {
      return kb <= 0 ? 1 : Math.floor(freeKb * 100.0 / kb) / 100;
    }
  }

  /** A clone that is being made. */
  record Clone(String name, String source) {
    Clone {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(source, "source");
    }
  }

  /**
   * An image that is fetched.
   *
   * @param begun by the Mac's clock
   * @param over whether it has ended
   * @param percent how much is there, if it was told
   * @param said last
   */
  record Pull(Instant begun, boolean over, OptionalInt percent, String said) {

    private static final Pattern PERCENT = Pattern.compile(".*?(\\d{1,3})(?:\\.\\d+)?%.*");

    /** Progress that is told: less would be news all the time. */
    private static final int STEP = 5;

    Pull {
      Objects.requireNonNull(begun, "begun");
      Objects.requireNonNull(percent, "percent");
      Objects.requireNonNull(said, "said");
    }

    /**
     * Reads what was said last.
     *
     * @param state how it ended: with a code, without one, or not yet
     */
    static Pull of(Instant begun, String state, String said) {
      Matcher match = PERCENT.matcher(said);
      OptionalInt percent =
          match.matches()
              ? OptionalInt.of(Math.min(100, Integer.parseInt(match.group(1))) / STEP * STEP)
              : OptionalInt.empty();
      return new Pull(
          begun,
          !state.equals("-"),
          percent,
          state.equals("gone") ? "it ended without a word" : said.strip());
    }

    private boolean isAsFarAs(@Nullable Pull other) {
      return other != null
          && begun.equals(other.begun)
          && over == other.over
          && percent.equals(other.percent);
    }
  }

  /** An answer that is none. */
  static final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BOOT = Pattern.compile("sec = (\\d+)");
  private static final Pattern RUN = Pattern.compile("\\d+ +(?:\\S*/)?tart run (\\S+)(?: .*)?");
  private static final Pattern CLONE =
      Pattern.compile("macpool-clone=([A-Za-z0-9][A-Za-z0-9._-]*)=([^= ]+)=");
  private static final Pattern TART_CLONE =
      Pattern.compile("\\d+ +(?:\\S*/)?tart clone (\\S+) (\\S+)(?: .*)?");
  private static final int LONGEST_END = 40;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]+");

  MacReport {
    Objects.requireNonNull(booted, "booted");
    Objects.requireNonNull(now, "now");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(build, "build");
    Objects.requireNonNull(disk, "disk");
    Objects.requireNonNull(dials, "dials");
    vms = Map.copyOf(vms);
    cached = Set.copyOf(cached);
    marks = Map.copyOf(marks);
    started = Map.copyOf(started);
    runs = Set.copyOf(runs);
    clones = Set.copyOf(clones);
    addresses = Map.copyOf(addresses);
    sizes = Map.copyOf(sizes);
    pulls = Map.copyOf(pulls);
  }

  /** Whether the VM is on: what tart calls stopped may run, as its process tells. */
  boolean isOn(String vm) {
    return vms.get(vm) == State.RUNNING || runs.contains(vm);
  }

  /** Whether it is off, and the Mac has booted since it was started. */
  boolean isCutByReboot(String vm) {
    return !isOn(vm)
        && vms.get(vm) != State.SUSPENDED
        && started.containsKey(vm)
        && started.get(vm).isBefore(booted);
  }

  /** How many addresses several of its guests have. */
  int sharedAddresses() {
    Set<String> all = new HashSet<>();
    Set<String> shared = new HashSet<>();
    addresses.forEach(
        (vm, address) -> {
          if (isOn(vm) && !all.add(address)) {
            shared.add(address);
          }
        });
    return shared.size();
  }

  /** How many VMs run there, whosever they are. */
  int running() {
    Set<String> all = new HashSet<>(runs);
    vms.forEach(
        (name, state) -> {
          if (state == State.RUNNING) {
            all.add(name);
          }
        });
    return all.size();
  }

  /**
   * The same with addresses that are no longer told: an entry of an ARP table ages while the guest
   * keeps its address. One of a guest that was started anew, or is off, is forgotten.
   */
  MacReport after(MacReport before) {
    if (addresses.equals(before.addresses)) {
      return this;
    }
    Map<String, String> kept = new HashMap<>(addresses);
    before.addresses.forEach(
        (vm, address) -> {
          boolean same = Objects.equals(started.get(vm), before.started.get(vm));
          if (same && isOn(vm) && !kept.containsValue(address)) {
            kept.putIfAbsent(vm, address);
          }
        });
    return new MacReport(
        booted,
        now,
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
        kept,
        sizes,
        pulls);
  }

  /** Whether another says the same, at whatever time and however much of the disk is free. */
  boolean isNoNewsAfter(MacReport before) {
    return booted.equals(before.booted)
        && architecture.equals(before.architecture)
        && build.equals(before.build)
        && disk.map(Disk::freeShare).equals(before.disk.map(Disk::freeShare))
        && vms.equals(before.vms)
        && cached.equals(before.cached)
        && marks.equals(before.marks)
        && started.equals(before.started)
        && runs.equals(before.runs)
        && clones.equals(before.clones)
        && addresses.equals(before.addresses)
        && pulls.keySet().equals(before.pulls.keySet())
        && pulls.entrySet().stream()
            .allMatch(pull -> pull.getValue().isAsFarAs(before.pulls.get(pull.getKey())));
  }

  /** The same at another time, with other room on the disk. */
  MacReport at(Instant time, Optional<Disk> room) {
    return new MacReport(
        booted,
        time,
        architecture,
        build,
        room,
        dials,
        vms,
        cached,
        marks,
        started,
        runs,
        clones,
        addresses,
        sizes,
        pulls);
  }

  /** The same without a VM that is known to be no more. */
  MacReport without(String vm) {
    Map<String, State> left = new HashMap<>(vms);
    left.remove(vm);
    Map<String, Mark> others = new HashMap<>(marks);
    others.remove(vm);
    return new MacReport(
        booted,
        now,
        architecture,
        build,
        disk,
        dials,
        left,
        cached,
        others,
        started,
        runs,
        clones,
        addresses,
        sizes,
        pulls);
  }

  /**
   * Reads an answer.
   *
   * @throws Unreadable if a part is missing: what is not told is not known
   */
  static MacReport parse(String text) throws Unreadable {
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
      throw new Unreadable(
          end.isEmpty()
              ? "the answer broke off"
              : "tart list ended with "
                  + end.substring(0, Math.min(LONGEST_END, end.length()))
                  + (end.equals("127") ? ": tart is not there" : ""));
    }
    reading.list(list.toString());
    return reading.report();
  }

  /**
   * Reads one Mac's answers, one after the other. Most say what the one before said, but for the
   * time and what is free of the disk: of such an answer only these are read.
   */
  static final class Reader {

    private static final String NOW = "\nnow ";
    private static final String DISK = "\ndisk ";

    private String before = "";
    private @Nullable MacReport last;

    /**
     * Reads an answer.
     *
     * @throws Unreadable as {@link #parse} does
     */
    MacReport read(String text) throws Unreadable {
      String now = line(text, NOW);
      String disk = line(text, DISK);
      String rest = without(without(text, NOW, now), DISK, disk);
      Optional<Instant> time = Reading.seconds(now.strip());
      MacReport known = last;
      boolean plain = time.isPresent() && !disk.isEmpty();
      if (known != null && plain && rest.equals(before)) {
        last = known.at(time.get(), Reading.disk(disk.strip()));
        return last;
      }
      last = null;
      MacReport fresh = MacReport.parse(text);
      before = rest;
      last = fresh;
      return fresh;
    }

    /** What follows in the one line that begins so; nothing if it is not one. */
    private static String line(String text, String start) {
      int from = text.indexOf(start);
      int to = from < 0 ? -1 : text.indexOf('\n', from + start.length());
      return to < 0 || text.indexOf(start, to) >= 0
          ? ""
          : text.substring(from + start.length(), to);
    }

    private static String without(String text, String start, String line) {
      if (line.isEmpty()) {
        return text;
      }
      int from = text.indexOf(start);
      return text.substring(0, from) + text.substring(from + start.length() + line.length());
    }
  }

  /** What has been read of an answer so far. */
  private static final class Reading {

    private Optional<Instant> booted = Optional.empty();
    private Optional<Instant> now = Optional.empty();
    private String architecture = "";
    private Optional<String> build = Optional.empty();
    private Optional<Disk> disk = Optional.empty();
    private Optional<Boolean> dials = Optional.empty();
    private final Map<String, State> vms = new HashMap<>();
    private final Set<String> cached = new HashSet<>();
    private final Map<String, Mark> marks = new HashMap<>();
    private final Map<String, Instant> started = new HashMap<>();
    private final Set<String> runs = new HashSet<>();
    private final Set<Clone> clones = new HashSet<>();
    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, Integer> sizes = new HashMap<>();
    private final Map<String, Pull> pulls = new HashMap<>();

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
    static Optional<Disk> disk(String row) {
      List<String> cells = words(row);
      return cells.size() > 3
              && cells.get(1).matches("\\d{1,15}")
              && cells.get(3).matches("\\d{1,15}")
          ? Optional.of(new Disk(Long.parseLong(cells.get(1)), Long.parseLong(cells.get(3))))
          : Optional.empty();
    }

    private void process(String line) {
      Matcher run = RUN.matcher(line);
      if (run.matches()) {
        runs.add(run.group(1));
      }
      Matcher clone = CLONE.matcher(line);
      if (clone.find()) {
        clones.add(new Clone(clone.group(1), clone.group(2)));
      }
      Matcher own = TART_CLONE.matcher(line);
      if (own.matches()) {
        clones.add(new Clone(own.group(2), own.group(1)));
      }
    }

    /** VM, ledger, instance, start, exit code. */
    private void mark(List<String> words) {
      if (words.size() == 5) {
        marks.put(words.get(0), new Mark(words.get(1), words.get(2)));
        seconds(words.get(3)).ifPresent(time -> started.put(words.get(0), time));
      }
    }

    /** Image, begin, end, last words. */
    private void pull(String[] words) {
      if (words.length >= 3) {
        String said = words.length > 3 ? words[3] : "";
        seconds(words[1]).ifPresent(begun -> pulls.put(words[0], Pull.of(begun, words[2], said)));
      }
    }

    private void address(List<String> words) {
      if (words.size() == 2 && ADDRESS.matcher(words.get(1)).matches()) {
        addresses.put(words.get(0), words.get(1));
      }
    }

    void list(String json) throws Unreadable {
      JsonNode rows;
      try {
        rows = JSON.readTree(json);
      } catch (JsonProcessingException e) {
        throw new Unreadable("tart list printed no JSON: " + e.getOriginalMessage());
      }
      if (rows == null || !rows.isArray()) {
        throw new Unreadable("tart list printed no list");
      }
      for (JsonNode row : rows) {
        String name = row.path("Name").asText();
        if (name.isEmpty()) {
          throw new Unreadable("tart list printed a row without a name");
        }
        sizes.put(name, row.path("Size").asInt());
        if (row.path("Source").asText().equalsIgnoreCase("local")) {
          vms.put(name, state(row));
        } else {
          cached.add(name);
        }
      }
    }

    private static State state(JsonNode row) {
      boolean running = row.path("Running").asBoolean();
      return switch (row.path("State").asText()) {
        case "running" -> State.RUNNING;
        case "suspended" -> State.SUSPENDED;
        default -> running ? State.RUNNING : State.STOPPED;
      };
    }

    MacReport report() throws Unreadable {
      if (booted.isEmpty() || now.isEmpty()) {
        throw new Unreadable("the Mac does not tell when it booted");
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
          pulls);
    }
  }
}
