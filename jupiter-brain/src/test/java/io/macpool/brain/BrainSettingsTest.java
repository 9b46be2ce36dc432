package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.service.ServiceMain;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrainSettingsTest {

  private static final Map<String, String> LEAST =
      Map.of(
          "VSPHERE_API_URL", "https://user:hunter2@vcenter/sdk",
          "JUPITER_BRAIN_VSPHERE_BASE_PATH", "/DC/vm/Base/",
          "JUPITER_BRAIN_VSPHERE_VM_PATH", "/DC/vm/VMs/",
          "JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", "/DC/host/Cluster/");

  @Test
  void theOldBrokersDefaultsHold() {
    Settings settings = BrainSettings.SPEC.read(List.of(), LEAST);
    assertThat(settings.get(BrainSettings.ADDR).port()).isEqualTo(42_161);
    assertThat(settings.get(BrainSettings.REQUEST_TIMEOUT)).isEqualTo(Duration.ofMinutes(3));
    assertThat(settings.get(VSphereSettings.VSPHERE_CONCURRENT_READ_OPERATIONS)).isEqualTo(4);
    assertThat(settings.get(VSphereSettings.VSPHERE_CONCURRENT_CREATE_OPERATIONS)).isEqualTo(48);
    assertThat(settings.get(BrainSettings.DATABASE_POOL_SIZE)).isEqualTo(2);
    assertThat(settings.get(BrainSettings.JANITOR_CUTOFF)).isEqualTo(Duration.ofHours(2));
    assertThat(settings.describe()).doesNotContain("hunter2");
    assertThat(settings.toString()).doesNotContain("hunter2");
  }

  @Test
  void whatCantBeUsedIsToldAtOnceAndNoSecretWithIt() {
    Settings settings =
        BrainSettings.SPEC.read(
            List.of(
                "--vsphere-api-url=vcenter/hunter2",
                "--vsphere-thumbprint=12:34",
                "--auth-tokens=hunter3",
                "--database-url=mysql://hunter4",
                "--warm=xcode"),
            LEAST);
    assertThatThrownBy(() -> JupiterBrain.start(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("VSPHERE_API_URL")
        .hasMessageContaining("VSPHERE_THUMBPRINT")
        .hasMessageContaining("AUTH_TOKENS")
        .hasMessageContaining("DATABASE_URL")
        .hasMessageContaining("WARM")
        .hasMessageNotContainingAny("hunter2", "hunter3", "hunter4");
  }

  /** As govc and every other Go tool takes it. */
  @Test
  void aUserOfASingleSignOnDomainNeedsNoEscape() {
    for (String at : List.of("@", "%40")) {
      VSphereEndpoint endpoint =
          VSphereEndpoint.parse(
              new Secret("https://administrator" + at + "vsphere.local:hun:ter2@vc_1/sdk"));
      assertThat(endpoint.user()).isEqualTo("administrator@vsphere.local");
      assertThat(endpoint.password().reveal()).isEqualTo("hun:ter2");
      assertThat(endpoint).hasToString("https://vc_1:443/sdk");
    }
  }

  @Test
  void aPasswordInTheQueryOfTheDatabaseIsNoPartOfItsUrl() {
    DatabaseAddress address =
        DatabaseAddress.postgres(
            new Secret("postgres://db_1/ledger?user=ci&password=hunter2&sslpassword=hunter3"));
    assertThat(address.user()).contains("ci");
    assertThat(address.password()).contains(new Secret("hunter2"));
    assertThat(address.parameters()).containsEntry("sslpassword", new Secret("hunter3"));
    assertThat(address.toString()).doesNotContain("hunter").contains("//db_1:5432/ledger");
  }

  @Test
  void withoutATokenNobodyCouldCall() {
    assertThatThrownBy(() -> JupiterBrain.start(BrainSettings.SPEC.read(List.of(), LEAST)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("AUTH_TOKEN");
  }

  @Test
  void aBrokerNeedsHostsOfOneKindAtLeast() {
    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "no hosts are set: give --vsphere-api-url, --vsphere-base-path, --vsphere-vm-path and"
                + " --vsphere-cluster-path for hosts under vSphere, or --tart-hosts,"
                + " --tart-key-file and --tart-known-hosts for Macs with tart");
  }

  /** A name that nobody knows may be why one is missing. */
  @Test
  void someOfVSpheresSettingsDoNotDo() {
    for (String name : LEAST.keySet()) {
      Map<String, String> some = new HashMap<>(LEAST);
      some.remove(name);
      String flag = "--" + name.replace("JUPITER_BRAIN_", "").toLowerCase(Locale.ROOT);
      assertThatThrownBy(() -> start(some))
          .hasMessageContaining(flag.replace('_', '-') + " is required: set it, or JUPITER_BRAIN_")
          .hasMessageNotContainingAny("no hosts are set", "there are Macs");
    }
    for (Map<String, String> one :
        List.of(
            Map.of("JUPITER_BRAIN_VSPHERE_THUMBPRINT", "00"),
            Map.of("JUPITER_BRAIN_VSPHERE_INSECURE", "true"),
            Map.of("JUPITER_BRAIN_VSPHERE_VM_PATH", "/DC/vm/VMs/"))) {
      Map<String, String> withMacs = new HashMap<>(one);
      withMacs.put("JUPITER_BRAIN_TART_HOSTS", "nowhere.yaml");
      assertThatThrownBy(() -> start(withMacs))
          .as("%s", one)
          .hasMessageContaining(
              "--vsphere-api-url is required: set it, or JUPITER_BRAIN_VSPHERE_API_URL, or none of"
                  + " vSphere's settings: there are Macs")
          .hasMessageContaining("--vsphere-base-path is required")
          .hasMessageContaining("TART_HOSTS: it can't be read");
    }
    Map<String, String> misspelt = new HashMap<>(LEAST);
    misspelt.put(
        "JUPITER_BRAIN_VSPHERE_VMS_PATH", misspelt.remove("JUPITER_BRAIN_VSPHERE_VM_PATH"));
    assertThatThrownBy(() -> start(misspelt)).hasMessageContaining("VSPHERE_VMS_PATH");
  }

  @Test
  void macsNeedNothingOfVSphere() {
    assertThatThrownBy(() -> start(Map.of("JUPITER_BRAIN_TART_HOSTS", "nowhere.yaml")))
        .hasMessageContaining("TART_HOSTS: it can't be read")
        .hasMessageContaining("TART_KEY_FILE is required with TART_HOSTS")
        .hasMessageNotContainingAny("vsphere", "VSPHERE");
  }

  private static void start(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("JUPITER_BRAIN_AUTH_TOKEN", "secret");
    JupiterBrain.start(BrainSettings.SPEC.read(List.of(), all)).close();
  }

  @Test
  void theDocumentTellsEverySettingOfTheBroker() throws IOException {
    assertDocument("jupiter-brain", ServiceMain.withCommonSettings(BrainSettings.SPEC));
  }

  @Test
  void theDocumentTellsEverySettingOfTheJanitor() throws IOException {
    assertDocument("jupiter-brain-janitor", JanitorSettings.SPEC);
  }

  @Test
  void theDocumentTellsEverySettingOfTheHostCheck() throws IOException {
    assertDocument("jupiter-brain-host-check", HostCheckCommand.SPEC);
  }

  /** Run with -Dmacpool.docs.write=true to write the documents anew. */
  private static void assertDocument(String name, SettingsSpec spec) throws IOException {
    Path document = Path.of("../docs/configuration/" + name + ".md");
    String expected =
        "# Settings of "
            + spec.program()
            + "\n\n"
            + "Written from the code; a test holds it to that. Each is a flag and an environment"
            + " variable; the flag wins. Durations are written like `90s`, `3m30s`, `500ms`.\n\n"
            + spec.markdown();
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.createDirectories(document.getParent());
      Files.writeString(document, expected);
    }
    assertThat(document).hasContent(expected);
  }
}
