/**
 * Rules over images: pinned, followed by automation in staging only, run by staging before
 * production. Entries are the rules, which {@code Checker} lists.
 *
 * <p>Invariants: images are compared by digest, never by tag; what an object names counts like what
 * a release names, written or rendered.
 */
@NullMarked
package io.macpool.gitops.check.image;

import org.jspecify.annotations.NullMarked;
