package io.macpool.brain.vsphere.soap;

import com.vmware.vim25.VimPortType;
import com.vmware.vim25.ws.Argument;
import com.vmware.vim25.ws.Client;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.TransportException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.rmi.RemoteException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * One session's calls, as yavijava's stubs make them. Nothing that passes through is logged, since
 * the login's envelope holds the password. Safe for many threads.
 */
public final class VimClient implements Client {

  private final SoapTransport transport;
  private final VSphereEndpoint endpoint;
  private final Duration limit;
  private final MeterRegistry meters;
  private volatile Optional<String> cookie = Optional.empty();
  private volatile String soapAction = "urn:vim25/6.0";

  /**
   * @param limit the longest that a call may take
   */
  public VimClient(
      SoapTransport transport, VSphereEndpoint endpoint, Duration limit, MeterRegistry meters) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.limit = limit;
    this.meters = meters;
  }

  private VimClient(VimClient session, Duration limit) {
    this(session.transport, session.endpoint, limit, session.meters);
    this.cookie = session.cookie;
    this.soapAction = session.soapAction;
  }

  /** The same session with another time limit: the long poll's. */
  public VimClient within(Duration otherLimit) {
    return new VimClient(this, otherLimit);
  }

  /** Speaks this version of vim25, such as 6.7: vCenter hides what is newer. */
  public void speak(String version) {
    soapAction = "urn:vim25/" + version;
  }

  /** yavijava's method stubs over this client. */
  public VimPortType stubs() {
    try {
      return new VimPortType(this);
    } catch (MalformedURLException e) {
      throw new IllegalStateException("stubs over a given client parse no URL", e);
    }
  }

  @Override
  public @Nullable Object invoke(String method, Argument[] arguments, @Nullable String returnType)
      throws RemoteException {
    String outcome = "lost";
    try {
      @Nullable Object result = exchange(method, arguments, returnType);
      outcome = "ok";
      return result;
    } catch (SoapFault e) {
      outcome = "fault";
      throw e;
    } finally {
      meters.counter("vsphere.calls", "method", method, "outcome", outcome).increment();
    }
  }

  private @Nullable Object exchange(
      String method, Argument[] arguments, @Nullable String returnType) throws RemoteException {
    byte[] envelope = VimXmlWriter.write(method, arguments);
    SoapTransport.Answer answer = transport.post(envelope, soapAction, cookie, limit);
    if (answer.status() != 200 && answer.status() != 500) {
      throw new TransportException(
          method + ": vCenter answered with HTTP status " + answer.status(), true, null);
    }
    Object result;
    try {
      result = VimXmlReader.read(answer.body().getBytes(), returnType);
    } catch (XMLStreamException e) {
      throw new TransportException(
          method
              + ": vCenter's answer, HTTP status "
              + answer.status()
              + (answer.contentType().contains("xml") ? "" : ", " + answer.contentType())
              + ", is not one to a SOAP call",
          true,
          e);
    }
    if (answer.status() == 500) {
      throw new TransportException(
          method + ": vCenter answered HTTP status 500 without a fault", true, null);
    }
    answer.cookie().ifPresent(fresh -> cookie = Optional.of(fresh));
    return result;
  }

  @Override
  public StringBuffer invokeAsString(String method, Argument[] arguments) {
    throw new UnsupportedOperationException("answers are read as objects only");
  }

  @Override
  public URL getBaseUrl() {
    try {
      return new URL(endpoint.toString());
    } catch (MalformedURLException e) {
      throw new IllegalStateException("not a URL: " + endpoint, e);
    }
  }

  @Override
  public void setBaseUrl(URL url) {
    throw new UnsupportedOperationException("a client is for one vCenter");
  }

  @Override
  public @Nullable String getCookie() {
    return cookie.orElse(null);
  }

  @Override
  public void setCookie(String value) {
    cookie = Optional.ofNullable(value);
  }

  @Override
  public String getVimNameSpace() {
    return "urn:vim25";
  }

  @Override
  public void setVimNameSpace(String namespace) {
    throw new UnsupportedOperationException("the namespace is vim25's");
  }

  @Override
  public int getConnectTimeout() {
    return (int) limit.toMillis();
  }

  @Override
  public void setConnectTimeout(int millis) {
    throw new UnsupportedOperationException("the time limit is given at construction");
  }

  @Override
  public int getReadTimeout() {
    return (int) limit.toMillis();
  }

  @Override
  public void setReadTimeout(int millis) {
    throw new UnsupportedOperationException("the time limit is given at construction");
  }

  @Override
  public @Nullable TrustManager getTrustManager() {
    return null; // the transport verifies
  }

  @Override
  public void setSoapActionOnApiVersion(String version) {
    speak(version);
  }

  @Override
  public String marshall(String method, Argument[] arguments) {
    return new String(VimXmlWriter.write(method, arguments), StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable Object unMarshall(@Nullable String returnType, InputStream answer)
      throws Exception {
    return VimXmlReader.read(answer.readAllBytes(), returnType);
  }

  @Override
  public StringBuffer readStream(InputStream stream) {
    throw new UnsupportedOperationException("answers are read as objects only");
  }
}
