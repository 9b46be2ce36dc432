package io.macpool.interleavings;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What {@link FaultVisitor} calls instead of the methods of these names, which take one step. */
public final class TwoSteps {

  static final Set<String> OF_MAPS =
      Set.of("putIfAbsent", "computeIfAbsent", "compute", "merge", "remove", "replace");

  private TwoSteps() {}

  public static boolean compareAndSet(AtomicBoolean atomic, boolean expected, boolean next) {
    boolean equal = atomic.get() == expected;
    if (equal) {
      atomic.set(next);
    }
    return equal;
  }

  public static boolean compareAndSet(AtomicInteger atomic, int expected, int next) {
    boolean equal = atomic.get() == expected;
    if (equal) {
      atomic.set(next);
    }
    return equal;
  }

  public static boolean compareAndSet(
      AtomicReference<Object> atomic, Object expected, Object next) {
    boolean equal = atomic.get() == expected;
    if (equal) {
      atomic.set(next);
    }
    return equal;
  }

  public static Object putIfAbsent(Map<Object, Object> map, Object key, Object value) {
    Object before = map.get(key);
    if (before == null) {
      map.put(key, value);
    }
    return before;
  }

  public static Object computeIfAbsent(
      Map<Object, Object> map, Object key, Function<Object, Object> value) {
    Object before = map.get(key);
    if (before != null) {
      return before;
    }
    Object made = value.apply(key);
    if (made != null) {
      map.put(key, made);
    }
    return made;
  }

  public static Object compute(
      Map<Object, Object> map, Object key, BiFunction<Object, Object, Object> change) {
    return put(map, key, change.apply(key, map.get(key)));
  }

  public static Object merge(
      Map<Object, Object> map, Object key, Object value, BiFunction<Object, Object, Object> both) {
    Object before = map.get(key);
    return put(map, key, before == null ? value : both.apply(before, value));
  }

  private static Object put(Map<Object, Object> map, Object key, Object value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
    return value;
  }

  public static Object remove(Map<Object, Object> map, Object key) {
    Object before = map.get(key);
    map.remove(key);
    return before;
  }

  public static boolean remove(Map<Object, Object> map, Object key, Object value) {
    boolean equal = value.equals(map.get(key));
    if (equal) {
      map.remove(key);
    }
    return equal;
  }

  public static Object replace(Map<Object, Object> map, Object key, Object value) {
    Object before = map.get(key);
    if (before != null) {
      map.put(key, value);
    }
    return before;
  }

  public static void lock(Lock lock) {}

  public static boolean tryLock(Lock lock) {
    return true;
  }

  public static void unlock(Lock lock) {}
}
