package io.macpool.sim.vcenter.soap;

import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The call in a SOAP envelope.
 *
 * @param method the name of the body's first element, the vim25 method
 * @param call that element with the arguments
 */
public record SoapRequest(String method, SoapElement call) {

  private static final int MAX_DEPTH = 100;
  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
  private static final XMLInputFactory FACTORY = factory();

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  /** Parses an envelope; neither document types nor entities are read. */
  public static SoapRequest parse(InputStream body) throws XMLStreamException {
    XMLStreamReader xml;
    synchronized (FACTORY) {
      xml = FACTORY.createXMLStreamReader(body);
    }
    boolean inBody = false;
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.DTD) {
        throw new XMLStreamException("a document type is not allowed", xml.getLocation());
      }
      if (event == XMLStreamConstants.START_ELEMENT) {
        if (inBody) {
          SoapElement call = element(xml, 0);
          return new SoapRequest(call.name(), call);
        }
        inBody = xml.getLocalName().equals("Body");
      }
    }
    throw new XMLStreamException("the envelope holds no call");
  }

  private static SoapElement element(XMLStreamReader xml, int depth) throws XMLStreamException {
    if (depth > MAX_DEPTH) {
      throw new XMLStreamException("nested too deeply", xml.getLocation());
    }
    String xsiType = xml.getAttributeValue(XSI, "type");
    String refType = "";
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      String namespace = xml.getAttributeNamespace(i);
      if (xml.getAttributeLocalName(i).equals("type")
          && (namespace == null || namespace.isEmpty())) {
        refType = xml.getAttributeValue(i);
      }
    }
    SoapElement element = new SoapElement(xml.getLocalName(), refType, local(xsiType));
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> element.add(element(xml, depth + 1));
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            element.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          return element;
        }
        default -> {
          // Comments and white space say nothing.
        }
      }
    }
    throw new XMLStreamException("the envelope ends early", xml.getLocation());
  }

  private static String local(String qualified) {
    return qualified == null ? "" : qualified.substring(qualified.indexOf(':') + 1);
  }
}
