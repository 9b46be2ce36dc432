/** The program {@code gitops}: its entry point alone. Each command is a class of {@code cli}. */
package io.macpool.gitops;
