/**
 * Rules over secrets in Git, and the form that SOPS gives to them. Entry: {@link
 * io.macpool.gitops.check.secret.NoClearSecrets}.
 *
 * <p>Invariants: a value is encrypted or it is the name of a Secret; no message of a problem holds
 * a value that may be secret.
 */
@NullMarked
package io.macpool.gitops.check.secret;

import org.jspecify.annotations.NullMarked;
