package com.vmware.vim25;

/**
 * The argument of {@code InstantClone_Task}, new in vSphere 6.7. It lies in yavijava's package,
 * which ends before that version, because types are found there by their name. Fields are in the
 * order of the schema. Source: vSphere Web Services API, data object
 * VirtualMachineInstantCloneSpec.
 */
public class VirtualMachineInstantCloneSpec extends DynamicData {

  private static final long serialVersionUID = 1L;

  /** Of the clone. */
  public String name;

  /** Where it goes. */
  public VirtualMachineRelocateSpec location;

  /** Settings of the guest to change. */
  public OptionValue[] config;

  /** Its BIOS identifier; vCenter makes one if unset. */
  public String biosUuid;
}
