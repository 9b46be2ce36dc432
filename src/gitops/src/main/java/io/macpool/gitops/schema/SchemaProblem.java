package io.macpool.gitops.schema;

/**
 * One thing that a schema refuses.
 *
 * @param pointer JSON pointer of the value within the object
 * @param message a clause such as {@code "is not a whole number"}
 */
public record SchemaProblem(String pointer, String message) {

  /** The pointer in the way in which people write paths: {@code spec.replicas}. */
  public String path() {
    return pointer.isEmpty()
        ? "the object"
        : pointer.substring(1).replace("/", ".").replace("~1", "/").replace("~0", "~");
  }

  @Override
  public String toString() {
    return path() + " " + message;
  }
}
