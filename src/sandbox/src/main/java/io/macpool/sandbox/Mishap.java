package io.macpool.sandbox;

import java.time.Duration;

/**
 * Something that goes wrong on purpose.
 *
 * @param pause from the mishap before it
 * @param lasts until it is mended, where it does not mend itself
 * @param pick chooses whom it befalls, among those there are then
 */
record Mishap(Kind kind, Duration pause, Duration lasts, int pick) {

  /** What may go wrong. */
  enum Kind {
    /** vCenter drops its connections, forgets its sessions and is not there for a while. */
    VCENTER_AWAY,
    /** A host is dead, and its guests with it; it comes back empty-handed. */
    HOST_CRASHED,
    /** vCenter loses a host, whose guests run on. */
    HOST_DISCONNECTED,
    /** A host looks well, and every clone onto it fails. */
    HOST_REFUSES,
    /** A host has been up for so long that its TCP clock will soon stop. */
    HOST_AGED,
    /** The only datastore has no room for another clone. */
    DATASTORE_FULL,
    /** Each power-on asks a question first. */
    QUESTION_ASKED,
    /** vCenter has a new certificate; the file of authorities follows a while later. */
    CERTIFICATE_RENEWED,
    /** The AMQP broker drops its connections and takes new ones at once. */
    AMQP_CUT,
    /** The AMQP broker is not there for a while: a restart. */
    AMQP_AWAY,
    /**
     * The node on which all durable queues lie is gone for a while; half of the connections, too.
     */
    AMQP_FAILOVER,
    /** The queue of jobs is deleted; what waited in it is queued anew a while later. */
    QUEUE_DELETED,
    /** The queue of logs refuses every message. */
    LOGS_REFUSED,
    /** A guest's SSH connections are cut. */
    SSH_CUT,
    /** A worker's process is killed; it is started again. */
    WORKER_KILLED,
    /** A VM broker's process is killed; it is started again. */
    BROKER_KILLED,
    /** The operator's process is killed; it is started again. */
    OPERATOR_KILLED,
    /** The ledger's PostgreSQL, where it is one, crashes, and comes back after a while. */
    DATABASE_CRASHED,
    /** A Mac with tart reboots: its guests are gone, its VMs are not. */
    MAC_REBOOTED,
    /** A Mac with tart takes connections, and answers nothing for a while. */
    MAC_HUNG,
    /** A Mac with tart drops its connections. */
    MAC_CUT,
    /** The {@code tart run} of a guest is killed, and the guest with it. */
    TART_KILLED,
    /** A Mac with tart says for a while that it runs as many VMs as it may. */
    MAC_PHANTOM_LIMIT,
    /** The disk of a Mac with tart is full for a while. */
    MAC_DISK_FULL;

    /** Whether it ends a process of ours. */
    boolean kills() {
      return this == WORKER_KILLED || this == BROKER_KILLED || this == OPERATOR_KILLED;
    }

    /** As a person reads it. */
    String text() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
  }
}
