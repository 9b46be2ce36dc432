package io.macpool.brain.tart;

import static io.macpool.brain.tart.Quoting.quote;

import io.macpool.brain.tart.suspend.SuspendTexts;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Mark;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a Mac is asked, as scripts of POSIX's shell: the login shell there, which need not be one,
 * only starts it. Names and paths are quoted; every script ends by itself.
 *
 * <p>Below {@code ~/.macpool} lies, for each VM of ours, {@code marks/NAME} from before its clone
 * to after its end, and in {@code runs} the time of its start, the output of its {@code run}, and
 * the exit code of that once it has ended. In {@code limited} stand the time and the words of the
 * last start that was refused by the system limit, if none succeeded since.
 */
final class MacScripts {

  /** There is a VM of that name. */
  static final int TAKEN = 81;

  /** There is no such VM, or image. */
  static final int ABSENT = 82;

  /** The VM's {@code run} has ended: what it said follows. */
  static final int ENDED = 83;

  /** What it writes of itself can't be written. */
  static final int UNWRITABLE = 84;

  /** There is a VM of that name, and it is none of ours. */
  static final int NOT_OURS = 85;

  /** A VM runs there, or is being made. */
  static final int BUSY = 86;

  /** Its user may not do that. */
  static final int NOT_ALLOWED = 87;

  private static final int LOOKS_A_SECOND = 5;

  private static final String REPORT =
      """
      echo "boot $(sysctl -n kern.boottime)"
      echo "now $(date +%%s)"
      echo "arch $(uname -m)"
      echo "build $(sw_vers -buildVersion 2>/dev/null)"
      echo "disk $(df -k "$HOME" | tail -n 1)"
      nc -z -G 3 127.0.0.1 %d >/dev/null 2>&1
      echo "dial $?"
      p=$(ps -axww -o pid=,command=)
      printf '%%s\\n' "$p" | grep -e 'tart run ' -e 'tart clone ' -e macpool-clone | sed 's/^/ps /'
      for f in "$m"/marks/*; do
        [ -f "$f" ] || continue
        n=${f##*/}
        s=-
        e=-
        k=
        [ -f "$m/runs/$n.start" ] && read -r s <"$m/runs/$n.start"
        [ -f "$m/runs/$n.end" ] && read -r e <"$m/runs/$n.end"
        read -r k <"$f"
        echo "mark $n $k $s $e"
        case "$p" in
          *"tart run $n "*) a=$("$t" ip "$n" --resolver %s 2>/dev/null) && echo "ip $n $a";;
        esac
      done
      for f in "$m"/pulls/*.name; do
        [ -f "$f" ] || continue
        b=${f%%.name}
        read -r i u <"$f"
        case "$p" in *"tart pull $i "*) e=-;; *) e=gone;; esac
        [ -f "$b.end" ] && read -r e <"$b.end"
        echo "pull $i $u $e $(tail -c 300 "$b.log" | tr '\r' '\n' | tr -cd '[:print:]\n' | tail -n 1)"
      done
      echo list
      "$t" list --format json
      echo "end $?"
      """;

  /** The same for each line that is read, at once and ended by that line. */
  private static final String WATCH =
      """
      report() {
      %s}
      while read -r q; do
        r=$(report </dev/null)
        printf '%%s\\nanswer %%s\\n' "$r" "$q"
      done
      """;

  /** What only a person needs to know; guests are dialled as a client of theirs would. */
  private static final String FACTS =
      """
      echo "tart $("$t" --version 2>/dev/null)"
      echo "macos $(sw_vers -productVersion 2>/dev/null) $(sw_vers -buildVersion 2>/dev/null)"
      security show-keychain-info login.keychain >/dev/null 2>&1
      echo "keychain $?"
      echo "console $(who | grep console | cut -d ' ' -f 1 | tr '\\n' ' ')"
      f=/Library/Preferences/SystemConfiguration/com.apple.InternetSharing.default
      echo "lease $(defaults read $f bootpd 2>/dev/null | sed -n 's/.*LeaseTimeSecs = *//p' | tr -d ';')"
      [ -f "$m/limited" ] && echo "limited $(head -n 1 "$m/limited")"
      p=$(ps -axww -o pid=,command=)
      for f in "$m"/marks/*; do
        [ -f "$f" ] || continue
        n=${f##*/}
        case "$p" in *"tart run $n "*) ;; *) continue;; esac
        a=$("$t" ip "$n" --resolver %s 2>/dev/null) || continue
        nc -z -G 3 "$a" %d >/dev/null 2>&1
        echo "guest $? $n at $a"
      done
      """;

