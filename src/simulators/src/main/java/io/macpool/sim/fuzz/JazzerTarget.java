package io.macpool.sim.fuzz;

import java.lang.reflect.Constructor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Jazzer calls, by these methods' names: a target of ours, whose class is its argument. */
public final class JazzerTarget {

  private static @Nullable FuzzTarget target;

  private JazzerTarget() {}

  public static void fuzzerInitialize(String[] arguments) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    target = (FuzzTarget) constructor.newInstance();
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(target, "target").play(input);
  }

  public static void fuzzerTearDown() throws Exception {
    Objects.requireNonNull(target, "target").close();
  }
}
