/**
 * What a rule is, what it looks at, and what it tells. Entry: {@link
 * io.macpool.gitops.check.rule.Rule}.
 *
 * <p>Invariants: a rule is a function of the inspection: it keeps nothing and changes nothing; what
 * more than one rule needs is worked out once, in the inspection; a problem names file, line and
 * remedy.
 */
@NullMarked
package io.macpool.gitops.check.rule;

import org.jspecify.annotations.NullMarked;
