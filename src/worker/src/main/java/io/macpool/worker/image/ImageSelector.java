package io.macpool.worker.image;

import io.macpool.worker.job.JobPayload;
import java.util.concurrent.CompletableFuture;

/** Chooses the image of a job. */
@FunctionalInterface
public interface ImageSelector {

  /** The image; fails if none can be told, with a sentence for a person. */
  CompletableFuture<ImageChoice> select(JobPayload job);

  /** What the job asks for by name wins over {@code other}. */
  static ImageSelector byName(ImageSelector other) {
    return job ->
        job.attributes()
            .imageName()
            .map(name -> CompletableFuture.completedFuture(ImageChoice.of(name)))
            .orElseGet(() -> other.select(job));
  }
}
