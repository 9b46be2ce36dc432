package io.macpool.core.simulation;

/** A kind of thing that goes wrong. */
enum Mishap {
  /** A worker's connection to the job broker is reset. */
  CONNECTION_RESET,
  /** A worker can't reach the job broker; each end notices in its own time. */
  CUT_OFF,
  JOB_BROKER_AWAY,
  /** What was unacked for too long is taken back, and its channel closed. */
  TAKEN_BACK,
  /** The node of a queue goes and comes: acks of what was out are taken, and none counts. */
  NODE_GONE,
  /** A report is refused, or kept and its confirm lost. */
  REPORTS_FAIL,
  WORKER_DIES,
  WORKER_STANDS_STILL,
  /** Calls to the broker of instances, and its answers, are lost. */
  INSTANCE_CALLS_FAIL,
  INSTANCES_AWAY,
  SESSION_LOST,
  INSTANCE_LOST,
  OPERATOR_DIES,
  /** A pod can't be asked, or is not told. */
  REMOTE_CALLS_FAIL,
  QUEUE_UNREADABLE,
  /** Pods are replaced, one after the other. */
  ROLLOUT,
  /** Somebody edits how many jobs a cluster may run. */
  EDITED,
  /** Clocks that nobody sets run apart; the operator's jumps. */
  CLOCKS_APART
}
