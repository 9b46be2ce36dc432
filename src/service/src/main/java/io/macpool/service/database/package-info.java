/**
 * Databases of services: where one is, and when an embedded one has closed itself.
 *
 * <p>Must not be here: tables and statements, which belong to a service; drivers and pools.
 */
@NullMarked
package io.macpool.service.database;

import org.jspecify.annotations.NullMarked;
