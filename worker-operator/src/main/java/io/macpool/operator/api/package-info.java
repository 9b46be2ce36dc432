/**
 * The custom resources as classes: {@code WorkerCluster} and {@code HardwarePool}. The CRD files
 * that charts ship are generated from these classes, so every field carries its description and its
 * bounds here.
 *
 * <p>Belongs here: mutable carriers with public fields, as the serializer wants them. Must not be
 * here: decisions. The carriers are read into validated records at once, by {@code
 * io.macpool.operator.cluster.spec}.
 */
@NullMarked
package io.macpool.operator.api;

import org.jspecify.annotations.NullMarked;
