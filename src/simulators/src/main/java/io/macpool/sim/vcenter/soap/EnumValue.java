package io.macpool.sim.vcenter.soap;

/** A value of a vim25 enumeration: the name of the enumeration and the word on the wire. */
public record EnumValue(String type, String word) {}
