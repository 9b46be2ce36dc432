/**
 * The frame that every benchmark is run in: what one is, what it measures, and how that is told.
 *
 * <p>Each part of macpool has a package of its own below this one. Here belongs only what all of
 * them need. A figure is worth most as a ratio to a baseline taken in the same run, for that ratio
 * holds on another machine too; nothing here fails a build for being slow.
 */
package io.macpool.bench;
