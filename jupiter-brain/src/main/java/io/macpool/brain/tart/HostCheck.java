package io.macpool.brain.tart;

import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.brain.tart.ssh.SshFailure;
import io.macpool.brain.tart.ssh.SshHost;
import java.time.Duration;
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

  private final List<Line> lines = new ArrayList<>();

  private HostCheck() {}

  /**
   * Looks at a Mac; blocks for a minute at most.
   *
   * @param images what it should have, by the names that clients ask for
   */
  public static List<Line> run(Mac mac, SshHost ssh, Map<String, String> images) {
    MacScripts scripts = new MacScripts(mac);
    HostCheck check = new HostCheck();
    try {
      CommandResult facts = ssh.run(scripts.facts(), LIMIT);
      check.facts(mac, facts.out());
      CommandResult report = ssh.run(scripts.report(), LIMIT);
      check.report(MacReport.parse(report.out()), images);
    } catch (SshFailure | MacReport.Unreadable e) {
      check.add(false, String.valueOf(e.getMessage()));
    }
    return check.lines;
  }

  /** The same of answers that are there already. */
  static List<Line> of(Mac mac, String facts, MacReport report, Map<String, String> images) {
    HostCheck check = new HostCheck();
    check.facts(mac, facts);
    check.report(report, images);
    return check.lines;
  }

  private void add(boolean fit, String text) {
    lines.add(new Line(fit, text));
  }

  private void facts(Mac mac, String text) {
    Map<String, String> facts = new HashMap<>();
    text.lines()
        .forEach(
            line -> {
              int space = line.indexOf(' ');
              if (space > 0) {
                facts.put(line.substring(0, space), line.substring(space + 1).strip());
              }
            });
    version(mac, facts.getOrDefault("tart", ""));
    add(true, "macOS " + facts.getOrDefault("macos", "of an unknown version"));
    boolean unlocked = facts.getOrDefault("keychain", "").equals("0");
    boolean loggedIn = !facts.getOrDefault("console", "0").equals("0");
    add(
        unlocked || loggedIn,
        unlocked
            ? "the login keychain is unlocked"
            : loggedIn
                ? "somebody is logged in at the console"
                : "nobody is logged in and the login keychain is locked: guests of macOS 15.2 and"
                    + " later will not start. Log "
                    + mac.user()
                    + " in by itself at boot, or run security unlock-keychain login.keychain");
    lease(mac, facts.getOrDefault("lease", ""));
  }

  private void version(Mac mac, String text) {
    Matcher version = VERSION.matcher(text);
    if (!version.matches()) {
      add(false, mac.tart() + " is not there: install tart, or set tart in the hosts file");
      return;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    boolean fit = major > MAJOR || (major == MAJOR && minor >= MINOR);
    add(
        fit,
        "tart "
            + text
            + (fit ? "" : " is too old: " + MAJOR + "." + MINOR + " or newer is needed"));
  }

  /** Of guests in tart's NAT: a day's leases are used up by one VM in six minutes. */
  private void lease(Mac mac, String seconds) {
    if (mac.bridge().isPresent()) {
      add(true, "guests are bridged to " + mac.bridge().get());
      return;
    }
    boolean fit = seconds.matches("\\d{1,6}") && Integer.parseInt(seconds) <= LONGEST_LEASE;
    add(
        fit,
        fit
            ? "leases of tart's NAT last " + seconds + " s"
            : "leases of tart's NAT last a day, and 253 VMs a day use them up: set"
                + " DHCPLeaseTimeSecs of bootpd to 600 (tart's FAQ says how)");
    add(
        false,
        "guests are in tart's NAT, where nobody but this Mac reaches them: set bridge in the hosts"
            + " file");
  }

  private void report(MacReport report, Map<String, String> images) {
    Duration up = Duration.between(report.booted(), report.now());
    add(
        up.compareTo(LONGEST_UP) < 0,
        "up for "
            + up.toDays()
            + " days"
            + (up.compareTo(LONGEST_UP) < 0 ? "" : ": reboot it, new connections fail after 49"));
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
