package io.macpool.brain;

import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where vCenter is, who logs in, and how its certificate is checked. */
record VSphereAccess(VSphereEndpoint endpoint, Optional<Path> passwordFile, TrustPolicy trust) {

  private static final Logger log = LoggerFactory.getLogger(VSphereAccess.class);

  /** The settings that tell, which have other names for the broker than for the janitor. */
  record Names(
      Setting<Secret> url,
      Setting<String> passwordFile,
      Setting<String> authorities,
      Setting<String> thumbprint,
      Setting<Boolean> insecure) {}

  /** Empty if there is a problem with any of it. */
  static Optional<VSphereAccess> of(Settings settings, Names names, SettingsProblems problems) {
    VSphereEndpoint endpoint =
        problems.check(names.url(), () -> VSphereEndpoint.parse(settings.get(names.url())));
    TrustPolicy trust = trust(settings, names, problems);
    return endpoint == null || trust == null
        ? Optional.empty()
        : Optional.of(
            new VSphereAccess(endpoint, settings.find(names.passwordFile()).map(Path::of), trust));
  }

  private static @Nullable TrustPolicy trust(
      Settings settings, Names names, SettingsProblems problems) {
    if (settings.get(names.insecure())) {
      log.warn(
          "vCenter's certificate is NOT verified: whoever sits between may read the password;"
              + " set --vsphere-ca-file or --vsphere-thumbprint instead of --vsphere-insecure");
      return TrustPolicy.insecure();
    }
    return settings
        .find(names.thumbprint())
        .map(print -> problems.check(names.thumbprint(), () -> TrustPolicy.thumbprint(print)))
        .orElseGet(
            () ->
                problems.check(
                    names.authorities(),
                    () ->
                        TrustPolicy.authorities(settings.find(names.authorities()).map(Path::of))));
  }
}
