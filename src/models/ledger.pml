/*
 * The ledger's protocol: intent, slot, owner, reclaim; several brokers that crash.
 *
 * What is atomic here is one transaction of the ledger, or one task of vCenter; everything else can
 * come between any two steps, and a broker can crash before any of them. All brokers reconcile at
 * any time, as if each led: the protocol must not rest on there being one leader.
 *
 * Three assumptions of time, each a limit of ReclaimPlanner.Policy, stand where they are used:
 * CLONE_LIMIT, CONFIRM_LIMIT and ABSENCE.
 *
 * A name defined by -D puts a fault into the protocol; LedgerModelIT says which, and that each is found.
 */
#ifndef BROKERS
#define BROKERS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define INSTANCES 3
#define HOSTS 2
#define SLOTS 1

mtype:phase = { NONE, REQUESTED, CLONED, READY, RECLAIMING, GONE };

typedef Row {
  mtype:phase phase;
  bool warm;      /* waits for an owner */
  bool keyed;     /* made under the one idempotency key that there is here */
  bool confirmed; /* its owner knows of it */
  bit host
};

Row row[INSTANCES];

/* vCenter */
bool pending[INSTANCES]; /* it was asked for the clone, and has not made it yet */
bool there[INSTANCES];   /* the machine exists */
bit place[INSTANCES];    /* its host, also while pending */

/* The clients */
bool given[INSTANCES];   /* some client was told of it, once */
bool owned[INSTANCES];   /* a client has it and has not deleted it */

/* What time would tell: a broker is between the record and the order of a clone. */
byte asking[INSTANCES]; /* by whom: 0 is nobody */

bool crashed[BROKERS];

#define HOLDS_SLOT(i) (row[i].phase != NONE && row[i].phase != GONE)
#define ON(i, h) (HOLDS_SLOT(i) && row[i].host == h)
#define USED(h) (ON(0, h) + ON(1, h) + ON(2, h))
#define RUNS(i, h) ((there[i] || pending[i]) && place[i] == h)
#define MACHINES(h) (RUNS(0, h) + RUNS(1, h) + RUNS(2, h))
#define UNDER_KEY(i) (row[i].keyed && row[i].phase != NONE && row[i].phase != RECLAIMING && row[i].phase != GONE)
#define KEY_IN_USE (UNDER_KEY(0) || UNDER_KEY(1) || UNDER_KEY(2))
#define BEING_MADE(i) (row[i].phase == REQUESTED || row[i].phase == CLONED)

/* Never more machines on a host than slots; never two instances under one key. */
#define CHECK \
  assert(MACHINES(0) <= SLOTS && MACHINES(1) <= SLOTS); \
  assert(UNDER_KEY(0) + UNDER_KEY(1) + UNDER_KEY(2) <= 1)

/* Some instance of which that is so. */
#define PICK(is) if :: is(0) -> i = 0 :: is(1) -> i = 1 :: is(2) -> i = 2 fi

#define IS_OWNED(i) (owned[i] && (row[i].confirmed || (row[i].phase == READY && !row[i].warm)))
#define WAITS_WARM(i) (row[i].phase == READY && row[i].warm)
#define IS_DOUBTFUL(i) (BEING_MADE(i) || (row[i].phase == READY && !row[i].warm && !row[i].confirmed))
#define IS_DECIDED(i) (row[i].phase == RECLAIMING)
#define IS_ORPHAN(i) (there[i] && (row[i].phase == NONE || row[i].phase == GONE))

#define FREE(i) (row[i].phase == NONE && !pending[i] && !there[i])
#define ANY_FREE (FREE(0) || FREE(1) || FREE(2))
#define ROOM(h) (USED(h) < SLOTS)

/* Instances are alike: the next one is as good as any. */
#define PICK_NEXT \
  if \
  :: FREE(0) -> i = 0 \
  :: !FREE(0) && FREE(1) -> i = 1 \
  :: !FREE(0) && !FREE(1) && FREE(2) -> i = 2 \
  fi

