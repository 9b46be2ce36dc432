/**
 * Settings from flags, environment and files: a service declares them once ({@code SettingsSpec}),
 * and its help, its documents and its errors follow. Begin with {@code Setting}.
 *
 * <p>What always holds: all faults of a start are told at once, and a secret's value is never
 * printed.
 */
@NullMarked
package io.macpool.service.setting;

import org.jspecify.annotations.NullMarked;
