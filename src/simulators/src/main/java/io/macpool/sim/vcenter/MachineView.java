package io.macpool.sim.vcenter;

/**
 * A virtual machine as a test sees it.
 *
 * @param original the name that it was made under
 * @param address of its guest; empty if it has none
 * @param unfinished whether its clone task still runs
 */
public record MachineView(
    String name,
    String original,
    String folder,
    String host,
    boolean poweredOn,
    String address,
    int cpus,
    int memoryMb,
    boolean linked,
    boolean unfinished) {}
