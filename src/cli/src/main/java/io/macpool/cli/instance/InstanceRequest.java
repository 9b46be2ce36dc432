package io.macpool.cli.instance;

import io.macpool.broker.NewInstance;
import io.macpool.cli.config.PlainArguments;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What an instance shall be; picocli fills it in. */
public final class InstanceRequest {

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image: see macpool images.")
  private String image;

  @Mixin private Size size;

  /**
   * By arguments that need no parser.
   *
   * @throws NumberFormatException if a number is none
   */
  public static InstanceRequest of(PlainArguments given) {
    InstanceRequest wanted = new InstanceRequest();
    wanted.image = given.first();
    wanted.size = Size.of(given);
    return wanted;
  }

  /**
   * The broker's form of it.
   *
   * @throws IllegalArgumentException if the memory is no size
   */
  public NewInstance order() {
    return NewInstance.of(image, size.cpus(), size.megabytes());
  }
}
