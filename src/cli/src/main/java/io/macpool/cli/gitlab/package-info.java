/** The stages of GitLab Runner's custom executor, each a process of its own. */
@NullMarked
package io.macpool.cli.gitlab;

import org.jspecify.annotations.NullMarked;
