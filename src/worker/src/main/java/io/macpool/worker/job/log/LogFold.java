package io.macpool.worker.job.log;

/** A part of a log that the reader's browser folds away. */
public final class LogFold {

  private static final String CLEAR = "\r\u001b[0K";

  private LogFold() {}

  public static String of(String name, String title, String... lines) {
    StringBuilder text = new StringBuilder();
    text.append("travis_fold:start:").append(name).append(CLEAR);
    text.append("\u001b[33;1m").append(title).append("\u001b[0m\n");
    for (String line : lines) {
      text.append(line).append('\n');
    }
    return text.append("travis_fold:end:").append(name).append(CLEAR).toString();
  }
}
