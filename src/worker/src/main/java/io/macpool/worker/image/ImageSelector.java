package io.macpool.worker.image;

import io.macpool.worker.job.JobPayload;
import java.util.concurrent.CompletableFuture;

/** Chooses the image of a job. */
@FunctionalInterface
public interface ImageSelector {

  /** The image's name; fails if none can be told, with a sentence for a person. */
  CompletableFuture<String> select(JobPayload job);

  /** What the job asks for by name wins over {@code other}. */
  static ImageSelector byName(ImageSelector other) {
    return job ->
        job.attributes()
            .imageName()
            .map(CompletableFuture::completedFuture)
            .orElseGet(() -> other.select(job));
  }
}
