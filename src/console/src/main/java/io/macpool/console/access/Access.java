package io.macpool.console.access;

import io.macpool.console.page.Html;
import io.macpool.console.page.Page;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.util.Objects;
import java.util.function.Consumer;

/** Lets viewers in by a form, and programs by a header; and tells browsers what a page may do. */
public final class Access {

  private static final int LARGEST_FORM = 4 * 1024;
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final ViewerSessions sessions;
  private final RateLimit limit;
  private final TrustedProxies proxies;
  private final boolean insecureCookie;
  private final Consumer<HttpServerRequest> trust;

  /**
   * @param limit of sessions, and of addresses of whoever has none
   * @param trust is told of requests of viewers
   */
  public Access(
      ViewerSessions sessions,
      RateLimit limit,
      TrustedProxies proxies,
      boolean insecureCookie,
      Consumer<HttpServerRequest> trust) {
    this.sessions = sessions;
    this.limit = limit;
    this.proxies = proxies;
    this.insecureCookie = insecureCookie;
    this.trust = trust;
  }

  /** Mounts the form, and lets nobody but viewers past it. */
  public void mount(Router router) {
    router.route().handler(Access::harden);
    router.route().handler(this::limit);
    router.get("/login").handler(call -> form(call, 200, ""));
    router
        .post("/login")
        .handler(BodyHandler.create(false).setBodyLimit(LARGEST_FORM))
        .handler(this::login);
    router.post("/logout").handler(this::logout);
    router.route().handler(this::check);
  }

  private static void harden(RoutingContext call) {
    call.response()
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Cache-Control", "no-store");
    call.next();
  }

  private void limit(RoutingContext call) {
    Cookie cookie = call.request().getCookie(ViewerSessions.COOKIE);
    boolean session = cookie != null && sessions.isOpen(cookie.getValue());
    String viewer =
        proxies
            .viewerOf(call.request())
            .orElseGet(() -> session ? cookie.getValue() : address(call));
    if (limit.allows(viewer)) {
      call.next();
    } else {
      call.response().setStatusCode(429).putHeader("Retry-After", "1").end();
    }
  }

  private void login(RoutingContext call) {
    String address = address(call);
    if (isForeign(call.request())) {
      form(call, 403, "The form was sent by a page of somebody else.");
    } else if (sessions.isShutOut(address)) {
      call.response().putHeader("Retry-After", "60");
      form(call, 429, "Too many wrong tokens. Try again in a minute.");
    } else if (sessions.isToken(
        Objects.requireNonNullElse(call.request().getFormAttribute("token"), ""), address)) {
      call.response().addCookie(cookie(sessions.begin(), ViewerSessions.LENGTH.toSeconds()));
      redirect(call.response(), "/");
    } else {
      form(call, 403, "That is not the token.");
    }
  }

  private void logout(RoutingContext call) {
    call.response().addCookie(cookie("", 0));
    redirect(call.response(), "/login");
  }

  private Cookie cookie(String value, long seconds) {
    return Cookie.cookie(ViewerSessions.COOKIE, value)
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.STRICT)
        .setSecure(!insecureCookie)
        .setMaxAge(seconds);
  }

  private static void redirect(HttpServerResponse response, String to) {
    response.setStatusCode(303).putHeader("Location", to).end();
  }

  private String address(RoutingContext call) {
    return proxies.addressOf(call.request());
  }

  /**
   * A browser says whose page sent a form. What it says of that itself comes first, as a proxy may
   * have changed the Host that an Origin is held against.
   */
  private static boolean isForeign(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return false;
    }
    try {
      return !String.valueOf(URI.create(origin).getAuthority()).equals(request.getHeader("Host"));
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private void check(RoutingContext call) {
    Cookie cookie = call.request().getCookie(ViewerSessions.COOKIE);
    if (proxies.viewerOf(call.request()).isPresent()
        || (cookie != null && sessions.isOpen(cookie.getValue()))
        || hasToken(call)) {
      trust.accept(call.request());
      call.next();
    } else if (sessions.isShutOut(address(call))) {
      call.response().setStatusCode(429).putHeader("Retry-After", "60").end();
    } else if (call.request().path().startsWith("/web/")) {
      call.next(); // the form wants it
    } else if (String.valueOf(call.request().getHeader("Accept")).contains("text/html")) {
      redirect(call.response(), "/login");
    } else {
      call.response().setStatusCode(401).putHeader("WWW-Authenticate", "Bearer").end();
    }
  }

  private boolean hasToken(RoutingContext call) {
    String header = call.request().getHeader("Authorization");
    return header != null
        && header.startsWith("Bearer ")
        && !sessions.isShutOut(address(call))
        && sessions.isToken(header.substring("Bearer ".length()), address(call));
  }

  private static void form(RoutingContext call, int status, String problem) {
    Html html = Page.head("Log in", false).open("main").element("h1", "The pool");
    if (!problem.isEmpty()) {
      html.element("p", problem, "class", "trouble", "role", "alert");
    }
    html.open("form", "method", "post", "action", "/login").open("label").text("Token ");
    html.open("input", "type", "password", "name", "token", "autocomplete", "current-password");
    html.close().element("button", "Log in", "type", "submit").close();
    call.response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/html; charset=utf-8")
        .end(html.document());
  }
}
