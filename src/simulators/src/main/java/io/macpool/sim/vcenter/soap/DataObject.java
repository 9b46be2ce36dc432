package io.macpool.sim.vcenter.soap;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An immutable vim25 data object: a type and fields in wire order. Field values are strings,
 * booleans, numbers, {@link java.time.Instant}s, {@link EnumValue}s, {@link MoRef}s, {@link
 * ArrayValue}s, {@link AnyValue}s and other data objects; an absent field is an unset one.
 */
public final class DataObject {

  private final String type;
  private final boolean derived;
  private final Map<String, Object> fields;

  private DataObject(String type, boolean derived, Map<String, Object> fields) {
    this.type = Objects.requireNonNull(type, "type");
    this.derived = derived;
    this.fields = fields;
  }

  /** Names and values in turn; a null value leaves the field unset. */
  public static DataObject of(String type, Object... namesAndValues) {
    return new DataObject(type, false, fields(namesAndValues));
  }

  /** As {@link #of}, for a type that stands where its base type is declared: it names itself. */
  public static DataObject derived(String type, Object... namesAndValues) {
    return new DataObject(type, true, fields(namesAndValues));
  }

  private static Map<String, Object> fields(Object... namesAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return fields;
  }

  public String type() {
    return type;
  }

  boolean derived() {
    return derived;
  }

  public Map<String, Object> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** The value of a field; null if unset. */
  public Object get(String field) {
    return fields.get(field);
  }

  /** A copy with one field set, or unset if {@code value} is null. */
  public DataObject with(String field, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(fields);
    if (value == null) {
      copy.remove(field);
    } else {
      copy.put(field, value);
    }
    return new DataObject(type, derived, copy);
  }

  /** A copy with the field at a dotted path set or unset. Every object on the way must be set. */
  public DataObject withPath(String path, Object value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return with(path, value);
    }
    String first = path.substring(0, dot);
    if (!(fields.get(first) instanceof DataObject child)) {
      if (value == null) {
        return this;
      }
      throw new IllegalArgumentException("no data object at " + first + " of " + type);
    }
    return with(first, child.withPath(path.substring(dot + 1), value));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DataObject that && type.equals(that.type) && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, fields);
  }

  @Override
  public String toString() {
    return type + fields;
  }
}
