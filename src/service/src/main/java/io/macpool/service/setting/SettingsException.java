package io.macpool.service.setting;

import java.util.List;

/** The settings can't be used; the message holds every problem, a line each. */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SettingsException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
  }
}
