package io.macpool.brain.vsphere.soap;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.MethodFault;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.UnknownFault;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Reads vim25's answers into yavijava's data classes. Fields, types and enum constants that the
 * classes don't have are skipped, so that a newer vCenter's answer loses only what we could not
 * have used.
 */
final class VimXmlReader {

  private final XmlCursor xml;

  private VimXmlReader(XmlCursor xml) {
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
  static @Nullable Object read(byte[] answer, @Nullable String returnType)
      throws SoapFault, XMLStreamException {
    try (XmlCursor cursor = new XmlCursor(answer)) {
      return new VimXmlReader(cursor).envelope(returnType);
    } catch (RuntimeException e) {
      // The JDK's parser has such for some garbage: MissingResourceException, for one.
      throw new XMLStreamException("the answer can't be read: " + e, e);
    }
  }

  private @Nullable Object envelope(@Nullable String returnType)
      throws SoapFault, XMLStreamException {
    if (!xml.nextElement() || !xml.name().equals("Envelope")) {
      throw new XMLStreamException("the answer is not a SOAP envelope");
    }
    while (xml.nextElement() && !xml.name().equals("Body")) {
      xml.skip();
    }
    if (!xml.onElement() || !xml.nextElement()) {
      throw new XMLStreamException("the answer has no SOAP body");
    }
    if (xml.name().equals("Fault")) {
      throw fault();
    }
    if (!xml.name().endsWith("Response")) {
      throw new XMLStreamException("the answer holds neither a response nor a fault");
    }
    Object result = returnType == null ? nothing() : results(returnType);
    xml.finish();
    return result;
  }

  private @Nullable Object nothing() throws XMLStreamException {
    xml.skip();
    return null;
  }

  private @Nullable Object results(String returnType) throws XMLStreamException {
    boolean array = returnType.endsWith("[]");
    String type = array ? returnType.substring(0, returnType.length() - 2) : returnType;
    Class<?> declared = VimTypes.find(type).orElse(Object.class);
    List<Object> values = new ArrayList<>();
    while (xml.nextElement()) {
      Object value = value(declared);
      if (value != null) {
        values.add(value);
      }
    }
    return array ? toArray(values, declared) : values.isEmpty() ? null : values.get(0);
  }

  private SoapFault fault() throws XMLStreamException {
    String message = "no message";
    String type = "SoapFault";
    MethodFault detail = null;
    while (xml.nextElement()) {
      switch (xml.name()) {
        case "faultstring" -> message = xml.text().strip();
        case "detail" -> {
          while (xml.nextElement()) {
            detail = faultDetail();
            type = UnknownFault.typeOf(detail);
          }
        }
        default -> xml.skip();
      }
    }
    return new SoapFault(type, message, detail);
  }

  private MethodFault faultDetail() throws XMLStreamException {
    String element = xml.name();
    String named = xml.typeName();
    String type =
        named != null
            ? named
            : element.endsWith("Fault") ? element.substring(0, element.length() - 5) : element;
    Optional<Class<?>> known =
        VimTypes.find(type).or(() -> VimTypes.find(element)).filter(VimXmlReader::isFault);
    if (known.isEmpty()) {
      xml.skip();
      return new UnknownFault(type);
    }
    return object(known.get()) instanceof MethodFault fault ? fault : new UnknownFault(type);
  }

  private static boolean isFault(Class<?> type) {
    return MethodFault.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers());
  }

  /** Reads the element that the stream stands on; null if there is no way to hold it. */
  private @Nullable Object value(Class<?> declared) throws XMLStreamException {
    if (xml.isNil()) {
      return nothing();
    }
    String type = xml.typeName();
    if (type == null) {
      return declared == Object.class ? xml.text() : ofType(declared);
    }
    if (type.startsWith("ArrayOf")) {
      return arrayOf(type.substring("ArrayOf".length()));
    }
    Optional<Class<?>> actual = VimTypes.find(type);
    if (actual.isPresent() && SimpleValues.boxed(declared).isAssignableFrom(actual.get())) {
      return ofType(actual.get());
    }
    if (MethodFault.class.isAssignableFrom(declared)) {
      xml.skip();
      return new UnknownFault(type);
    }
    if (declared == Object.class || Modifier.isAbstract(declared.getModifiers())) {
      return nothing();
    }
    return ofType(declared); // a type newer than ours: its base has what we know of it
  }

  private @Nullable Object arrayOf(String element) throws XMLStreamException {
    if (element.isEmpty()) {
      return nothing();
    }
    String lower = Character.toLowerCase(element.charAt(0)) + element.substring(1);
    Optional<Class<?>> type = VimTypes.find(element).or(() -> VimTypes.find(lower));
    List<Object> values = new ArrayList<>();
    while (xml.nextElement()) {
      Object value = value(type.orElse(Object.class));
      if (value != null) {
        values.add(value);
      }
    }
    return type.isPresent() ? toArray(values, type.get()) : null;
  }

  private @Nullable Object ofType(Class<?> type) throws XMLStreamException {
    if (type == ManagedObjectReference.class) {
      ManagedObjectReference reference = new ManagedObjectReference();
      reference.type = xml.attribute("type");
      reference.val = xml.text();
      return reference;
    }
    if (type.isEnum()) {
      return SimpleValues.constant(type, xml.text().strip());
    }
    return type.getName().startsWith("com.vmware.vim25.")
        ? object(type)
        : SimpleValues.parse(type, xml.text());
  }

  private @Nullable Object object(Class<?> type) throws XMLStreamException {
    Object instance;
    try {
      instance = type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      return nothing();
    }
    Map<Field, List<Object>> repeated = new HashMap<>();
    Map<String, Field> fields = VimTypes.fields(type);
    while (xml.nextElement()) {
      Field field = fields.get(xml.name());
      if (field == null) {
        xml.skip();
      } else if (field.getType().isArray() && !isArray(xml.typeName())) {
        Object element = value(field.getType().getComponentType());
        if (element != null) {
          repeated.computeIfAbsent(field, f -> new ArrayList<>()).add(element);
        }
      } else {
        assign(instance, field, value(field.getType()));
      }
    }
    repeated.forEach(
        (field, values) ->
            assign(instance, field, toArray(values, field.getType().getComponentType())));
    return instance;
  }

  private static boolean isArray(@Nullable String type) {
    return type != null && type.startsWith("ArrayOf");
  }

  private static void assign(Object instance, Field field, @Nullable Object value) {
    if (value == null || !SimpleValues.boxed(field.getType()).isInstance(value)) {
      return; // stays as it is: unreadable and absent are the same to the reader of one field
    }
    try {
      field.set(instance, value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("a public field of vim25 can't be set: " + field, e);
    }
  }

  private static Object toArray(List<Object> values, Class<?> component) {
    List<Object> fitting =
        values.stream().filter(SimpleValues.boxed(component)::isInstance).toList();
    Object array = Array.newInstance(component, fitting.size());
    for (int i = 0; i < fitting.size(); i++) {
      Array.set(array, i, fitting.get(i));
    }
    return array;
  }
}
