package io.macpool.brain;

import io.macpool.core.hygiene.MaintenanceWindow;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;

/**
 * When hosts are drained and rebooted, by whom, and how many at a time. Part of {@link
 * BrainSettings}.
 */
public final class HygieneSettings {

  public static final Setting<Secret> HYGIENE_REBOOT =
      Setting.secret(
          "HYGIENE_REBOOT",
          "has hosts rebooted that need it: a URL that gets a POST, the absolute path of a program"
              + " called with HOST REASON ATTEMPT, or the word provider, for vCenter's own reboot"
              + " of a host, and SSH for Macs with tart; host hygiene is off if unset");

  public static final Setting<Boolean> HYGIENE_DRY_RUN =
      Setting.flag(
          "HYGIENE_DRY_RUN", "host hygiene only says what it would do; needs no HYGIENE_REBOOT");

  public static final Setting<Integer> HYGIENE_CONNECT_PORT =
      Setting.integer(
          "HYGIENE_CONNECT_PORT",
          1,
          65_535,
          "TCP port of vCenter's hosts, such as 443, to which host hygiene makes a new connection"
              + " now and then, as one whose TCP clock has stopped takes none; not tried if unset."
              + " Macs with tart are always tried, at their SSH port");

  public static final Setting<Duration> HYGIENE_MAX_UPTIME =
      Setting.duration(
              "HYGIENE_MAX_UPTIME",
              "a host is drained and rebooted so early that it is not up for longer; whatever is"
                  + " set, one that has been up for 49 days gets no instance")
          .defaultTo(Duration.ofDays(42));

  public static final Setting<MaintenanceWindow> HYGIENE_WINDOW =
      Setting.of(
          "HYGIENE_WINDOW",
          "when reboots for uptime alone begin, in UTC, such as sunday 02:00 6h; at any time if"
              + " unset. A host that has reached its maximum does not wait for it",
          "DAY HH:MM LENGTH",
          HygieneWindow::parse);

  public static final Setting<Integer> HYGIENE_IN_SERVICE =
      Setting.integer(
              "HYGIENE_IN_SERVICE",
              0,
              100,
              "percent of the slots that host hygiene leaves in service; with fewer than ten hosts,"
                  + " 90 lets no host be repaired")
          .defaultTo(90);

  public static final Setting<Integer> HYGIENE_AT_ONCE =
      Setting.integer("HYGIENE_AT_ONCE", 1, 100, "hosts under repair at a time, at most")
          .defaultTo(10);

  public static final Setting<Integer> HYGIENE_REFUSALS =
      Setting.integer(
              "HYGIENE_REFUSALS",
              1,
              1_000,
              "creates in a row that fail on a host until it is repaired")
          .defaultTo(5);

  public static final Setting<Duration> HYGIENE_REBOOT_TIMEOUT =
      Setting.duration(
              "HYGIENE_REBOOT_TIMEOUT",
              "a host whose boot time has not changed by then is asked again, three times in all;"
                  + " two minutes at least")
          .defaultTo(Duration.ofMinutes(30));

  static final List<Setting<?>> ALL =
      List.of(
          HYGIENE_REBOOT,
          HYGIENE_DRY_RUN,
          HYGIENE_CONNECT_PORT,
          HYGIENE_MAX_UPTIME,
          HYGIENE_WINDOW,
          HYGIENE_IN_SERVICE,
          HYGIENE_AT_ONCE,
          HYGIENE_REFUSALS,
          HYGIENE_REBOOT_TIMEOUT);

  private HygieneSettings() {}
}
