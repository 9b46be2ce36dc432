package io.macpool.brain.http.access;

import io.macpool.service.setting.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Who may call, by token. */
public final class AccessTokens {

  /** What the holder of a token may do. */
  public enum Role {
    /** Read. */
    READER,
    /** Read everything, and make and destroy its own. */
    CLIENT,
    /** Everything, with everybody's instances and with hosts. */
    ADMIN
  }

  /**
   * One who may call.
   *
   * @param name the owner of what it creates
   */
  public record Client(String name, Role role) {
    public Client {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(role, "role");
    }

    /** Whether it may do away with what belongs to this owner. */
    public boolean mayDestroy(Optional<String> owner) {
      return role == Role.ADMIN || (role == Role.CLIENT && owner.equals(Optional.of(name)));
    }
  }

  private record Entry(Secret token, Client client) {}

  private final List<Entry> entries = new ArrayList<>();

  /** Lets the holder of {@code token} in. */
  public AccessTokens add(Secret token, Client client) {
    if (token.reveal().isBlank()) {
      throw new IllegalArgumentException("the token of " + client.name() + " is empty");
    }
    entries.add(new Entry(token, client));
    return this;
  }

  /**
   * Lets in the holders of the tokens listed as {@code NAME=TOKEN,NAME=TOKEN}.
   *
   * @throws IllegalArgumentException that repeats no token
   */
  public AccessTokens addAll(Secret list, Role role) {
    int number = 0;
    for (String item : list.reveal().split(",", -1)) {
      number++;
      int equals = item.indexOf('=');
      if (equals < 1 || equals == item.length() - 1) {
        throw new IllegalArgumentException("item " + number + " is not of the form NAME=TOKEN");
      }
      add(
          new Secret(item.substring(equals + 1).strip()),
          new Client(item.substring(0, equals).strip(), role));
    }
    return this;
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The client of a token, found in time that depends on the number of tokens alone. */
  Optional<Client> find(String token) {
    Optional<Client> found = Optional.empty();
    for (Entry entry : entries) {
      if (entry.token().matches(token)) {
        found = Optional.of(entry.client());
      }
    }
    return found;
  }
}
