package io.macpool.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says a failure in words for a person. Many of the JDK's have no message, or a path alone: what
 * they mean is in the name of their class.
 */
public final class FailureWords {

  private static final int DEEPEST = 20;
  private static final int LONGEST = 1_000;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final String CONNECT = "ConnectException";

  /** By the simple name of the class: not all of them are the JDK's. */
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry(CONNECT, "connection refused"),
          Map.entry("UnresolvedAddressException", "there is no such host"),
          Map.entry("UnknownHostException", "there is no such host"),
          Map.entry("NoRouteToHostException", "there is no way to that host"),
          Map.entry("HttpConnectTimeoutException", "no connection in time"),
          Map.entry("HttpTimeoutException", "no answer in time"),
          Map.entry("SocketTimeoutException", "no answer in time"),
          Map.entry("TimeoutException", "no answer in time"),
          Map.entry("NoSuchFileException", "there is no such file"),
          Map.entry("NotDirectoryException", "it is no directory"),
          Map.entry("FileAlreadyExistsException", "a file is in its place"),
          Map.entry("AccessDeniedException", "this process may not read or write it"));

  private FailureWords() {}

  /**
   * Why it failed: the deepest cause whose class says it, else the deepest one's message. A connect
   * that failed for another reason than a refusal has that reason as its message.
   */
  public static String of(Throwable failure) {
    Deque<Throwable> causes = new ArrayDeque<>();
    for (Throwable each = failure;
        each != null && causes.size() < DEEPEST;
        each = each.getCause()) {
      causes.push(each);
    }
    return causes.stream()
        .map(FailureWords::byClass)
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> causes.stream().map(FailureWords::message).flatMap(Optional::stream).findFirst())
        .orElseGet(() -> causes.peek().getClass().getSimpleName());
  }

  /**
   * What a peer said, fit for a log or a terminal: without control characters, and no longer than
   * 1,000 characters.
   */
  public static String printable(String said) {
    String cut = said.length() <= LONGEST ? said : said.substring(0, LONGEST) + "...";
    return CONTROL.matcher(cut).replaceAll("?");
  }

  private static Optional<String> byClass(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    boolean otherReason =
        name.equals(CONNECT)
            && message(failure).filter(text -> !text.contains("refused")).isPresent();
    return otherReason ? message(failure) : Optional.ofNullable(WORDS.get(name));
  }

  private static Optional<String> message(Throwable failure) {
    return Optional.ofNullable(failure.getMessage()).filter(text -> !text.isBlank());
  }
}
