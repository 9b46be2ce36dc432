package io.macpool.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The services that are measured: this build's, or another commit's by the same harness, as {@code
 * src/benchmarks/run} says in properties of the system.
 */
public final class MeasuredCode {

  private static final String CLASS_PATH = "macpool.bench.class-path";
  private static final String FLAGS = "macpool.bench.jvm-flags";

  private MeasuredCode() {}

  /** Where their classes are. */
  public static String classPath() {
    return System.getProperty(CLASS_PATH, System.getProperty("java.class.path"));
  }

  /** What the JVM is given in their images, and the heap that their goal names. */
  public static List<String> jvmFlags(int heapMebibytes) {
    List<String> flags = new ArrayList<>();
    flags.addAll(List.of(System.getProperty(FLAGS, "-XX:+UseSerialGC").split(" ", -1)));
    flags.add("-Xmx" + heapMebibytes + "m");
    // The simulators' class path has a library of slow ciphers that a worker's has not.
    flags.add("-Dorg.apache.sshd.security.provider.BC.enabled=false");
    return flags;
  }
}
