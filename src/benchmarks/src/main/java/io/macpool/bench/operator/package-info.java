/**
 * The operator's numbers. It runs in a process of its own, by its documented settings, before a
 * simulated Kubernetes, a simulated AMQP broker and a thousand fake workers in this one. Here
 * belongs what makes that fleet and what is measured on it; not the operator's logic.
 */
package io.macpool.bench.operator;
