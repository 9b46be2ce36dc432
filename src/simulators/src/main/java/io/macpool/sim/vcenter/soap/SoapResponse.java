package io.macpool.sim.vcenter.soap;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Writes responses and faults as vCenter writes them. */
public final class SoapResponse {

  private static final String HEAD =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          + "<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\""
          + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
          + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
          + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n";
  private static final String TAIL = "\n</soapenv:Body>\n</soapenv:Envelope>";

  private final StringBuilder xml = new StringBuilder(1024).append(HEAD);

  private SoapResponse() {}

  /** The answer of a method; a null value is none. */
  public static String of(String method, Object value) {
    SoapResponse response = new SoapResponse();
    response.xml.append('<').append(method).append("Response xmlns=\"urn:vim25\">");
    response.value("returnval", value, false);
    response.xml.append("</").append(method).append("Response>");
    return response.xml.append(TAIL).toString();
  }

  /** A fault, to be sent with HTTP status 500. */
  public static String of(VimFault fault) {
    SoapResponse response = new SoapResponse();
    StringBuilder xml = response.xml;
    xml.append("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>");
    response.text(String.valueOf(fault.getMessage()));
    String type = fault.type();
    xml.append("</faultstring><detail><").append(type).append("Fault xmlns=\"urn:vim25\"");
    xml.append(" xsi:type=\"").append(type).append("\">");
    response.fields(fault.fault());
    xml.append("</").append(type).append("Fault></detail></soapenv:Fault>");
    return xml.append(TAIL).toString();
  }

  private void fields(DataObject object) {
    object.fields().forEach((name, value) -> value(name, value, false));
  }

  private void value(String name, Object value, boolean any) {
    if (value == null) {
      return;
    }
    if (value instanceof AnyValue wrapped) {
      value(name, wrapped.value(), true);
    } else if (value instanceof ArrayValue array) {
      array(name, array, any);
    } else if (value instanceof List<?> list) {
      list.forEach(item -> value(name, item, false));
    } else if (value instanceof MoRef ref) {
      xml.append('<').append(name).append(" type=\"");
      text(ref.type());
      xml.append(any ? "\" xsi:type=\"ManagedObjectReference\">" : "\">");
      text(ref.id());
      end(name);
    } else if (value instanceof DataObject object) {
      start(name, any || object.derived() ? object.type() : null);
      fields(object);
      end(name);
    } else {
      start(name, any ? simpleType(value) : null);
      text(simpleText(value));
      end(name);
    }
  }

  private void array(String name, ArrayValue array, boolean any) {
    if (!any) {
      array.items().forEach(item -> value(name, item, false));
      return;
    }
    String element = array.itemType();
    start(name, "ArrayOf" + Character.toUpperCase(element.charAt(0)) + element.substring(1));
    array.items().forEach(item -> value(element, item, true));
    end(name);
  }

  private void start(String name, String xsiType) {
    xml.append('<').append(name);
    if (xsiType != null) {
      xml.append(" xsi:type=\"").append(xsiType).append('"');
    }
    xml.append('>');
  }

  private void end(String name) {
    xml.append("</").append(name).append('>');
  }

  private static String simpleType(Object value) {
    if (value instanceof EnumValue word) {
      return word.type();
    }
    if (value instanceof String) {
      return "xsd:string";
    }
    if (value instanceof Boolean) {
      return "xsd:boolean";
    }
    if (value instanceof Integer) {
      return "xsd:int";
    }
    if (value instanceof Long) {
      return "xsd:long";
    }
    if (value instanceof Short) {
      return "xsd:short";
    }
    if (value instanceof Instant) {
      return "xsd:dateTime";
    }
    throw new IllegalArgumentException("no vim25 type for " + value.getClass());
  }

  private static String simpleText(Object value) {
    if (value instanceof EnumValue word) {
      return word.word();
    }
    if (value instanceof Instant instant) {
      // vCenter gives microseconds.
      return instant.truncatedTo(ChronoUnit.MICROS).toString();
    }
    return value.toString();
  }

  private void text(String characters) {
    for (int i = 0; i < characters.length(); i++) {
      char c = characters.charAt(i);
      switch (c) {
        case '<' -> xml.append("&lt;");
        case '>' -> xml.append("&gt;");
        case '&' -> xml.append("&amp;");
        case '"' -> xml.append("&quot;");
        case '\r' -> xml.append("&#13;");
        default -> xml.append(c >= ' ' || c == '\n' || c == '\t' ? c : '?');
      }
    }
  }
}
