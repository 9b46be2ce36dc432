package io.macpool.service.sentry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.macpool.core.PeerUrl;
import io.macpool.service.BuildInfo;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.sentry.Sentry;
import io.sentry.SentryEvent;
import io.sentry.SentryOptions;
import io.sentry.logback.SentryAppender;
import io.sentry.protocol.Message;
import io.sentry.protocol.SentryException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends every log line of level ERROR to Sentry, if a DSN is set, without any secret. Set up for
 * the whole process, as logs are; a Sentry that does not answer costs a line and nothing else:
 * events wait in a short queue and are dropped when it is full.
 */
public final class ErrorReports implements AutoCloseable {

  public static final Setting<Secret> DSN =
      Setting.secret(
              "SENTRY_DSN",
              "Sentry's https://KEY@host/PROJECT: errors in the log are reported there, too,"
                  + " without secrets")
          .also("SENTRY_DSN");

  public static final Setting<String> ENVIRONMENT =
      Setting.text("SENTRY_ENVIRONMENT", "what Sentry calls this installation")
          .also("SENTRY_ENVIRONMENT");

  private static final long FLUSH_MILLIS = 2_000;

  private final SentryAppender appender;

  private ErrorReports(SentryAppender appender) {
    this.appender = appender;
  }

  /**
   * Begins to report if a DSN is among the settings.
   *
   * @throws SettingsException if the DSN is not one
   */
  public static Optional<ErrorReports> start(Settings settings, BuildInfo build) {
    Optional<Secret> dsn = settings.find(DSN);
    dsn.ifPresent(ErrorReports::check);
    return dsn.map(secret -> start(secret, settings, build));
  }

  private static void check(Secret dsn) {
    try {
      PeerUrl url = PeerUrl.parseHttp(dsn.reveal());
      if (url.user().isEmpty() || url.path().length() < 2) {
        throw new IllegalArgumentException("must have the form https://KEY@host/PROJECT");
      }
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of("SENTRY_DSN: " + e.getMessage()));
    }
  }

  private static ErrorReports start(Secret dsn, Settings settings, BuildInfo build) {
    SecretMask mask = new SecretMask(settings.secrets());
    SentryOptions options = new SentryOptions();
    options.setDsn(dsn.reveal().strip());
    options.setRelease(build.service() + "@" + build.version());
    settings.find(ENVIRONMENT).ifPresent(options::setEnvironment);
    options.setTag("service", build.service());
    options.setMaxBreadcrumbs(0);
    options.setSendDefaultPii(false);
    options.setEnableAutoSessionTracking(false);
    options.setShutdownTimeoutMillis(FLUSH_MILLIS);
    options.setBeforeSend((event, hint) -> masked(event, mask));
    SentryAppender appender = new SentryAppender();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    appender.setContext(context);
    appender.setName("sentry");
    appender.setOptions(options);
    appender.setMinimumEventLevel(Level.ERROR);
    appender.setMinimumBreadcrumbLevel(Level.OFF);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    return new ErrorReports(appender);
  }

  private static SentryEvent masked(SentryEvent event, SecretMask mask) {
    Message message = event.getMessage();
    if (message != null) {
      message.setFormatted(mask.mask(message.getFormatted()));
      message.setMessage(mask.mask(message.getMessage()));
      message.setParams(
          message.getParams() == null
              ? null
              : message.getParams().stream().map(mask::mask).toList());
    }
    if (event.getExceptions() != null) {
      for (SentryException exception : event.getExceptions()) {
        exception.setValue(mask.mask(exception.getValue()));
      }
    }
    if (event.getContexts().get("MDC") instanceof Map<?, ?> keys) {
      Map<String, String> safe = new LinkedHashMap<>();
      keys.forEach((key, value) -> safe.put(String.valueOf(key), mask.mask(String.valueOf(value))));
      event.getContexts().put("MDC", safe);
    }
    return event;
  }

  /** Sends what waits, for at most two seconds, and reports no more. */
  @Override
  public void close() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(appender);
    appender.stop();
    Sentry.flush(FLUSH_MILLIS);
    Sentry.close();
  }
}
