package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.soap.MoRef;
import java.util.List;
import java.util.Map;

/** Registers the base images, spread over the hosts in turn. */
final class ImageLayout {

  private ImageLayout() {}

  static void register(
      List<BaseImage> images, Machines machines, Hosts hosts, Map<String, MoRef> datastores) {
    List<MoRef> on = hosts.refs();
    int next = 0;
    for (BaseImage image : images) {
      String datastore =
          image.datastores().isEmpty()
              ? datastores.keySet().iterator().next()
              : image.datastores().get(0);
      if (!datastores.containsKey(datastore)) {
        throw new IllegalArgumentException(
            "image " + image.name() + " lies on a datastore that does not exist: " + datastore);
      }
      machines.addImage(
          image, on.get(next++ % on.size()), Map.entry(datastore, datastores.get(datastore)));
    }
  }
}
