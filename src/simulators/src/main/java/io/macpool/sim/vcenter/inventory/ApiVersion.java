package io.macpool.sim.vcenter.inventory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of the interface that a client speaks, from its SOAPAction. What came later is hidden
 * from it, as vCenter hides it; a client that names none is taken for an old one.
 */
public record ApiVersion(int major, int minor) {

  static final ApiVersion OLD = new ApiVersion(2, 5);

  private static final Pattern ACTION = Pattern.compile("urn:vim25/(\\d{1,3})\\.(\\d{1,3}).*");

  public static ApiVersion ofAction(String soapAction) {
    if (soapAction == null) {
      return OLD;
    }
    Matcher matcher = ACTION.matcher(soapAction.replace("\"", ""));
    return matcher.matches()
        ? new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
        : OLD;
  }

  /** InstantClone_Task, runtime.instantCloneFrozen and config.createDate came with 6.7. */
  public boolean knowsInstantClone() {
    return major > 6 || (major == 6 && minor >= 7);
  }
}
