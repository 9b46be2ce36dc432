package io.macpool.brain.vsphere;

import com.vmware.vim25.OptionValue;
import io.macpool.core.fleet.Mark;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A clone's mark, as it stands among the extra settings of its VM. */
final class Marks {

  static final String LEDGER = "macpool.ledger";
  static final String INSTANCE = "macpool.instance";

  private Marks() {}

  /** What a clone is given. An image that was made from a clone has a mark: this replaces it. */
  static OptionValue[] of(Mark mark) {
    return new OptionValue[] {setting(LEDGER, mark.ledger()), setting(INSTANCE, mark.instance())};
  }

  private static OptionValue setting(String key, String value) {
    OptionValue setting = new OptionValue();
    setting.key = key;
    setting.value = value;
    return setting;
  }

  /** Empty if there is none, or only half of one. */
  static Optional<Mark> in(@Nullable Object extraConfig) {
    if (!(extraConfig instanceof OptionValue[] settings)) {
      return Optional.empty();
    }
    Map<String, String> ours = new HashMap<>();
    for (OptionValue setting : settings) {
      if (setting != null && setting.value instanceof String value) {
        ours.put(setting.key, value);
      }
    }
    String ledger = ours.get(LEDGER);
    String instance = ours.get(INSTANCE);
    return ledger == null || instance == null
        ? Optional.empty()
        : Optional.of(new Mark(ledger, instance));
  }
}
