package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The envelopes of every body: {@code data} is always an array, also around one resource. */
public final class Documents {

  private Documents() {}

  /** A successful answer. */
  public record Data<T>(List<T> data, @JsonInclude(Include.NON_NULL) @Nullable Meta meta) {

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
