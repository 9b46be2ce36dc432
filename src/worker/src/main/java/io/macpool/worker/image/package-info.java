/**
 * Which image a job runs on: by settings, or by a service.
 *
 * <p>Must not be here: anything of instances.
 */
@NullMarked
package io.macpool.worker.image;

import org.jspecify.annotations.NullMarked;
