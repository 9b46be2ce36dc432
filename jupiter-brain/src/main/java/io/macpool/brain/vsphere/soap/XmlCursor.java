package io.macpool.brain.vsphere.soap;

import java.io.ByteArrayInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Walks an answer element by element. Whoever asks for an element's children, its text, or to skip
 * it, is past its end afterwards. No DTD is accepted, so no entity is ever resolved, and nesting is
 * bounded.
 */
final class XmlCursor implements AutoCloseable {

  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
  private static final int DEEPEST = 200;
  private static final XMLInputFactory FACTORY = safeFactory();

  private final XMLStreamReader xml;
  private int depth;

  XmlCursor(byte[] answer) throws XMLStreamException {
    this.xml = FACTORY.createXMLStreamReader(new ByteArrayInputStream(answer));
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

  /** The name of the element that it stands on, without its prefix. */
  String name() {
    return xml.getLocalName();
  }

  /** Whether it stands on an element's beginning. */
  boolean onElement() {
    return xml.isStartElement();
  }

  @Nullable String attribute(String name) {
    return xml.getAttributeValue(null, name);
  }

  /** The element's {@code xsi:type} without its prefix; null if it names none. */
  @Nullable String typeName() {
    String named = xml.getAttributeValue(XSI, "type");
    return named == null ? null : named.substring(named.indexOf(':') + 1);
  }

  /** Whether the element says of itself that it holds nothing. */
  boolean isNil() {
    return "true".equals(xml.getAttributeValue(XSI, "nil"));
  }

  /** Moves to the next child element; false at the parent's end. */
  boolean nextElement() throws XMLStreamException {
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
  String text() throws XMLStreamException {
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
  void skip() throws XMLStreamException {
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

  /** Reads to the end, so that half an answer is not taken for a whole one. */
  void finish() throws XMLStreamException {
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.DTD) {
        throw new XMLStreamException("the answer holds a document type");
      }
    }
  }

  @Override
  public void close() throws XMLStreamException {
    xml.close();
  }
}
