package io.macpool.guest.ssh;

import org.apache.sshd.common.util.security.SecurityUtils;

/** Who does MINA's cryptography. */
final class SecurityProviders {

  private SecurityProviders() {}

  /**
   * BouncyCastle is there for key exchanges that the JDK has not; all else the JDK does faster. To
   * be called before anything of MINA's is used.
   */
  static void preferJdk() {
    SecurityUtils.setAPrioriDisabledProvider(SecurityUtils.BOUNCY_CASTLE, true);
  }
}
