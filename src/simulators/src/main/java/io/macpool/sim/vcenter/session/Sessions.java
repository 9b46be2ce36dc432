package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sessions with their property collectors and views. Under the inventory's lock. */
public final class Sessions {

  /** One logged-in client. */
  public static final class Session {
    private final String key;
    private final String user;
    private final Instant loginTime;
    private final Map<MoRef, PropertyCollector> collectors = new LinkedHashMap<>();
    private Instant lastActive;
    private int waiting;
    private long made;

    private Session(String key, String user, Instant now) {
      this.key = key;
      this.user = user;
      this.loginTime = now;
      this.lastActive = now;
    }

    public String key() {
      return key;
    }

    public String user() {
      return user;
    }

    /** A call that waits keeps the session alive. */
    void waits() {
      waiting++;
    }

    void answered(Instant now) {
      waiting--;
      lastActive = now;
    }

    public DataObject describe() {
      return DataObject.of(
          "UserSession",
          "key",
          key,
          "userName",
          user,
          "fullName",
          "Administrator",
          "loginTime",
          loginTime,
          "lastActiveTime",
          lastActive,
          "locale",
          "en",
          "messageLocale",
          "en");
    }
  }

  private static final int LOCK_AFTER = 5;
  private static final Duration LOCK_WINDOW = Duration.ofMinutes(3);
  private static final Duration LOCKED_FOR = Duration.ofMinutes(5);

  private final Inventory inventory;
  private final Views views;
  private final SimulatorClock clock;
  private final VCenterOptions options;
  private final Map<String, Session> sessions = new HashMap<>();
  private final Deque<Instant> refused = new ArrayDeque<>();
  private String password;
  private Instant lockedUntil = Instant.MIN;
  private long logins;
  private long refusals;

  public Sessions(Inventory inventory, Views views, SimulatorClock clock, VCenterOptions options) {
    this.inventory = inventory;
    this.views = views;
    this.clock = clock;
    this.options = options;
    this.password = options.password();
  }

  /** From now on another password is the right one. */
  public void password(String fresh) {
    password = fresh;
  }

  /** How many logins were refused since the start. */
  public long refusals() {
    return refusals;
  }

  /** Whether the account is locked after too many wrong passwords. */
  public boolean locked() {
    return clock.now().isBefore(lockedUntil);
  }

  /**
   * Logs in; a client that is logged in already, or a wrong password, is {@code InvalidLogin}. As
   * vCenter's sign-on does by default, five wrong passwords within three minutes lock the account
   * for five: then the right one is refused, too.
   */
  Session login(Session already, String user, String given) {
    boolean userRight = same(user, options.user()) || options.moreUsers().contains(user);
    boolean passwordRight = same(given, password);
    if (userRight && !passwordRight) {
      countWrong();
    }
    if (!userRight || !passwordRight || already != null || locked()) {
      refusals++;
      throw VimFault.of(
          "InvalidLogin", "Cannot complete login due to an incorrect user name or password.");
    }
    Session session = new Session(UUID.randomUUID().toString(), user, clock.now());
    sessions.put(session.key, session);
    logins++;
    collector(session, Names.PROPERTY_COLLECTOR, true);
    show();
    return session;
  }

  private void countWrong() {
    Instant now = clock.now();
    refused.add(now);
    refused.removeIf(at -> at.isBefore(now.minus(LOCK_WINDOW)));
    if (refused.size() >= LOCK_AFTER) {
      lockedUntil = now.plus(LOCKED_FOR);
    }
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** The session of a cookie; null if there is none or it has ended. */
  public Session find(String key) {
    Session session = key == null ? null : sessions.get(key);
    if (session == null) {
      return null;
    }
    Duration idle = Duration.between(session.lastActive, clock.now());
    if (session.waiting == 0 && idle.compareTo(options.sessionIdle()) >= 0) {
      end(session);
      return null;
    }
    session.lastActive = clock.now();
    return session;
  }

  public void end(Session session) {
    if (sessions.remove(session.key) != null) {
      session.collectors.values().forEach(c -> c.destroy(notAuthenticated()));
      session.collectors.clear();
      views.destroyOf(session.key);
      show();
    }
  }

  private void show() {
    inventory.set(
        Names.SESSION_MANAGER,
        "sessionList",
        new ArrayValue("UserSession", sessions.values().stream().map(Session::describe).toList()));
  }

  /** Ends another client's session. */
  void terminate(String key) {
    Session session = sessions.get(key);
    if (session == null) {
      throw VimFault.of("NotFound", "The object or item referred to could not be found.");
    }
    end(session);
  }

  public void endAll() {
    List.copyOf(sessions.values()).forEach(this::end);
  }

  public int count() {
    return sessions.size();
  }

  /** How many logins there were since the start. */
  public long logins() {
    return logins;
  }

  public static VimFault notAuthenticated() {
    return VimFault.of(
        "NotAuthenticated",
        "The session is not authenticated.",
        "object",
        Names.ROOT_FOLDER,
        "privilegeId",
        "System.View");
  }

  PropertyCollector collector(Session session, MoRef ref) {
    return collector(session, ref, ref.equals(Names.PROPERTY_COLLECTOR));
  }

  private PropertyCollector collector(Session session, MoRef ref, boolean make) {
    PropertyCollector found = session.collectors.get(ref);
    if (found == null && make) {
      found = new PropertyCollector(inventory, clock, ref, options.pageLimit());
      session.collectors.put(ref, found);
    }
    if (found == null) {
      throw VimFault.notFound(ref);
    }
    return found;
  }

  MoRef createCollector(Session session) {
    MoRef ref =
        new MoRef("PropertyCollector", "session[" + session.key + "]collector-" + ++session.made);
    collector(session, ref, true);
    return ref;
  }

  void destroyCollector(Session session, MoRef ref) {
    PropertyCollector found = session.collectors.remove(ref);
    if (found == null) {
      throw VimFault.notFound(ref);
    }
    found.destroy(PropertyCollector.requestCanceled());
  }

  void destroyFilter(Session session, MoRef filter) {
    boolean found = false;
    for (PropertyCollector collector : session.collectors.values()) {
      found |= collector.destroyFilter(filter);
    }
    if (!found) {
      throw VimFault.notFound(filter);
    }
  }
}
