package io.macpool.brain.tart.suspend;

/**
 * The texts of scripts about suspended guests, for POSIX's shell. They find {@code $t}, the
 * command; {@code $m}, the folder of what is ours; and {@code $n}, the VM.
 *
 * <p>Below {@code $m/suspended} lies, for each, a file with its name from before it is called so to
 * after its end: ledger, image, time, what the image was, and the Mac's build. Whoever takes or
 * destroys one makes the folder {@code NAME.taken} first, which succeeds once.
 */
public final class SuspendTexts {

  /** What names of suspended guests begin with. */
  public static final String PREFIX = "macpool-suspended-";

  /** There was none left to take. */
  public static final int NONE_LEFT = 91;

  /** It went on, and its SSH server did not answer in time. */
  public static final int NOT_RESUMED = 92;

  /** It is not suspended, or was not in time. */
  public static final int NOT_SUSPENDED = 93;

  /** What it writes of itself can't be written. */
  private static final int UNWRITABLE = 84;

  /** There is a VM of that name. */
  private static final int TAKEN = 81;

  private static final int LOOKS_A_SECOND = 2;

  /**
   * Tells which state of an image there is now: the disk's file, or the digest that a tag means.
   * Where neither is found it is not known.
   */
  public static final String IDENTITY =
      """
      identity() {
        h=${TART_HOME:-$HOME/.tart}
        case "$1" in
          *@*) b=${1##*@};;
          */*) b=$(readlink "$h/cache/OCIs/${1%:*}/${1##*:}" 2>/dev/null); b=${b##*/};;
          *) b=$(ls -i "$h/vms/$1/disk.img" 2>/dev/null | tr -s ' ' | sed 's/^ //; s/ .*//');;
        esac
        echo "${b:--}"
      }
      """;

  /** A part of the report. */
  public static final String REPORT =
      """
      for f in "$m"/suspended/*; do
        [ -f "$f" ] || continue
        l= i= d= o= b= x=-
        read -r l i d o b <"$f"
        [ -d "$f.taken" ] && { x=0; [ -f "$f.taken/at" ] && read -r x <"$f.taken/at"; }
        echo "kept ${f##*/} $l $i $d $o $b $(identity "$i") $x"
      done
      """;

  /** Notes before a clone of {@code $i} that it is to be suspended one day. */
  public static final String INTEND =
      """
      mkdir -p "$m/runs" &&
        echo "$i $(identity "$i") $(sw_vers -buildVersion 2>/dev/null || echo -)" >"$m/runs/$n.keep" ||
        exit 84
      """;

  private static final String TAKE =
      """
      all=$("$t" list --quiet) || exit 1
      printf '%%s\\n' "$all" | grep -qxF -e "$n" && exit %d
      mkdir -p "$m/marks" "$m/runs" && echo "$k" >"$m/marks/$n" || exit %d
      for s in %s; do
        [ -f "$m/suspended/$s" ] && mkdir "$m/suspended/$s.taken" 2>/dev/null || continue
        date +%%s >"$m/suspended/$s.taken/at"
        "$t" rename "$s" "$n" || continue
        rm -f "$m/suspended/$s" "$m/suspended/$s.taken/at"
        rmdir "$m/suspended/$s.taken"
        exit 0
      done
      rm -f "$m/marks/$n"
      exit %d
      """;

  /** Says, when it succeeds, which image the guest is of. */
  private static final String SUSPEND =
      """
      s=%s$n
      [ -f "$m/runs/$n.keep" ] && read -r i o b <"$m/runs/$n.keep" || exit %d
      read -r l k <"$m/marks/$n"
      "$t" list --quiet | grep -qxF -e "$s" && exit %d
      "$t" suspend "$n" || exit 1
      k=0
      ended=0
      while [ $k -lt %d ]; do
        k=$((k + 1))
        sleep 0.5
        [ -f "$m/runs/$n.end" ] || continue
        "$t" get "$n" --format json | tr -d ' \\n' | grep -q '"State":"suspended"' && ended=1 && break
        break
      done
      [ $ended = 1 ] || exit %d
      mkdir -p "$m/suspended" && echo "$l $i $(date +%%s) $o $b" >"$m/suspended/$s" || exit %d
      "$t" rename "$n" "$s" || { c=$?; rm -f "$m/suspended/$s"; exit $c; }
      rm -f "$m/marks/$n" "$m/runs/$n.start" "$m/runs/$n.end" "$m/runs/$n.log" "$m/runs/$n.keep"
      echo "suspended $i"
      """;

  /** One that somebody takes just now is left to him, unless he was to have it long ago. */
  private static final String DISCARD =
      """
      [ -f "$m/suspended/$n" ] || exit 0
      mkdir "$m/suspended/$n.taken" 2>/dev/null || [ -n "%s" ] || exit 0
      date +%%s >"$m/suspended/$n.taken/at"
      all=$("$t" list --quiet --source local) || exit 1
      if printf '%%s\\n' "$all" | grep -qxF -e "$n"; then
        "$t" delete "$n" || exit $?
      fi
      rm -f "$m/suspended/$n" "$m/suspended/$n.taken/at"
      rmdir "$m/suspended/$n.taken"
      """;

  private static final String ANSWERS =
      """
      k=0
      while [ $k -lt %d ]; do
        k=$((k + 1))
        sleep 0.5
        if [ -f "$m/runs/$n.end" ]; then
          tail -c 2000 "$m/runs/$n.log"
          exit %d
        fi
        a=$("$t" ip "$n" --resolver %s 2>/dev/null) || continue
        nc -z -G 1 "$a" %d >/dev/null 2>&1 && exit 0
      done
      exit %d
      """;

  private SuspendTexts() {}

  /**
   * Renames the first of these that can be had to {@code $n}, which then bears the mark {@code $k}.
   *
   * @param names of suspended guests, quoted
   */
  public static String take(String names) {
    return TAKE.formatted(TAKEN, UNWRITABLE, names, NONE_LEFT);
  }

  /**
   * Suspends one that was intended for it, and gives it a name of its own once it is.
   *
   * @param seconds the longest that it may take
   */
  public static String suspend(long seconds) {
    return SUSPEND.formatted(
        PREFIX, NOT_SUSPENDED, TAKEN, seconds * LOOKS_A_SECOND, NOT_SUSPENDED, UNWRITABLE);
  }

  /** Waits, after a start, for the guest's SSH server; ends early if its {@code run} does. */
  public static String answers(long seconds, String resolver, int port) {
    return ANSWERS.formatted(seconds * LOOKS_A_SECOND, NOT_RESUMED, resolver, port, NOT_RESUMED);
  }

  /**
   * Destroys a suspended guest.
   *
   * @param stale whether somebody took it so long ago that he will not come back
   */
  public static String discard(boolean stale) {
    return DISCARD.formatted(stale ? "stale" : "");
  }
}