  private static final String CLONE =
      """
      all=$("$t" list --quiet) || exit 1
      printf '%%s\\n' "$all" | grep -qxF -e "$n" && exit %d
      printf '%%s\\n' "$all" | grep -qxF -e "$i" || exit %d
      mkdir -p "$m/marks" "$m/runs" && echo %s >"$m/marks/$n" || exit %d
      %s"$t" clone "$i" "$n" || { c=$?; rm -f "$m/marks/$n"; exit $c; }
      "$t" set "$n" --random-mac
      """;

  private static final String START =
      """
      p=$(ps -axww -o pid=,command=)
      case "$p" in *"tart run $n "*) exit 0;; esac
      mkdir -p "$m/runs" && date +%%s >"$m/runs/$n.start" || exit %d
      rm -f "$m/runs/$n.end"
      o=
      [ -f "$m/runs/$n.keep" ] && o=--suspendable
      nohup sh -c '"$1" run "$2" --no-graphics $3 $5; echo $? >"$4.end"' \
      macpool "$t" "$n" %s "$m/runs/$n" "$o" </dev/null >"$m/runs/$n.log" 2>&1 &
      """;

  private static final String SETTLE =
      """
      k=0
      while [ $k -lt %d ]; do
        k=$((k + 1))
        sleep 0.2
        if [ -f "$m/runs/$n.end" ]; then
          tail -c 2000 "$m/runs/$n.log"
          l=$(grep 'exceeds the system limit' "$m/runs/$n.log" | tail -n 1)
          [ -n "$l" ] && echo "$(date +%%s) $l" >"$m/limited"
          exit %d
        fi
      done
      rm -f "$m/limited"
      """;

  /** What is not ours is never touched; a mark stays while its clone may be on its way. */
  private static final String OURS =
      """
      all=$("$t" list --quiet --source local) || exit 1
      if ! printf '%%s\\n' "$all" | grep -qxF -e "$n"; then
        case "$(ps -axww -o pid=,command=)" in
          *"macpool-clone=$n="*|*"tart clone "*" $n"*) ;;
          *) rm -f "$m/marks/$n" "$m/runs/$n".start "$m/runs/$n".end "$m/runs/$n".log "$m/runs/$n".keep;;
        esac
        exit %d
      fi
      [ -f "$m/marks/$n" ] || exit %d
      """
          .formatted(ABSENT, NOT_OURS);

  private static final String STOP =
      """
      "$t" stop "$n" --timeout 5
      c=$?
      ps -axww -o pid=,command= | grep -F -e "tart run $n " | grep -v grep | while read -r q r; do
        kill -INT "$q"
      done
      exit $c
      """;

  private static final String DELETE =
      """
      "$t" delete "$n" || exit $?
      rm -f "$m/marks/$n" "$m/runs/$n".start "$m/runs/$n".end "$m/runs/$n".log "$m/runs/$n".keep
      """;

  /**
   * Detached, as it takes longer than any session may last; what is free was looked at, and tart
   * would throw away other images to make room.
   */
  private static final String PULL =
      """
      case "$(ps -axww -o pid=,command=)" in *"tart pull $i "*) exit 0;; esac
      mkdir -p "$m/pulls" && echo "$i $(date +%%s)" >"$m/pulls/$n.name" || exit %d
      rm -f "$m/pulls/$n.end"
      TART_NO_AUTO_PRUNE=1 nohup sh -c '"$1" pull "$2" --concurrency 4; echo $? >"$3.end"' \
      macpool "$t" "$i" "$m/pulls/$n" </dev/null >"$m/pulls/$n.log" 2>&1 &
      """
          .formatted(UNWRITABLE);

  private static final String END_PULL =
      """
      ps -axww -o pid=,command= | grep -F -e "tart pull $i " | grep -v grep |
      while read -r q r; do
        kill "$q"
      done
      rm -f "$m/pulls/$n.name" "$m/pulls/$n.log" "$m/pulls/$n.end"
      """;

  /** Detached, as the session ends with the Mac; scripts that name VMs are none. */
  private static final String REBOOT =
      """
      l=$("$t" list --format json) || exit 1
      printf '%%s\\n' "$l" | grep -q '"Running" *: *true' && exit %d
      v='[^ ]*com[.]apple[.]Virtualization[.]VirtualMachine'
      ps -axww -o pid=,command= |
      grep -q -E "^ *[0-9]+ +(([^ ]*/)?tart (run|clone) |$v)" && exit %d
      sudo -n -l /sbin/shutdown >/dev/null 2>&1 || exit %d
      nohup sh -c 'sleep 1; exec sudo -n /sbin/shutdown -r now' </dev/null >/dev/null 2>&1 &
      """
          .formatted(BUSY, BUSY, NOT_ALLOWED);

  private final Mac mac;
  private final String report;

  MacScripts(Mac mac) {
    this.mac = mac;
    this.report =
        SuspendTexts.IDENTITY
            + SuspendTexts.REPORT
            + REPORT.formatted(mac.port(), quote(mac.resolver()));
  }

