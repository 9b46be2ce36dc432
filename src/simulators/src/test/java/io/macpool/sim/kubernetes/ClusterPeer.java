package io.macpool.sim.kubernetes;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.macpool.sim.peer.Peer;
import java.io.File;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A real API server, made ready for the contracts. */
final class ClusterPeer {

  private static final String NAMESPACE =
      "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"ci\"}}";

  private ClusterPeer() {}

  /** A client of the peer; skips the tests if there is none. */
  static RawClient prepare() throws GeneralSecurityException {
    Optional<String> kubeconfig = Peer.KUBERNETES.location();
    assumeTrue(kubeconfig.isPresent(), "peer kubernetes is not here: its contract is not tested");
    Config config = Config.fromKubeconfig(new File(kubeconfig.get()));
    String url = config.getMasterUrl().replaceAll("/+$", "");
    String token =
        config.getAutoOAuthToken() == null ? config.getOauthToken() : config.getAutoOAuthToken();
    RawClient api = new RawClient(trusting(), url, token);
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client.resource(NAMESPACE).serverSideApply();
      client.resource(Widgets.DEFINITION).serverSideApply();
      client.resource(Widgets.SIZELESS).serverSideApply();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> serves(api, "widgets") && serves(api, "gadgets"));
    return api;
  }

  private static boolean serves(RawClient api, String plural) throws Exception {
    return api.get("/apis/example.com/v1/namespaces/ci/" + plural).status() == 200;
  }

  /** The peer's certificate is its own, and it lives for this run on loopback. */
  private static HttpClient trusting() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static final class TrustsAll implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
