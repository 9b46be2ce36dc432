package io.macpool.sim.vcenter.soap;

import java.util.List;

/**
 * A list of values of one declared type. In a field it is the element repeated; as a value of its
 * own it is an {@code ArrayOf…}.
 *
 * @param itemType the type as in {@code ArrayOf…}'s element, for example {@code GuestNicInfo},
 *     {@code string}, {@code ManagedObjectReference}
 */
public record ArrayValue(String itemType, List<?> items) {

  public ArrayValue {
    items = List.copyOf(items);
  }

  public static ArrayValue strings(List<String> items) {
    return new ArrayValue("string", items);
  }

  public static ArrayValue refs(List<MoRef> items) {
    return new ArrayValue("ManagedObjectReference", items);
  }
}
