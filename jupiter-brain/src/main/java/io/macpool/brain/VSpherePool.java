package io.macpool.brain;

import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The broker's hosts under vSphere, if it has any, checked as a whole. */
final class VSpherePool {

  private static final VSphereAccess.Names NAMES =
      new VSphereAccess.Names(
          VSphereSettings.VSPHERE_API_URL,
          VSphereSettings.VSPHERE_PASSWORD_FILE,
          VSphereSettings.VSPHERE_CA_FILE,
          VSphereSettings.VSPHERE_THUMBPRINT,
          VSphereSettings.VSPHERE_INSECURE);

  /** Without any of them there is no such pool. */
  private static final List<Setting<?>> NEEDED =
      List.of(
          VSphereSettings.VSPHERE_API_URL,
          VSphereSettings.VSPHERE_BASE_PATH,
          VSphereSettings.VSPHERE_VM_PATH,
          VSphereSettings.VSPHERE_CLUSTER_PATH);

  /** Who sets one of them means to have the pool; limits and times have defaults. */
  private static final List<Setting<?>> FURTHER =
      List.of(
          VSphereSettings.VSPHERE_PASSWORD_FILE,
          VSphereSettings.VSPHERE_CA_FILE,
          VSphereSettings.VSPHERE_THUMBPRINT,
          VSphereSettings.VSPHERE_ANSWERS);

  private VSpherePool() {}

  /** Empty if there is none, or a problem with it. */
  static Optional<VSphereOptions> of(Settings settings, SettingsProblems problems) {
    boolean tart = settings.find(TartSettings.TART_HOSTS).isPresent();
    List<Setting<?>> missing =
        NEEDED.stream().filter(setting -> settings.find(setting).isEmpty()).toList();
    boolean none =
        missing.equals(NEEDED)
            && FURTHER.stream().allMatch(setting -> settings.find(setting).isEmpty())
            && !settings.get(VSphereSettings.VSPHERE_INSECURE);
    if (none && tart) {
      return Optional.empty();
    }
    if (none) {
      problems.add(
          "no hosts are set: give "
              + flags(NEEDED)
              + " for hosts under vSphere, or "
              + flags(
                  List.of(
                      TartSettings.TART_HOSTS,
                      TartSettings.TART_KEY_FILE,
                      TartSettings.TART_KNOWN_HOSTS))
              + " for Macs with tart, or all of them for both");
    }
    if (!missing.isEmpty()) {
      if (!none) {
        missing.forEach(
            setting ->
                problems.add(
                    "%s is required: set it, or %s%s%s"
                        .formatted(
                            setting.flag(),
                            BrainSettings.PREFIX,
                            setting.name(),
                            tart ? ", or none of vSphere's settings: there are Macs" : "")));
      }
      settings.warnings().forEach(problems::add); // a misspelt name may be why one is missing
    }
    Optional<VSphereAccess> access =
        settings.find(VSphereSettings.VSPHERE_API_URL).isPresent()
            ? VSphereAccess.of(settings, NAMES, problems)
            : Optional.empty();
    QuestionPolicy questions =
        settings
            .find(VSphereSettings.VSPHERE_ANSWERS)
            .map(
                text ->
                    problems.check(
                        VSphereSettings.VSPHERE_ANSWERS, () -> QuestionPolicy.parse(text)))
            .orElse(QuestionPolicy.USUAL);
    if (!missing.isEmpty()) {
      return Optional.empty();
    }
    checkFolders(settings, problems);
    return access.map(given -> options(settings, given, questions));
  }

  private static String flags(List<Setting<?>> settings) {
    String all = settings.stream().map(Setting::flag).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " and " + all.substring(last + 2);
  }

  private static VSphereOptions options(
      Settings settings, VSphereAccess access, QuestionPolicy questions) {
    return new VSphereOptions(
        access.endpoint(),
        access.passwordFile(),
        access.trust(),
        Optional.of(
            new InventoryPaths(
                settings.get(VSphereSettings.VSPHERE_BASE_PATH),
                settings.get(VSphereSettings.VSPHERE_VM_PATH),
                settings.get(VSphereSettings.VSPHERE_CLUSTER_PATH))),
        settings.get(VSphereSettings.VSPHERE_CALL_TIMEOUT),
        settings.get(VSphereSettings.VSPHERE_TASK_TIMEOUT),
        settings.get(VSphereSettings.VSPHERE_STALE_AFTER),
        settings.get(VSphereSettings.VSPHERE_CONCURRENT_READ_OPERATIONS),
        questions);
  }

  /** Every VM in the folder of clones may be destroyed: no image may lie there. */
  private static void checkFolders(Settings settings, SettingsProblems problems) {
    String base = plain(settings.get(VSphereSettings.VSPHERE_BASE_PATH));
    String clones = plain(settings.get(VSphereSettings.VSPHERE_VM_PATH));
    if (base.startsWith(clones) || clones.startsWith(base)) {
      problems.add(
          "VSPHERE_BASE_PATH and VSPHERE_VM_PATH must be two folders of which neither lies in the"
              + " other: VMs in the latter are destroyed");
    }
  }

  private static String plain(String path) {
    return Arrays.stream(path.split("/"))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("/", "/", "/"));
  }
}
