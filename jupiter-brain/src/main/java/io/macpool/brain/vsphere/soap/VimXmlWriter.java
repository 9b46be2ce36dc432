package io.macpool.brain.vsphere.soap;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineConfigSpec;
import com.vmware.vim25.ws.Argument;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.Calendar;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a method call as a SOAP envelope. Everything is escaped, references included; text that
 * XML can't carry is refused.
 */
final class VimXmlWriter {

  private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
  private static final String XSD = "http://www.w3.org/2001/XMLSchema";
  private static final String VIM = "urn:vim25";
  private static final XMLOutputFactory FACTORY = XMLOutputFactory.newDefaultFactory();

  private final XMLStreamWriter xml;

  private VimXmlWriter(XMLStreamWriter xml) {
    this.xml = xml;
  }

  /**
   * @throws IllegalArgumentException if a value can't be written as XML
   */
  static byte[] write(String method, Argument[] arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try {
      XMLStreamWriter stream = FACTORY.createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
      new VimXmlWriter(stream).envelope(method, arguments);
      stream.close();
      return bytes.toByteArray();
    } catch (XMLStreamException | IllegalAccessException e) {
      throw new IllegalArgumentException("can't write the arguments of " + method, e);
    }
  }

  private void envelope(String method, Argument[] arguments)
      throws XMLStreamException, IllegalAccessException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("soapenv", "Envelope", SOAP);
    xml.writeNamespace("soapenv", SOAP);
    xml.writeNamespace("xsd", XSD);
    xml.writeNamespace("xsi", XSI);
    xml.writeStartElement("soapenv", "Body", SOAP);
    xml.writeStartElement(method);
    xml.writeDefaultNamespace(VIM);
    for (Argument argument : arguments) {
      String declared = argument.getType();
      Class<?> type = VimTypes.find(declared.replace("[]", "")).orElse(Object.class);
      element(argument.getName(), type, argument.getValue());
    }
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void element(String name, Class<?> declared, Object value)
      throws XMLStreamException, IllegalAccessException {
    if (value == null) {
      return;
    }
    if (value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        element(name, declared, Array.get(value, i));
      }
      return;
    }
    xml.writeStartElement(name);
    if (value instanceof ManagedObjectReference reference) {
      if (declared == Object.class) {
        xml.writeAttribute("xsi", XSI, "type", "ManagedObjectReference");
      }
      xml.writeAttribute("type", checked(reference.type));
      xml.writeCharacters(checked(reference.val));
    } else if (value.getClass().getName().startsWith("com.vmware.vim25.")
        && !value.getClass().isEnum()) {
      object(declared, value);
    } else {
      if (declared == Object.class) {
        xml.writeAttribute("xsi", XSI, "type", simpleType(value));
      }
      xml.writeCharacters(checked(text(value)));
    }
    xml.writeEndElement();
  }

  private void object(Class<?> declared, Object value)
      throws XMLStreamException, IllegalAccessException {
    if (value.getClass() != declared) {
      xml.writeAttribute("xsi", XSI, "type", value.getClass().getSimpleName());
    }
    for (Field field : VimTypes.fields(value.getClass()).values()) {
      if (!isUnsetNpiv(value, field)) {
        Class<?> type = field.getType();
        element(field.getName(), type.isArray() ? type.getComponentType() : type, field.get(value));
      }
    }
  }

  /** Optional in the schema, but primitive in the class: 0 would ask for a change of the NPIV. */
  private static boolean isUnsetNpiv(Object value, Field field) {
    return value instanceof VirtualMachineConfigSpec && field.getType() == short.class;
  }

  private static String text(Object value) {
    if (value instanceof Calendar calendar) {
      return DateTimeFormatter.ISO_INSTANT.format(calendar.toInstant());
    }
    return value instanceof Enum<?> constant ? constant.name() : value.toString();
  }

  private static String simpleType(Object value) {
    if (value instanceof Calendar) {
      return "xsd:dateTime";
    } else if (value instanceof Enum<?>) {
      return value.getClass().getSimpleName();
    }
    return "xsd:"
        + (value instanceof Integer
            ? "int"
            : value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
  }

  private static String checked(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean blank = c == '\t' || c == '\n' || c == '\r';
      if ((c < 0x20 && !blank) || c == 0xFFFE || c == 0xFFFF) {
        throw new IllegalArgumentException("XML can't carry the control character " + (int) c);
      }
    }
    return text;
  }
}
