package io.macpool.sim.vcenter.soap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An element of a request: name, the two attributes that vim25 knows, children and text. */
public final class SoapElement {

  private final String name;
  private final String refType;
  private final String xsiType;
  private final List<SoapElement> children = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  SoapElement(String name, String refType, String xsiType) {
    this.name = name;
    this.refType = refType;
    this.xsiType = xsiType;
  }

  void add(SoapElement child) {
    children.add(child);
  }

  void append(String characters) {
    text.append(characters);
  }

  public String name() {
    return name;
  }

  /** The local part of {@code xsi:type}; empty if the element does not name its type. */
  public String xsiType() {
    return xsiType;
  }

  public String text() {
    return text.toString().strip();
  }

  /** The text as it stands, with spaces: for names and passwords. */
  public String rawText() {
    return text.toString();
  }

  public List<SoapElement> children() {
    return children;
  }

  public Optional<SoapElement> child(String childName) {
    return children.stream().filter(c -> c.name.equals(childName)).findFirst();
  }

  public List<SoapElement> children(String childName) {
    return children.stream().filter(c -> c.name.equals(childName)).toList();
  }

  public Optional<String> string(String childName) {
    return child(childName).map(SoapElement::rawText);
  }

  public List<String> strings(String childName) {
    return children(childName).stream().map(SoapElement::text).toList();
  }

  public boolean flag(String childName) {
    return child(childName)
        .map(SoapElement::text)
        .filter(t -> t.equals("true") || t.equals("1"))
        .isPresent();
  }

  /** A whole number, or a fault that names the field. */
  public Optional<Integer> integer(String childName) {
    return child(childName)
        .map(
            element -> {
              try {
                return Integer.valueOf(element.text());
              } catch (NumberFormatException e) {
                throw VimFault.invalidArgument(childName);
              }
            });
  }

  public Optional<MoRef> ref(String childName) {
    return child(childName).map(SoapElement::asRef);
  }

  public List<MoRef> refs(String childName) {
    return children(childName).stream().map(SoapElement::asRef).toList();
  }

  public MoRef requiredRef(String childName) {
    return ref(childName).orElseThrow(() -> VimFault.invalidArgument(childName));
  }

  public SoapElement required(String childName) {
    return child(childName).orElseThrow(() -> VimFault.invalidArgument(childName));
  }

  /** This element as a reference to a managed object. */
  public MoRef asRef() {
    return new MoRef(refType, text());
  }
}
