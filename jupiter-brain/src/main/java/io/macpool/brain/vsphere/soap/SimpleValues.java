package io.macpool.brain.vsphere.soap;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/** XML Schema's simple types as vim25 uses them, and enums by their constants' names. */
final class SimpleValues {

  private SimpleValues() {}

  /** The constant of that name; null for one that came after ours. */
  static @Nullable Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name) || constant.toString().equals(name)) {
        return constant;
      }
    }
    return null;
  }

  /** The text as a value of the type; null if it can't be read as one. */
  static @Nullable Object parse(Class<?> type, String raw) {
    String text = raw.strip();
    try {
      Class<?> boxed = boxed(type);
      if (boxed == String.class) {
        return raw;
      } else if (boxed == Boolean.class) {
        return text.equals("true") || text.equals("1");
      } else if (boxed == Integer.class) {
        return Integer.valueOf(text);
      } else if (boxed == Long.class) {
        return Long.valueOf(text);
      } else if (boxed == Short.class) {
        return Short.valueOf(text);
      } else if (boxed == Byte.class) {
        return Byte.valueOf(text);
      } else if (boxed == Float.class) {
        return Float.valueOf(text);
      } else if (boxed == Double.class) {
        return Double.valueOf(text);
      } else if (boxed == Calendar.class) {
        return calendar(text);
      }
      return boxed == Object.class ? raw : null;
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      return null; // one unreadable field must not cost the whole answer
    }
  }

  private static Calendar calendar(String text) {
    OffsetDateTime time =
        text.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
            ? OffsetDateTime.parse(text)
            : LocalDateTime.parse(text).atOffset(ZoneOffset.UTC);
    GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
    calendar.setTimeInMillis(time.toInstant().toEpochMilli());
    return calendar;
  }

  /** The type itself, or the class that holds a primitive one. */
  static Class<?> boxed(Class<?> type) {
    return type.isPrimitive()
        ? java.lang.invoke.MethodType.methodType(type).wrap().returnType()
        : type;
  }
}
