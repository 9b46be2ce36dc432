package io.macpool.scaleset;

import io.macpool.scaleset.github.RunnerService;
import io.macpool.service.setting.Settings;
import java.util.OptionalLong;

/**
 * The scale set's id, asked for when it is first needed, and made if there is none. Thread-safe.
 */
final class ScaleSetId {

  private final RunnerService service;
  private final Settings settings;
  private OptionalLong known = OptionalLong.empty();

  ScaleSetId(RunnerService service, Settings settings) {
    this.service = service;
    this.settings = settings;
  }

  /** Blocks at first; fails as the service's calls do. */
  synchronized long get() {
    if (known.isEmpty()) {
      known =
          OptionalLong.of(
              service.scaleSet(
                  settings.get(ScaleSetSettings.NAME),
                  settings.get(ScaleSetSettings.RUNNER_GROUP),
                  settings.get(ScaleSetSettings.LABELS)));
    }
    return known.getAsLong();
  }

  /** It is none any more. */
  synchronized void forget() {
    known = OptionalLong.empty();
  }
}
