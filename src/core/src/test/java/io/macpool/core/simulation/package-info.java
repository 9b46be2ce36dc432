/**
 * The whole in virtual time: workers under the planners of jobs, claims and pools, with a job
 * broker, a pool of instances, an operator and a scheduler that are simulated call by call. One
 * seed gives one course of events. No thread and no clock of the process belongs here.
 */
package io.macpool.core.simulation;
