/**
 * GitHub's runner scale set API, which GitHub does not document: tokens, scale sets, just-in-time
 * runners, the message session. Calls block, each within a deadline.
 *
 * <p>Must not be here: how many runners there should be, and what a runner runs on.
 */
@NullMarked
package io.macpool.scaleset.github;

import org.jspecify.annotations.NullMarked;
