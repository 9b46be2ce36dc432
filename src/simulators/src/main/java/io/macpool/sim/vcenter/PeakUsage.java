package io.macpool.sim.vcenter;

/**
 * The most there ever was at a time, of clones (virtual machines outside the images' folder).
 *
 * @param machines virtual machines, running or not
 * @param machinesOnOneHost virtual machines on the fullest host
 * @param hosts hosts with at least one
 */
public record PeakUsage(int machines, int machinesOnOneHost, int hosts) {}
