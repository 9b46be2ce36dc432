package io.macpool.sandbox.endurance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.macpool.sandbox.endurance.Reading.Measure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProcessReaderTest {

  @Test
  void whatTheGenerationsHoldAddsUp() {
    String printed =
        """
        4810:
         def new generation   total 19648K, used 1024K [0x00, 0x01, 0x02)
          eden space 17472K,   5% used [0x00, 0x01, 0x02)
         tenured generation   total 43712K, used 2048K [0x00, 0x01, 0x02)
           the space 43712K,   5% used [0x00, 0x01, 0x02, 0x03)
         Metaspace       used 8926K, committed 9088K, reserved 1114112K
        """;
    assertThat(ProcessReader.heapUsed(printed)).contains(3.0);
    assertThat(ProcessReader.heapUsed("4810:\nno such command")).isEmpty();
  }

  @Test
  void aProcessIsReadWhereTheSystemTells() throws Exception {
    assumeThat(Files.isDirectory(Path.of("/proc/self/fd"))).as("a Linux").isTrue();
    Reading reading =
        ProcessReader.read("test", ProcessHandle.current(), Instant.now()).orElseThrow();
    assertThat(reading.used().keySet()).contains(Measure.THREADS, Measure.HANDLES);
    assertThat(reading.used().get(Measure.THREADS)).isGreaterThan(3);
    assertThat(reading.age()).isPositive();
  }
}