/* What a reservation holds against the record, if it is not one transaction with what it rests on. */
#ifdef SLOT_FROM_MEMORY
#define STILL ANY_FREE && (!keyed || !KEY_IN_USE)
#endif
#ifdef KEY_FROM_MEMORY
#define STILL ANY_FREE && ROOM(h)
#endif
#ifdef ASKS_BEFORE_RECORD
#define STILL row[i].phase == NONE && ROOM(h) && (!keyed || !KEY_IN_USE)
#endif

inline become(i, next) {
  row[i].phase = next;
  if
  :: next == RECLAIMING || next == GONE ->
       /* Nothing asks for these any more: states that differ in nothing else are one. */
       row[i].warm = false;
       row[i].keyed = false;
       row[i].confirmed = false
  :: else
  fi
}

/*
 * A row's version, as a look remembers it. Nothing goes back: phases go forward, warm ends, and
 * confirmed begins. So a row that looks as it did has not changed.
 */
#define VERSION(i) (row[i].phase * 4 + row[i].warm * 2 + row[i].confirmed)

/* The order of a clone: carried out some time, whoever lives then. */
active proctype VCenter() {
  byte i;
end:
  do
  :: atomic { pending[0] -> pending[0] = false; there[0] = true }
  :: atomic { pending[1] -> pending[1] = false; there[1] = true }
  :: atomic { pending[2] -> pending[2] = false; there[2] = true }
  od
}

/* Who owns an instance asks about it, at any replica, and deletes it some time, or never. */
active proctype Clients() {
  byte i;
end:
  do
  :: atomic {
       PICK(IS_OWNED);
       if
       :: row[i].phase == READY && !row[i].warm && !row[i].confirmed ->
            row[i].confirmed = true
       :: row[i].confirmed ->
            owned[i] = false;
            become(i, RECLAIMING)
       fi;
       i = 0
     }
  od
}

/* Makes or hands over an instance, and tells a client. */
inline create() {
  atomic {
    ANY_FREE && (ROOM(0) || ROOM(1));
    PICK_NEXT;
    if
    :: ROOM(0) -> h = 0
    :: ROOM(1) -> h = 1
    fi;
    if
    :: warm = true
    :: warm = false
    :: !KEY_IN_USE -> keyed = true
    fi;
#ifdef ASKS_BEFORE_RECORD
    pending[i] = true;
    place[i] = h;
    CHECK
#endif
#ifdef STILL
  }
  atomic {
    if
    :: STILL -> skip
    :: else -> goto idle
    fi;
#ifndef ASKS_BEFORE_RECORD
    PICK_NEXT;
#endif
#endif
    row[i].warm = warm;
    row[i].keyed = keyed;
    row[i].host = h;
    row[i].confirmed = false;
    become(i, REQUESTED);
    asking[i] = me + 1;
    CHECK
  };
  atomic {
#ifndef ASKS_BEFORE_RECORD
    pending[i] = true;
    place[i] = h;
#endif
    asking[i] = 0;
    CHECK
  };
  if
  :: atomic {
       there[i] ->
       if
       :: row[i].phase == REQUESTED -> become(i, CLONED)
       :: else -> goto idle
       fi
     }
  :: /* Its time is up before vCenter answers. */
     atomic {
       if
       :: BEING_MADE(i) && !row[i].confirmed -> become(i, RECLAIMING)
       :: else
       fi;
       goto idle
     }
  fi;
  atomic {
    if
    :: row[i].phase == CLONED -> become(i, READY)
    :: else -> goto idle
    fi
  };
  if
  :: warm -> goto idle
  :: else
  fi;
  tell()
}

inline tell() {
  if
  :: atomic {
       assert(!given[i]); /* never two owners */
       given[i] = true;
       /* Deleted, or given up, before the answer went out: then the answer is another. */
       owned[i] = (row[i].phase == READY)
     }
  :: /* The client has gone away. */
     atomic {
       if
       :: row[i].phase == READY && !row[i].confirmed -> become(i, RECLAIMING)
       :: else
       fi
     }
  fi
}

