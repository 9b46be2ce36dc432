package io.macpool.console;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.console.access.TrustedProxies;
import io.macpool.console.jobs.JobState;
import io.macpool.console.queue.JobFeed;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings as the console's parts take them; each method refuses what its part can't use. */
record ConsoleOptions(Settings settings) {

  private static final int SHORTEST_TOKEN = 16;

  BrokerEndpoint endpoint() {
    try {
      return BrokerEndpoint.parse(settings.get(ConsoleSettings.BROKER_URL).reveal());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.BROKER_URL.flag() + ": " + e.getMessage()));
    }
  }

  Secret token() {
    Secret token = settings.get(ConsoleSettings.TOKEN);
    if (token.reveal().length() < SHORTEST_TOKEN) {
      throw new SettingsException(
          List.of(
              ConsoleSettings.TOKEN.flag()
                  + ": is shorter than "
                  + SHORTEST_TOKEN
                  + " characters"));
    }
    return token;
  }

  DatabaseAddress database() {
    try {
      return settings
          .find(ConsoleSettings.DATABASE_URL)
          .map(DatabaseAddress::postgres)
          .orElseGet(
              () -> DatabaseAddress.file(Path.of(settings.get(ConsoleSettings.HISTORY_FILE))));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.DATABASE_URL.flag() + ": " + e.getMessage()));
    }
  }

  TrustedProxies proxies() {
    Optional<String> header = settings.find(ConsoleSettings.VIEWER_HEADER);
    Optional<String> ranges = settings.find(ConsoleSettings.PROXY_ADDRESSES);
    if (header.isPresent() && ranges.isEmpty()) {
      throw new SettingsException(
          List.of(
              ConsoleSettings.VIEWER_HEADER.flag()
                  + ": anybody could send it; name the proxies by "
                  + ConsoleSettings.PROXY_ADDRESSES.flag()));
    }
    try {
      return ranges.map(each -> TrustedProxies.of(each, header)).orElseGet(TrustedProxies::none);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          List.of(ConsoleSettings.PROXY_ADDRESSES.flag() + ": " + e.getMessage()));
    }
  }

  /** Where jobs are heard of, if anywhere. */
  Optional<JobFeed> feed(Consumer<JobState> listener, Clock clock) {
    try {
      return settings
          .find(ConsoleSettings.AMQP_URI)
          .map(
              uri ->
                  new JobFeed(
                      uri, settings.get(ConsoleSettings.JOB_EVENTS_EXCHANGE), listener, clock));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of(ConsoleSettings.AMQP_URI.flag() + ": " + e.getMessage()));
    }
  }
}
