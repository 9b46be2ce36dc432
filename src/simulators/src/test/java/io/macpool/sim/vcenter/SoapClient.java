package io.macpool.sim.vcenter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** A client that knows nothing of vim25 but its envelope: what it says is written in the tests. */
final class SoapClient implements AutoCloseable {

  record Answer(int status, String body, Document xml) {

    String at(String xpath) {
      try {
        return XPathFactory.newInstance().newXPath().evaluate(xpath, xml);
      } catch (XPathExpressionException e) {
        throw new IllegalArgumentException(xpath, e);
      }
    }

    String returned() {
      return at("//*[local-name()='returnval']");
    }

    /** The type of the SOAP fault; empty if the call went well. */
    String fault() {
      return at("local-name(//detail/*)").replaceAll("Fault$", "");
    }

    /** The value of the property {@code name} of the object {@code id}, anywhere in the answer. */
    String property(String id, String name) {
      return at("//*[obj='" + id + "']//*[name='" + name + "']/val");
    }
  }

  private final URI url;
  private final String user;
  private final String password;
  private final HttpClient http;
  private String cookie = "";
  private String action = "urn:vim25/7.0";

  SoapClient(VCenterSimulator vcenter) throws GeneralSecurityException, IOException {
    this(vcenter.url(), vcenter.user(), vcenter.password(), vcenter.certificate());
  }

  SoapClient(URI url, String user, String password, X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    this.url = url;
    this.user = user;
    this.password = password;
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("vcenter", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext ssl = SSLContext.getInstance("TLS");
    ssl.init(null, trust.getTrustManagers(), null);
    http =
        HttpClient.newBuilder()
            .sslContext(ssl)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  SoapClient speaking(String soapAction) {
    action = soapAction;
    return this;
  }

  static String ref(String name, String type, String id) {
    return "<" + name + " type=\"" + type + "\">" + id + "</" + name + ">";
  }

  /** Calls {@code method} on an object with its arguments as XML. */
  Answer call(String method, String type, String id, String arguments)
      throws IOException, InterruptedException {
    String envelope =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope"
            + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><"
            + method
            + " xmlns=\"urn:vim25\">"
            + ref("_this", type, id)
            + arguments
            + "</"
            + method
            + "></soapenv:Body></soapenv:Envelope>";
    return send(envelope);
  }

  Answer send(String envelope) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(Duration.ofSeconds(20))
            .header("SOAPAction", action)
            .POST(HttpRequest.BodyPublishers.ofString(envelope));
    if (!cookie.isEmpty()) {
      request.header("Cookie", cookie);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    response
        .headers()
        .firstValue("Set-Cookie")
        .ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
    return new Answer(response.statusCode(), response.body(), parse(response.body()));
  }

  private static Document parse(String body) throws IOException {
    if (!body.startsWith("<?xml")) {
      return null;
    }
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("not XML: " + body, e);
    }
  }

  SoapClient login() throws IOException, InterruptedException {
    Answer answer =
        call(
            "Login",
            "SessionManager",
            "SessionManager",
            "<userName>" + user + "</userName><password>" + password + "</password>");
    if (answer.status() != 200) {
      throw new IOException(answer.body());
    }
    return this;
  }

  String find(String path) throws IOException, InterruptedException {
    return call(
            "FindByInventoryPath",
            "SearchIndex",
            "SearchIndex",
            "<inventoryPath>" + path + "</inventoryPath>")
        .returned();
  }

  /** Reads one property of one object. */
  String read(String type, String id, String path) throws IOException, InterruptedException {
    return call(
            "RetrievePropertiesEx",
            "PropertyCollector",
            "propertyCollector",
            spec(type, id, path) + "<options/>")
        .property(id, path);
  }

  static String spec(String type, String id, String... paths) {
    StringBuilder spec = new StringBuilder("<specSet><propSet><type>" + type + "</type>");
    for (String path : paths) {
      spec.append("<pathSet>").append(path).append("</pathSet>");
    }
    return spec + "</propSet><objectSet>" + ref("obj", type, id) + "</objectSet></specSet>";
  }

  /** Starts a task and reads it until it ends; returns its last state and error or result. */
  Ended run(String method, String id, String arguments) throws IOException, InterruptedException {
    Answer started = call(method, "VirtualMachine", id, arguments);
    if (started.status() != 200) {
      return new Ended("fault", started.fault(), "");
    }
    return await(started.returned());
  }

  Ended await(String task) throws IOException, InterruptedException {
    String collector =
        call("CreatePropertyCollector", "PropertyCollector", "propertyCollector", "").returned();
    call(
        "CreateFilter",
        "PropertyCollector",
        collector,
        spec("Task", task, "info").replace("specSet", "spec")
            + "<partialUpdates>false</partialUpdates>");
    String version = "";
    while (true) {
      Answer update =
          call(
              "WaitForUpdatesEx",
              "PropertyCollector",
              collector,
              "<version>"
                  + version
                  + "</version><options><maxWaitSeconds>15</maxWaitSeconds></options>");
      version = update.at("//*[local-name()='returnval']/*[local-name()='version']");
      if (version.isEmpty()) {
        throw new IOException("task " + task + " did not end: " + update.body());
      }
      String state = update.at("//*[local-name()='val']/*[local-name()='state']");
      if (state.equals("success") || state.equals("error")) {
        call("DestroyPropertyCollector", "PropertyCollector", collector, "");
        return new Ended(
            state,
            update.at("string(//*[local-name()='fault']/@*[local-name()='type'])"),
            update.at("//*[local-name()='val']/*[local-name()='result']"));
      }
    }
  }

  record Ended(String state, String fault, String result) {}

  @Override
  public void close() {
    cookie = "";
  }
}
