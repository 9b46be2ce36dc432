package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.ImageInfo;
import io.macpool.cli.screen.Table;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code macpool images}. */
@Command(
    name = "images",
    mixinStandardHelpOptions = true,
    description = {"Lists the images that an instance can be made of.", ""},
    footer = {"", "Example:", "  macpool images"})
public final class ImagesCommand extends ListCommand<ImageInfo> {

  @Override
  CompletableFuture<List<ImageInfo>> ask(BrokerClient client) {
    return client.images();
  }

  @Override
  String text(List<ImageInfo> found, boolean wide) {
    Table table =
        new Table("IMAGE", "STATE", "USED", "WARM", "CPUS", "RAM", "REASON")
            .wide(wide, "CLONES", "UNTIL");
    for (ImageInfo each : found) {
      table.row(
          each.id(),
          each.state(),
          each.used(),
          each.warm(),
          each.cpus() == 0 ? null : each.cpus(),
          each.ram() == 0 ? null : each.ram() + " MB",
          each.reason(),
          each.instantClone() ? "instant" : "linked",
          each.until());
    }
    return table.toString();
  }
}
