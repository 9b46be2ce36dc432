/** Which broker a command speaks with, by which token, and how its guests are logged in to. */
package io.macpool.cli.config;
