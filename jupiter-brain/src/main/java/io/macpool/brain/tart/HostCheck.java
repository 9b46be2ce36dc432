package io.macpool.brain.tart;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.ssh.SshFailure;
import io.macpool.brain.tart.ssh.SshHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a Mac is fit to make instances, line by line, each with its cure. */
public final class HostCheck {

  /**
   * One thing that was looked at.
   *
   * @param fit whether it is as it should be
   * @param text what was found, and what to do if it is not
   */
  public record Line(boolean fit, String text) {
    public Line {
      Objects.requireNonNull(text, "text");
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
  private static final int MAJOR = 2;
  private static final int MINOR = 31;
  private static final long GB = 1024L * 1024;
  private static final long LEAST_GB = 50;
  private static final Duration LONGEST_UP = Duration.ofDays(42);
  private static final int LONGEST_LEASE = 3_600;
  private static final int LEASES = 253;
  private static final int GUESTS = 2;
  private static final Pattern OTHERS = Pattern.compile("other running VMs: ([^)]*)");
  private static final Pattern NO_LIST = Pattern.compile("(?s)(?<=\n)list\n.*");

  /**
   * What a Mac should be fit for.
   *
   * @param images what it should have, by the names that clients ask for
   * @param guestPort that guests take SSH at
   * @param relayed whether the broker carries connections to guests in tart's NAT
   */
  public record Expected(Map<String, String> images, int guestPort, boolean relayed) {
    public Expected {
      images = Map.copyOf(images);
    }
  }

  private final List<Line> lines = new ArrayList<>();

  private HostCheck() {}

  /** Looks at a Mac; blocks for a minute at most. */
  public static List<Line> run(Mac mac, SshHost ssh, Expected expected) {
    MacScripts scripts = new MacScripts(mac);
    HostCheck check = new HostCheck();
    try {
      String facts = ssh.run(scripts.facts(expected.guestPort()), LIMIT).out();
      boolean tart = check.facts(mac, facts, expected);
      String told = ssh.run(scripts.report(), LIMIT).out();
      // What else is wrong is told at once, too.
      String text = tart ? told : NO_LIST.matcher(told).replaceFirst("list\n[]\nend 0\n");
      MacReport report = MacReport.parse(text);
      check.report(report, expected.images());
      check.limited(facts, report);
    } catch (SshFailure | MacReport.Unreadable e) {
      check.add(false, String.valueOf(e.getMessage()));
    }
    return check.lines;
  }

  private void add(boolean fit, String text) {
    lines.add(new Line(fit, text));
  }

  /** Whether tart is there. */
  private boolean facts(Mac mac, String text, Expected expected) {
    Map<String, String> facts = new HashMap<>();
    text.lines()
        .forEach(
            line -> {
              int space = line.indexOf(' ');
              if (space > 0) {
                facts.put(line.substring(0, space), line.substring(space + 1).strip());
              }
            });
    boolean tart = version(mac, facts.getOrDefault("tart", ""));
    add(true, "macOS " + facts.getOrDefault("macos", "of an unknown version"));
    boolean unlocked = facts.getOrDefault("keychain", "").equals("0");
    // Of somebody else's session its user has nothing.
    String sessions = facts.getOrDefault("console", "").strip();
    boolean loggedIn = List.of(sessions.split(" ", -1)).contains(mac.user());
    add(
        unlocked || loggedIn,
        unlocked
            ? "the login keychain is unlocked"
            : loggedIn
                ? mac.user() + " is logged in at the console"
                : (sessions.isEmpty() ? "nobody" : sessions + ", but not " + mac.user() + ",")
                    + " is logged in at the console and the login keychain is locked: guests of"
                    + " macOS 15.2 and later will not start. Log "
                    + mac.user()
                    + " in by itself at boot, or run security unlock-keychain login.keychain");
    lease(mac, facts.getOrDefault("lease", ""), expected.relayed());
    guests(text, expected.guestPort());
    return tart;
  }

  /** Whether this Mac itself reaches guests that run: macOS may keep programs off its networks. */
  private void guests(String text, int port) {
    List<String> told = text.lines().filter(line -> line.startsWith("guest ")).toList();
    for (String line : told) {
      boolean reached = line.startsWith("guest 0 ");
      String guest = line.replaceFirst("guest \\d+ ", "");
      add(
          reached,
          "guest "
              + guest
              + (reached
                  ? " takes connections"
                  : " takes no connection at port "
                      + port
                      + ": if it has booted, let tart reach the local network (System Settings,"
                      + " Privacy & Security, Local Network), or reboot the Mac"));
    }
    if (told.isEmpty()) {
      add(true, "no guest of a broker's runs: whether the local network is reached is not told");
    }
  }

  /** What nothing but a reboot cures: it takes fewer guests than it may. */
  private void limited(String text, MacReport report) {
    Optional<String> refused =
        text.lines().filter(line -> line.matches("limited \\d{1,12} .*")).findFirst();
    if (refused.isEmpty()) {
      add(true, "the last start of a guest was not refused by the system limit");
      return;
    }
    String[] words = refused.get().split(" ", 3);
    Instant at = Instant.ofEpochSecond(Long.parseLong(words[1]));
    Matcher others = OTHERS.matcher(words[2]);
    int ran = others.find() ? others.group(1).split(",", -1).length : 0;
    // Both are told in whole seconds, and a Mac that has just booted runs nothing yet.
    boolean rebooted = !at.isAfter(report.booted());
    boolean fit = ran >= GUESTS || rebooted;
    add(
        fit,
        "at "
            + at
            + " the system limit refused a guest while "
            + ran
            + " ran"
            + (fit
                ? rebooted ? ", before it was rebooted" : ""
                : ": reboot it, nothing else gives the place back"));
  }

  private boolean version(Mac mac, String text) {
    Matcher version = VERSION.matcher(text);
    if (!version.matches()) {
      add(false, mac.tart() + " is not there: install tart, or set tart in the hosts file");
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    boolean fit = major > MAJOR || (major == MAJOR && minor >= MINOR);
    add(
        fit,
        "tart "
            + text
            + (fit ? "" : " is too old: " + MAJOR + "." + MINOR + " or newer is needed"));
    return true;
  }

  /** Of guests in tart's NAT: a day's leases are used up by one VM in six minutes. */
  private void lease(Mac mac, String told, boolean relayed) {
    if (mac.bridge().isPresent()) {
      add(true, "guests are bridged to " + mac.bridge().get());
      return;
    }
    // Unless somebody has set another time, a lease lasts a day.
    long seconds =
        told.matches("[1-9]\\d{0,5}") ? Long.parseLong(told) : Duration.ofDays(1).toSeconds();
    boolean fit = seconds <= LONGEST_LEASE;
    long enough = LEASES * Duration.ofDays(1).toSeconds() / seconds;
    add(
        fit,
        "leases of tart's NAT last "
            + seconds
            + " s, enough for "
            + enough
            + " VMs a day"
            + (fit ? "" : ": set DHCPLeaseTimeSecs of bootpd to 600 (tart's FAQ says how)"));
    add(
        relayed,
        relayed
            ? "guests are in tart's NAT, and reached through the broker's relay"
            : "guests are in tart's NAT, where nobody but this Mac reaches them: set bridge in the"
                + " hosts file, or give the broker --guest-relay-addr");
  }

  private void report(MacReport report, Map<String, String> images) {
    Duration up = Duration.between(report.booted(), report.now());
    add(
        up.compareTo(LONGEST_UP) < 0,
        "up for "
            + up.toDays()
            + " days"
            + (up.compareTo(LONGEST_UP) < 0 ? "" : ": reboot it, new connections fail after 49"));
    report
        .dials()
        .ifPresent(
            taken ->
                add(
                    taken,
                    taken
                        ? "new connections of its own are taken"
                        : "new connections of its own fail: reboot it"));
    Optional<Long> free = report.disk().map(disk -> disk.freeKb() / GB);
    add(
        free.filter(gb -> gb >= LEAST_GB).isPresent(),
        free.map(gb -> gb + " GB of disk are free").orElse("how much disk is free is not told")
            + (free.filter(gb -> gb >= LEAST_GB).isPresent() ? "" : ": delete what is not needed"));
    for (String name : new TreeSet<>(images.keySet())) {
      String source = images.get(name);
      boolean there = report.vms().containsKey(source) || report.cached().contains(source);
      add(
          there,
          "image "
              + name
              + (there ? " is there" : " is missing: clone or pull " + source + " with tart"));
    }
    report.runs().stream()
        .filter(vm -> !report.vms().containsKey(vm))
        .forEach(
            vm ->
                add(
                    false,
                    "a tart run of "
                        + vm
                        + " goes on though there is no such VM, and takes up a place: end it"));
    add(true, report.running() + " VMs run, " + report.marks().size() + " are a broker's");
  }
}
