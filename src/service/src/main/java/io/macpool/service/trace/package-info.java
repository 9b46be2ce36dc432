/**
 * How long each part of what is done for a job took, over all services that had a part in it. The
 * only place that knows OpenTelemetry; what a service's spans are called is the service's matter.
 */
@NullMarked
package io.macpool.service.trace;

import org.jspecify.annotations.NullMarked;
