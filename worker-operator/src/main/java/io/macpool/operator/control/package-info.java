/**
 * The workers' remote control: asking a pod for its pool, telling it a size.
 *
 * <p>Belongs here: HTTP to pods, with finite time-outs and bounded bodies, and the memory of what
 * each pod said last. Must not be here: which size to tell; Kubernetes.
 */
@NullMarked
package io.macpool.operator.control;

import org.jspecify.annotations.NullMarked;
