package io.macpool.brain;

import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;

/**
 * How vCenter is reached, and how much may be asked of it at a time. Part of {@link BrainSettings}.
 */
public final class VSphereSettings {

  public static final Setting<Secret> VSPHERE_API_URL =
      Setting.secret(
              "VSPHERE_API_URL",
              "vCenter's SDK: https://user:password@host/sdk. It and the three paths are required,"
                  + " unless TART_HOSTS is set and nothing of vSphere's: then there is no vCenter")
          .also("VSPHERE_API_URL");

  public static final Setting<String> VSPHERE_PASSWORD_FILE =
      Setting.text(
          "VSPHERE_PASSWORD_FILE",
          "a file with the password of vCenter's user, instead of the URL's: it is followed when it"
              + " changes, as a mounted Secret does");

  public static final Setting<String> VSPHERE_BASE_PATH =
      Setting.text(
          "VSPHERE_BASE_PATH",
          "inventory path of the folder of base VMs, such as /Datacenter/vm/Base/");

  public static final Setting<String> VSPHERE_VM_PATH =
      Setting.text(
          "VSPHERE_VM_PATH",
          "inventory path of the folder that clones go to; every VM in it is the broker's");

  public static final Setting<String> VSPHERE_CLUSTER_PATH =
      Setting.text(
          "VSPHERE_CLUSTER_PATH",
          "inventory path of the cluster, such as /Datacenter/host/Cluster/");

  public static final Setting<String> VSPHERE_CA_FILE =
      Setting.text(
          "VSPHERE_CA_FILE",
          "PEM file of the authorities that may sign vCenter's certificate, followed when it"
              + " changes; the JVM's own if unset");

  public static final Setting<String> VSPHERE_THUMBPRINT =
      Setting.text(
          "VSPHERE_THUMBPRINT",
          "SHA-256 of vCenter's certificate in hex, colons or not: that certificate is trusted"
              + " whoever signed it");

  public static final Setting<Boolean> VSPHERE_INSECURE =
      Setting.flag("VSPHERE_INSECURE", "trust any certificate; warned of at each start");

  public static final Setting<String> VSPHERE_ANSWERS =
      Setting.of(
          "VSPHERE_ANSWERS",
          "how a VM's questions at power-on are answered: the beginning of the question, and a part"
              + " of the choice; msg.uuid.altered=copied unless given otherwise, and what has no"
              + " answer is cancelled",
          "QUESTION=CHOICE,…",
          text -> text);

  public static final Setting<Duration> VSPHERE_CALL_TIMEOUT =
      Setting.duration("VSPHERE_CALL_TIMEOUT", "the longest that one call to vCenter may take")
          .defaultTo(Duration.ofSeconds(30));

  public static final Setting<Duration> VSPHERE_TASK_TIMEOUT =
      Setting.duration("VSPHERE_TASK_TIMEOUT", "the longest that one vSphere task may take")
          .defaultTo(Duration.ofMinutes(10));

  public static final Setting<Duration> VSPHERE_STALE_AFTER =
      Setting.duration(
              "VSPHERE_STALE_AFTER",
              "an inventory not confirmed for this long makes the broker not ready and reads"
                  + " direct")
          .defaultTo(Duration.ofSeconds(60));

  public static final Setting<Integer> VSPHERE_CONCURRENT_READ_OPERATIONS =
      Setting.integer(
              "VSPHERE_CONCURRENT_READ_OPERATIONS", 1, 1_000, "direct reads of vCenter at a time")
          .defaultTo(4);

  public static final Setting<Integer> VSPHERE_CONCURRENT_CREATE_OPERATIONS =
      Setting.integer("VSPHERE_CONCURRENT_CREATE_OPERATIONS", 1, 10_000, "creates at a time")
          .defaultTo(48);

  public static final Setting<Integer> VSPHERE_CONCURRENT_DELETE_OPERATIONS =
      Setting.integer("VSPHERE_CONCURRENT_DELETE_OPERATIONS", 1, 10_000, "destroys at a time")
          .defaultTo(48);

  static final List<Setting<?>> ALL =
      List.of(
          VSPHERE_API_URL,
          VSPHERE_PASSWORD_FILE,
          VSPHERE_BASE_PATH,
          VSPHERE_VM_PATH,
          VSPHERE_CLUSTER_PATH,
          VSPHERE_CA_FILE,
          VSPHERE_THUMBPRINT,
          VSPHERE_INSECURE,
          VSPHERE_ANSWERS,
          VSPHERE_CALL_TIMEOUT,
          VSPHERE_TASK_TIMEOUT,
          VSPHERE_STALE_AFTER,
          VSPHERE_CONCURRENT_READ_OPERATIONS,
          VSPHERE_CONCURRENT_CREATE_OPERATIONS,
          VSPHERE_CONCURRENT_DELETE_OPERATIONS);

  private VSphereSettings() {}
}
