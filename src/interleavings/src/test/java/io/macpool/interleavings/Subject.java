package io.macpool.interleavings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which classes a {@link Harness} looks at, and the fault by which it is itself looked at. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Subject {

  /** Each step of theirs that another thread could see is one that a schedule may come between. */
  Class<?>[] value();

  /** What is taken out of the first of them, for the harness to find. */
  Fault planted();
}
