package io.macpool.cli.gitlab;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the stage {@code config} decides for the later stages of one try at a job. GitLab Runner
 * hands it on by {@code job_env}, where no job can put anything.
 *
 * @param lease under which the try's Mac is made
 * @param leaseFor how long the Mac outlives the last stage that was heard of
 * @param image of jobs that name none; null if they have to
 * @param allowed patterns of images that a job may name, {@code *} for any text; empty: all
 * @param cpus null: as the image has
 * @param ram in MB; null: as the image has
 * @param patience how long to wait for a free Mac
 */
record GitLabSettings(
    String lease,
    Duration leaseFor,
    @Nullable String image,
    List<String> allowed,
    @Nullable Integer cpus,
    @Nullable Long ram,
    Duration patience,
    Duration boot) {

  /**
   * The image that a job gets.
   *
   * @param asked what the job names; may be empty
   * @throws GitLabBuildFailure if the job has to be mended
   */
  String imageFor(String asked) throws GitLabBuildFailure {
    if (asked.isBlank()) {
      if (image == null) {
        throw new GitLabBuildFailure(
            "the job names no image, and this runner has no default: write image: NAME in"
                + " .gitlab-ci.yml"
                + (allowed.isEmpty() ? "" : "; allowed are " + String.join(", ", allowed)));
      }
      return image;
    }
    if (!asked.equals(image) && !allowed.isEmpty() && allowed.stream().noneMatch(fits(asked))) {
      throw new GitLabBuildFailure(
          "image %s is not allowed on this runner; allowed are %s"
              .formatted(asked, String.join(", ", allowed)));
    }
    return asked;
  }

  private static Predicate<String> fits(String asked) {
    return pattern -> Pattern.matches("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E", asked);
  }
}
