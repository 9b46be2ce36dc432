package io.macpool.brain.tart;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.hypervisor.HypervisorFailure.Refused;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.core.fleet.fault.FailureScope;
import java.util.List;
import java.util.Locale;

/** What a command that failed means: mostly only its text tells. */
final class TartRefusal {

  static final String SYSTEM_LIMIT = "SystemLimit";

  private static final int LONGEST = 600;
  private static final int NOT_FOUND = 127;

  /** How macOS says it, in one call or another. */
  private static final List<String> NO_SPACE =
      List.of("volume is full", "no space left", "enough space", "out of space");

  private TartRefusal() {}

  /**
   * The failure that it is.
   *
   * @param what was asked for, and of which Mac
   */
  static HypervisorFailure of(String what, CommandResult result) {
    String said = (result.err().strip() + " " + result.out().strip()).strip();
    String text = said.toLowerCase(Locale.ROOT);
    if (said.length() > LONGEST) {
      said = said.substring(said.length() - LONGEST);
    }
    String message = what + ": " + (said.isEmpty() ? "it ended with " + result.code() : said);
    if (result.code() == MacScripts.TAKEN) {
      return refused(Refused.NAME_TAKEN, FailureScope.UNCLEAR, false, what + ": it is there");
    }
    if (result.code() == MacScripts.ABSENT || text.contains("does not exist")) {
      return new HypervisorFailure.Absent(what + ": there is no such VM or image", null);
    }
    if (result.code() == MacScripts.UNWRITABLE) {
      return refused("Unwritable", FailureScope.HOST, false, message + ": see ~/.macpool there");
    }
    if (result.code() == MacScripts.NOT_OURS) {
      return refused("NotOurs", FailureScope.REQUEST, false, what + ": it bears no mark of ours");
    }
    if (result.code() == NOT_FOUND) {
      return refused(
          "TartMissing", FailureScope.HOST, false, message + ": install tart, or give its path");
    }
    if (text.contains("exceeds the system limit") || text.contains("vzerrordomain code=6 ")) {
      return refused(SYSTEM_LIMIT, FailureScope.HOST, true, message);
    }
    if (text.contains("is running")) {
      return refused(Refused.WRONG_POWER, FailureScope.UNCLEAR, false, message);
    }
    if (text.contains("vzerrordomain code=1 ")) {
      return refused(
          "StartFailed",
          FailureScope.HOST,
          true,
          message
              + " (guests of macOS 15.2 and later need a login session or an unlocked login"
              + " keychain: log that user in, or run security unlock-keychain)");
    }
    if (NO_SPACE.stream().anyMatch(text::contains)) {
      return refused("NoSpace", FailureScope.HOST, true, message);
    }
    return refused("TartFailed", FailureScope.UNCLEAR, true, message);
  }

  private static Refused refused(String kind, FailureScope scope, boolean begun, String message) {
    return new Refused(kind, scope, begun, message, null);
  }
}
