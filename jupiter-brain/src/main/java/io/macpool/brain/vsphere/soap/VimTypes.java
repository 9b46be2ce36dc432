package io.macpool.brain.vsphere.soap;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** vim25's data classes by name, and their fields in the order of the schema. */
final class VimTypes {

  private static final String PACKAGE = "com.vmware.vim25.";
  private static final Map<String, Class<?>> CLASSES = new ConcurrentHashMap<>();
  private static final Map<Class<?>, Map<String, Field>> FIELDS = new ConcurrentHashMap<>();

  private static final Map<String, Class<?>> SIMPLE =
      Map.ofEntries(
          Map.entry("string", String.class),
          Map.entry("int", Integer.class),
          Map.entry("long", Long.class),
          Map.entry("short", Short.class),
          Map.entry("byte", Byte.class),
          Map.entry("float", Float.class),
          Map.entry("double", Double.class),
          Map.entry("boolean", Boolean.class),
          Map.entry("dateTime", java.util.Calendar.class),
          Map.entry("Calendar", java.util.Calendar.class), // as the stubs call it
          Map.entry("anyURI", String.class),
          Map.entry("anyType", Object.class));

  private VimTypes() {}

  /**
   * The class of a type, with or without a prefix such as {@code xsd:}; empty if there is none.
   * Only names that look like a vim25 type are ever looked up.
   */
  static Optional<Class<?>> find(String type) {
    String name = type.substring(type.indexOf(':') + 1);
    Class<?> simple = SIMPLE.get(name);
    if (simple != null) {
      return Optional.of(simple);
    }
    if (!name.matches("[A-Z][A-Za-z0-9]{0,100}")) {
      return Optional.empty();
    }
    // What there is no class for is not kept, or an answer could fill the memory with names.
    return Optional.ofNullable(CLASSES.computeIfAbsent(name, VimTypes::load));
  }

  private static @Nullable Class<?> load(String name) {
    try {
      return Class.forName(PACKAGE + name, false, VimTypes.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  /** Public fields by name, a superclass's first, as the schema's sequence wants it. */
  static Map<String, Field> fields(Class<?> type) {
    return FIELDS.computeIfAbsent(type, VimTypes::collect);
  }

  private static Map<String, Field> collect(Class<?> type) {
    Deque<Class<?>> lineage = new ArrayDeque<>();
    for (Class<?> c = type; c != null && c.getName().startsWith(PACKAGE); c = c.getSuperclass()) {
      lineage.push(c);
    }
    Map<String, Field> fields = new LinkedHashMap<>();
    for (Class<?> c : lineage) {
      for (Field field : c.getDeclaredFields()) {
        if (Modifier.isPublic(field.getModifiers()) && !Modifier.isStatic(field.getModifiers())) {
          fields.put(field.getName(), field);
        }
      }
    }
    return fields;
  }
}
