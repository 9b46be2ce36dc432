package io.macpool.scaleset.github;

import io.macpool.service.setting.Secret;

/**
 * A runner that GitHub knows, before there is one.
 *
 * @param config what the runner's program has to be given
 */
public record JitRunner(long id, Secret config) {}
