package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The envelopes of every body: {@code data} is always an array, also around one resource. */
public final class Documents {

  private Documents() {}

  /**
   * Reads a successful answer. An old broker writes {@code null} for an empty list.
   *
   * @throws IOException if it has no {@code data}, or an element without what tells what it is:
   *     from such an answer nothing follows, least of all that there is nothing
   */
  public static <T> List<T> read(byte[] answer, Class<T> type) throws IOException {
    Data<T> read = reader(type).readValue(answer);
    List<@Nullable T> elements = read == null ? null : read.data();
    if (read == null || (elements != null && elements.contains(null))) {
      throw new IOException("null in place of a resource");
    }
    return elements == null ? List.of() : read.data();
  }

  static ObjectReader reader(Class<?> type) {
    return BrokerJson.mapper()
        .readerFor(BrokerJson.mapper().getTypeFactory().constructParametricType(Data.class, type));
  }

  /** A successful answer. */
  public record Data<T>(
      @JsonProperty(required = true) List<T> data,
      @JsonInclude(Include.NON_NULL) @Nullable Meta meta) {

    /** One of which there is nothing to say. */
    public Data(List<T> data) {
      this(data, null);
    }

    /**
     * What there is to say of an answer.
     *
     * @param warnings for a person, such as members of the request that have no effect
     */
    public record Meta(List<String> warnings) {

      /** Null, which is left out, if there are none. */
      public static @Nullable Meta of(List<String> warnings) {
        return warnings.isEmpty() ? null : new Meta(warnings);
      }
    }
  }

  /** A request's body, whose {@code data} is one resource. */
  public record Single<T>(T data) {}

  /** A refusal. */
  public record Errors(List<ApiError> errors) {}

  /** One error; members that are empty are left out. */
  @JsonInclude(Include.NON_EMPTY)
  public record ApiError(String status, String code, String title, String detail) {}
}
