/**
 * YAML that remembers its lines: every later message names file and line. Belongs here: reading.
 * Not here: what a document means.
 */
@NullMarked
package io.macpool.gitops.yaml;

import org.jspecify.annotations.NullMarked;
