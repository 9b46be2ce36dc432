package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.MethodFault;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads vim25's answers into yavijava's data classes. Fields, types and enum constants that the
 * classes don't have are skipped, so that a newer vCenter's answer loses only what we could not
 * have used. No DTD is accepted, so no entity is ever resolved.
 */
final class VimXmlReader {

  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
  private static final int DEEPEST = 200;
  private static final XMLInputFactory FACTORY = safeFactory();

  private final XMLStreamReader xml;
  private int depth;

  private VimXmlReader(XMLStreamReader xml) {
    this.xml = xml;
  }

  /**
   * Reads what a method returned: the object of type {@code returnType} (an array for a name that
   * ends in {@code []}), or null if it returned nothing.
   *
   * @param returnType null for a method without a result
   * @throws SoapFault if the answer is a fault
   * @throws XMLStreamException if it is not a SOAP envelope
   */
  static Object read(byte[] answer, String returnType) throws SoapFault, XMLStreamException {
    XMLStreamReader stream = FACTORY.createXMLStreamReader(new ByteArrayInputStream(answer));
    try {
      return new VimXmlReader(stream).envelope(returnType);
    } finally {
      stream.close();
    }
  }

  private static XMLInputFactory safeFactory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("external entities are not allowed");
        });
    return factory;
  }

  private Object envelope(String returnType) throws SoapFault, XMLStreamException {
    if (!nextElement() || !xml.getLocalName().equals("Envelope")) {
      throw new XMLStreamException("the answer is not a SOAP envelope");
    }
    while (nextElement() && !xml.getLocalName().equals("Body")) {
      skip();
    }
    if (!xml.isStartElement() || !nextElement()) {
      throw new XMLStreamException("the answer has no SOAP body");
    }
    if (xml.getLocalName().equals("Fault")) {
      throw fault();
    }
    if (!xml.getLocalName().endsWith("Response")) {
      throw new XMLStreamException("the answer holds neither a response nor a fault");
    }
    Object result = returnType == null ? nothing() : results(returnType);
    finish();
    return result;
  }

  private Object nothing() throws XMLStreamException {
    skip();
    return null;
  }

  private Object results(String returnType) throws XMLStreamException {
    boolean array = returnType.endsWith("[]");
    String type = array ? returnType.substring(0, returnType.length() - 2) : returnType;
    Class<?> declared = VimTypes.find(type).orElse(Object.class);
    List<Object> values = new ArrayList<>();
    while (nextElement()) {
      Object value = value(declared);
      if (value != null) {
        values.add(value);
      }
    }
    return array ? toArray(values, declared) : values.isEmpty() ? null : values.get(0);
  }

  /** Reads to the end, so that half an answer is not taken for a whole one. */
  private void finish() throws XMLStreamException {
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.DTD) {
        throw new XMLStreamException("the answer holds a document type");
      }
    }
  }

  private SoapFault fault() throws XMLStreamException {
    String message = "no message";
    String type = "SoapFault";
    MethodFault detail = null;
    while (nextElement()) {
      switch (xml.getLocalName()) {
        case "faultstring" -> message = text().strip();
        case "detail" -> {
          while (nextElement()) {
            detail = faultDetail();
            type = UnknownFault.typeOf(detail);
          }
        }
        default -> skip();
      }
    }
    return new SoapFault(type, message, detail);
  }

  private MethodFault faultDetail() throws XMLStreamException {
    String element = xml.getLocalName();
    String named = xml.getAttributeValue(XSI, "type");
    String type =
        named != null
            ? named.substring(named.indexOf(':') + 1)
            : element.endsWith("Fault") ? element.substring(0, element.length() - 5) : element;
    Optional<Class<?>> known =
        VimTypes.find(type).or(() -> VimTypes.find(element)).filter(VimXmlReader::isFault);
    if (known.isEmpty()) {
      skip();
      return new UnknownFault(type);
    }
    return (MethodFault) object(known.get());
  }

  private static boolean isFault(Class<?> type) {
    return MethodFault.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers());
  }

  /** Reads the element that the stream stands on; null if there is no way to hold it. */
  private Object value(Class<?> declared) throws XMLStreamException {
    if ("true".equals(xml.getAttributeValue(XSI, "nil"))) {
      return nothing();
    }
    String named = xml.getAttributeValue(XSI, "type");
    if (named == null) {
      return declared == Object.class ? text() : ofType(declared);
    }
    String type = named.substring(named.indexOf(':') + 1);
    if (type.startsWith("ArrayOf")) {
      return arrayOf(type.substring("ArrayOf".length()));
    }
    Optional<Class<?>> actual = VimTypes.find(type);
    if (actual.isPresent() && boxed(declared).isAssignableFrom(actual.get())) {
      return ofType(actual.get());
    }
    if (MethodFault.class.isAssignableFrom(declared)) {
      skip();
      return new UnknownFault(type);
    }
    if (declared == Object.class || Modifier.isAbstract(declared.getModifiers())) {
      return nothing();
    }
    return ofType(declared); // a type newer than ours: its base has what we know of it
  }

  private Object arrayOf(String element) throws XMLStreamException {
    String lower = Character.toLowerCase(element.charAt(0)) + element.substring(1);
    Optional<Class<?>> type = VimTypes.find(element).or(() -> VimTypes.find(lower));
    List<Object> values = new ArrayList<>();
    while (nextElement()) {
      Object value = value(type.orElse(Object.class));
      if (value != null) {
        values.add(value);
      }
    }
    return type.isPresent() ? toArray(values, type.get()) : null;
  }

  private Object ofType(Class<?> type) throws XMLStreamException {
    if (type == ManagedObjectReference.class) {
      ManagedObjectReference reference = new ManagedObjectReference();
      reference.type = xml.getAttributeValue(null, "type");
      reference.val = text();
      return reference;
    }
    if (type.isEnum()) {
      return constant(type, text().strip());
    }
    return type.getName().startsWith("com.vmware.vim25.") ? object(type) : simple(type, text());
  }

  private Object object(Class<?> type) throws XMLStreamException {
    Object instance;
    try {
      instance = type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      return nothing();
    }
    Map<String, List<Object>> repeated = new HashMap<>();
    Map<String, Field> fields = VimTypes.fields(type);
    while (nextElement()) {
      Field field = fields.get(xml.getLocalName());
      if (field == null) {
        skip();
      } else if (field.getType().isArray() && !isArrayElement(xml.getAttributeValue(XSI, "type"))) {
        Object element = value(field.getType().getComponentType());
        if (element != null) {
          repeated.computeIfAbsent(field.getName(), f -> new ArrayList<>()).add(element);
        }
      } else {
        assign(instance, field, value(field.getType()));
      }
    }
    repeated.forEach(
        (name, values) -> {
          Field field = fields.get(name);
          assign(instance, field, toArray(values, field.getType().getComponentType()));
        });
    return instance;
  }

  private static boolean isArrayElement(String type) {
    return type != null && type.substring(type.indexOf(':') + 1).startsWith("ArrayOf");
  }

  private static void assign(Object instance, Field field, Object value) {
    if (value == null || !boxed(field.getType()).isInstance(value)) {
      return; // stays as it is: unreadable and absent are the same to the reader of one field
    }
    try {
      field.set(instance, value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("a public field of vim25 can't be set: " + field, e);
    }
  }

  private static Object toArray(List<Object> values, Class<?> component) {
    List<Object> fitting = values.stream().filter(boxed(component)::isInstance).toList();
    Object array = Array.newInstance(component, fitting.size());
    for (int i = 0; i < fitting.size(); i++) {
      Array.set(array, i, fitting.get(i));
    }
    return array;
  }

  private static Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name) || constant.toString().equals(name)) {
        return constant;
      }
    }
    return null;
  }

  private static Object simple(Class<?> type, String raw) {
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
    } catch (NumberFormatException | DateTimeException e) {
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

  private static Class<?> boxed(Class<?> type) {
    return type.isPrimitive()
        ? java.lang.invoke.MethodType.methodType(type).wrap().returnType()
        : type;
  }

  /** Moves to the next child element; false at the parent's end. */
  private boolean nextElement() throws XMLStreamException {
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          depth++;
          if (depth > DEEPEST) {
            throw new XMLStreamException("the answer is nested deeper than " + DEEPEST);
          }
          return true;
        }
        case XMLStreamConstants.END_ELEMENT -> {
          depth--;
          return false;
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new XMLStreamException("the answer holds a document type or an entity");
        default -> {
          // white space, comments
        }
      }
    }
    return false;
  }

  /** Reads the text of the element and moves past its end. */
  private String text() throws XMLStreamException {
    StringBuilder text = new StringBuilder();
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
        case XMLStreamConstants.START_ELEMENT -> {
          depth++;
          skip();
        }
        case XMLStreamConstants.END_ELEMENT -> {
          depth--;
          return text.toString();
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new XMLStreamException("the answer holds a document type or an entity");
        default -> {
          // comments
        }
      }
    }
    throw new XMLStreamException("the answer ends within an element");
  }

  /** Moves past the end of the element, whatever it holds. */
  private void skip() throws XMLStreamException {
    int open = 1;
    while (open > 0 && xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        open++;
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        open--;
      }
    }
    depth--;
  }
}