/* A warm one for a client that asked; several brokers may have the same in mind. */
inline handOver() {
  atomic {
    PICK(WAITS_WARM)
  };
  atomic {
#ifdef HANDS_OVER_FROM_MEMORY
    if
    :: row[i].phase == READY ->
#else
    if
    :: row[i].phase == READY && row[i].warm ->
#endif
         row[i].warm = false;
         row[i].confirmed = false
    :: else -> goto idle
    fi
  };
  tell()
}

/* Its warm time is over, or its slot is wanted. */
inline retire() {
  atomic {
    PICK(WAITS_WARM)
  };
  atomic {
#ifdef RETIRES_FROM_MEMORY
    if
    :: row[i].phase == READY -> become(i, RECLAIMING)
#else
    if
    :: row[i].phase == READY && row[i].warm -> become(i, RECLAIMING)
#endif
    :: else
    fi
  }
}

/* What a look judged, and what is done about it if nothing has changed since. */
inline judge() {
  atomic {
    /* Abandoned: a broker that only seems silent may be making it. Or unclaimed. */
    PICK(IS_DOUBTFUL);
    seen = VERSION(i)
  };
  atomic {
    /* CONFIRM_LIMIT: by then an owner that knows of an instance has asked about it. */
    !(owned[i] && !row[i].confirmed);
#ifdef JUDGES_FROM_MEMORY
    if
    :: BEING_MADE(i) || row[i].phase == READY -> become(i, RECLAIMING)
#else
    if
    :: VERSION(i) == seen && (BEING_MADE(i) || row[i].phase == READY) -> become(i, RECLAIMING)
#endif
    :: else
    fi
  };
  seen = 0
}

/* Carries out what was decided, by whomever. */
inline reclaim() {
  atomic {
    PICK(IS_DECIDED)
  };
#ifdef FREES_BEFORE_DESTROYING
  atomic {
    if
    :: row[i].phase == RECLAIMING -> become(i, GONE)
    :: else -> goto idle
    fi
  };
  atomic { there[i] -> there[i] = false }
#else
  if
  :: atomic { there[i] -> assert(!owned[i]); there[i] = false; place[i] = 0 }
#ifdef BELIEVES_ONE_LOOK
  :: !there[i]
#else
  :: !there[i] && !pending[i] && asking[i] == 0
     /* CLONE_LIMIT and ABSENCE: a clone that was or will be ordered is there by then. */
#endif
  fi;
  atomic {
    if
    :: row[i].phase == RECLAIMING -> become(i, GONE)
    :: else
    fi
  }
#endif
}

/* A machine that no record wants: made by a broker that crashed before it was on record, say. */
inline orphan() {
  atomic {
    PICK(IS_ORPHAN);
    assert(!owned[i]);
    there[i] = false;
    place[i] = 0
  }
}

proctype Broker(byte me) {
  byte i, seen;
  bit h;
  bool warm, keyed;
idle:
  {
    atomic { i = 0; seen = 0; h = 0; warm = false; keyed = false };
end:
    if
    :: create()
    :: handOver()
    :: retire()
    :: judge()
    :: reclaim()
    :: orphan()
    fi
  } unless {
    atomic {
      crashed[me];
      crashed[me] = false;
      /* It asks for nothing any more. */
      if
      :: asking[i] == me + 1 -> asking[i] = 0
      :: else
      fi
    }
  };
  goto idle
}

/* Spends the crashes, on whom and when it likes. */
proctype Fate() {
  byte left = CRASHES;
end:
  do
  :: atomic { left > 0 && !crashed[0] -> crashed[0] = true; left-- }
#if BROKERS > 1
  :: atomic { left > 0 && !crashed[1] -> crashed[1] = true; left-- }
#endif
  od
}

init {
  atomic {
    row[0].phase = NONE; row[1].phase = NONE; row[2].phase = NONE;
    run Broker(0);
#if BROKERS > 1
    run Broker(1);
#endif
    run Fate()
  }
}
