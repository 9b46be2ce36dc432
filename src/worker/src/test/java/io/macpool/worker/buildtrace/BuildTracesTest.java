package io.macpool.worker.buildtrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.WorkerSettings;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BuildTracesTest {

  private static Optional<BuildTraces> traces(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TRAVIS_WORKER_BUILD_API_URI", "https://build.example.org/script");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", "http://broker:42161");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH", "/nowhere/key");
    more.forEach((name, value) -> environment.put("TRAVIS_WORKER_BUILD_TRACE_" + name, value));
    return BuildTraces.of(
        WorkerSettings.SPEC.read(List.of(), environment),
        Clock.systemUTC(),
        Runnable::run,
        Runnable::run);
  }

  @Test
  void aPlaceAloneEnablesNothing() {
    assertThat(traces(Map.of("DIR", "/tmp"))).isEmpty();
    assertThat(traces(Map.of("ENABLED", "true"))).isEmpty();
  }

  @Test
  void aDirectoryComesBeforeABucket() {
    assertThat(traces(Map.of("ENABLED", "true", "DIR", "/tmp", "S3_BUCKET", "b")))
        .containsInstanceOf(TraceDirectory.class);
  }

  @Test
  void aBucketNeedsItsRegionAndAKeyAndWithoutThemTheWorkerRunsOn() {
    Map<String, String> bucket = new HashMap<>(Map.of("ENABLED", "true", "S3_BUCKET", "b"));
    assertThat(traces(bucket)).isEmpty();
    bucket.putAll(Map.of("S3_REGION", "eu-central-1", "S3_ACCESS_KEY_ID", "id"));
    assertThat(traces(bucket)).isEmpty();
    bucket.put("S3_SECRET_ACCESS_KEY", "key");
    assertThat(traces(bucket)).containsInstanceOf(TraceBucket.class);
  }
}
