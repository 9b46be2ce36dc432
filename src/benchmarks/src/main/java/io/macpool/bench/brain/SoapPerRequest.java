package io.macpool.bench.brain;

import io.macpool.sim.vcenter.VCenterSimulator;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The baseline: reads as the old broker made them, three SOAP calls for each VM of each request.
 * Nothing is parsed but what the next call needs, so it is, if anything, too fast.
 */
final class SoapPerRequest {

  private static final Pattern VM = Pattern.compile("<returnval[^>]*>(vm-[^<]*)<");

  private final HttpClient http;
  private final VCenterSimulator vcenter;
  private final String cookie;

  SoapPerRequest(VCenterSimulator vcenter)
      throws GeneralSecurityException, IOException, InterruptedException {
    this.vcenter = vcenter;
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("vcenter", vcenter.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    this.http =
        HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
    HttpResponse<String> login =
        post(
            "<Login xmlns=\"urn:vim25\"><_this type=\"SessionManager\">SessionManager</_this>"
                + "<userName>"
                + vcenter.user()
                + "</userName><password>"
                + vcenter.password()
                + "</password></Login>",
            "");
    this.cookie =
        login
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow(() -> new IOException("no session: " + login.body()));
  }

  /** One VM: find it, read its power state, read its guest. */
  void read(String name) throws IOException, InterruptedException {
    String found =
        call(
            "<FindByInventoryPath xmlns=\"urn:vim25\"><_this type=\"SearchIndex\">SearchIndex</_this>"
                + "<inventoryPath>"
                + vcenter.vmPath().replaceAll("^/|/$", "")
                + "/"
                + name
                + "</inventoryPath></FindByInventoryPath>");
    Matcher vm = VM.matcher(found);
    if (!vm.find()) {
      throw new IOException("no VM of the name " + name + ": " + found);
    }
    property(vm.group(1), "runtime");
    property(vm.group(1), "guest");
  }

  void readAll(List<String> names) throws IOException, InterruptedException {
    for (String name : names) {
      read(name);
    }
  }

  private void property(String vm, String path) throws IOException, InterruptedException {
    call(
        "<RetrievePropertiesEx xmlns=\"urn:vim25\"><_this type=\"PropertyCollector\">"
            + "propertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>"
            + path
            + "</pathSet></propSet><objectSet><obj type=\"VirtualMachine\">"
            + vm
            + "</obj></objectSet></specSet><options/></RetrievePropertiesEx>");
  }

  private String call(String body) throws IOException, InterruptedException {
    HttpResponse<String> response = post(body, cookie);
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
    return response.body();
  }

  private HttpResponse<String> post(String body, String session)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(vcenter.url())
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "urn:vim25/6.0")
            .POST(
                BodyPublishers.ofString(
                    "<?xml version=\"1.0\"?><soapenv:Envelope"
                        + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\">"
                        + "<soapenv:Body>"
                        + body
                        + "</soapenv:Body></soapenv:Envelope>"));
    if (!session.isEmpty()) {
      request.header("Cookie", session);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
