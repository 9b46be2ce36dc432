/**
 * What one pod, or a Deployment that makes none, says to who looks: values read out of the API's
 * objects. Entry: {@link io.macpool.operator.cluster.pod.PodView}.
 *
 * <p>Invariant: nothing here asks the API or keeps anything.
 */
@NullMarked
package io.macpool.operator.cluster.pod;

import org.jspecify.annotations.NullMarked;