  private String script(String variables, String text) {
    String home = mac.home().map(path -> "export TART_HOME=" + quote(path) + "\n").orElse("");
    String all = "m=\"$HOME/.macpool\"\nt=" + quote(mac.tart()) + "\n" + home + variables + text;
    return "exec /bin/sh -c " + quote(all);
  }

  private String of(String name, String text) {
    return script("n=" + quote(name) + "\n", text);
  }

  /**
   * Asks for everything that is to be known, see {@link io.macpool.brain.tart.report.MacReport}.
   */
  String report() {
    return script("", report);
  }

  /** Asks for the same whenever it reads a line, and repeats that line after {@code answer}. */
  String watch() {
    return script("", WATCH.formatted(report));
  }

  /**
   * Asks for what {@link HostCheck} judges beside the report.
   *
   * @param guestPort that guests take SSH at
   */
  String facts(int guestPort) {
    return script("", FACTS.formatted(quote(mac.resolver()), guestPort));
  }

  /**
   * Makes a clone with a mark, unless there is one; the mark is there before it.
   *
   * @param keep whether it is to be suspended one day
   */
  String cloneVm(String source, String name, Mark mark, boolean keep) {
    return script(
        cloned(source, name),
        CLONE.formatted(
            TAKEN,
            ABSENT,
            quoted(mark),
            UNWRITABLE,
            keep ? SuspendTexts.IDENTITY + SuspendTexts.INTEND : ""));
  }

  /** Told by its text while it runs, also before it has come to its clone. */
  private static String cloned(String source, String name) {
    return ": "
        + quote("macpool-clone=%s=%s=".formatted(name, source))
        + "\n"
        + "n=%s\ni=%s\n".formatted(quote(name), quote(source));
  }

  private static String quoted(Mark mark) {
    return quote(mark.ledger() + " " + mark.instance());
  }

  /** Takes a suspended guest of the image in the place of a clone, the first that can be had. */
  String take(List<String> suspended, String source, String name, Mark mark) {
    return script(
        cloned(source, name) + "k=" + quoted(mark) + "\n",
        SuspendTexts.take(suspended.stream().map(Quoting::quote).collect(Collectors.joining(" "))));
  }

  /** Starts one that was taken, and waits until its guest answers at its SSH port. */
  String resume(String name, Duration limit, int guestPort) {
    return of(
        name,
        OURS
            + launch()
            + SuspendTexts.answers(limit.toSeconds(), quote(mac.resolver()), guestPort));
  }

  /** Suspends one that was cloned to be kept so. */
  String suspend(String name, Duration limit) {
    return of(name, OURS + SuspendTexts.suspend(limit.toSeconds()));
  }

  /** Destroys a suspended guest. */
  String discard(String name, boolean stale) {
    return of(name, SuspendTexts.discard(stale));
  }

  String resize(String name, Instance.Size size) {
    StringBuilder options = new StringBuilder();
    if (size.cpus() != 0) {
      options.append(" --cpu ").append(size.cpus());
    }
    if (size.ramMb() != 0) {
      options.append(" --memory ").append(size.ramMb());
    }
    return of(name, OURS + "\"$t\" set \"$n\"" + options + "\n");
  }

  /**
   * Starts a VM so that it outlives this session, and looks at it for a while: a start that fails
   * tells so within it.
   */
  String start(String name, Duration settle) {
    long looks = Math.max(1, settle.toMillis() * LOOKS_A_SECOND / 1_000);
    return of(name, OURS + launch() + SETTLE.formatted(looks, ENDED));
  }

  private String launch() {
    String network = mac.bridge().map(card -> "--net-bridged=" + card).orElse("");
    return START.formatted(UNWRITABLE, quote(network));
  }

  /** Switches a VM off, also one that tart takes for stopped while its process lives. */
  String stop(String name) {
    return of(name, OURS + STOP);
  }

  /** Reboots the Mac in a second, if no VM runs there, whosever it is. */
  String reboot() {
    return script("", REBOOT);
  }

  /** Begins to fetch an image from its registry, unless that goes on already. */
  String pull(String source) {
    return script(pulled(source), PULL);
  }

  /** Ends it, if it goes on, and forgets how it went. */
  String endPull(String source) {
    return script(pulled(source), END_PULL);
  }

  private static String pulled(String source) {
    UUID file = UUID.nameUUIDFromBytes(source.getBytes(StandardCharsets.UTF_8));
    return "n=%s\ni=%s\n".formatted(file, quote(source));
  }

  /** Carries a connection to a port of a guest's, by the Mac that alone reaches it. */
  static String carry(String address, int port) {
    // A guest that is gone answers nothing: without a limit it would be waited for a minute.
    return "exec nc -G 10 " + quote(address) + " " + port;
  }

  String delete(String name) {
    return of(name, OURS + DELETE);
  }
}
