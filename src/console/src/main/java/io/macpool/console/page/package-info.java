/**
 * What viewers see. Begin with {@code Page}.
 *
 * <p>What always holds: text of a peer's reaches a page by {@code Html} alone.
 */
@NullMarked
package io.macpool.console.page;

import org.jspecify.annotations.NullMarked;
