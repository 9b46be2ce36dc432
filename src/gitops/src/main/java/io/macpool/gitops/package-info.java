/** The program {@code gitops}: its entry point alone. Each command is a class of {@code cli}. */
@NullMarked
package io.macpool.gitops;

import org.jspecify.annotations.NullMarked;
