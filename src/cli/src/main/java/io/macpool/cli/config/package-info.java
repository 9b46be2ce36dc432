/** Which broker a command speaks with, by which token, and how its guests are logged in to. */
@NullMarked
package io.macpool.cli.config;

import org.jspecify.annotations.NullMarked;
