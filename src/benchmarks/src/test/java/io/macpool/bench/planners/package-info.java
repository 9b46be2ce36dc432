/**
 * The pure planners, measured with JMH at the size that one installation is planned for: 1,000
 * hosts, 2,000 instances, 100 clusters. Among the tests because JMH's licence keeps it out of what
 * is shipped.
 */
package io.macpool.bench.planners;
