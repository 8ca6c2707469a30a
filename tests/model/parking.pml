// SPDX-License-Identifier: MIT
// Sleeping and waking: a worker on the futex `bell`, with its word `parked`; the parent on an eventfd, with
// `ParentSleepWord` and the worker's `WakeThresholds`. Each frame has more bytes and more answers than the rings hold,
// so that both sides wait for work, for bytes and for room. A second thread of the parent hands frames in; the worker
// may die at any step. Memory is sequentially consistent here. A wake-up that is lost is an invalid end state.
//
// search: -DBYTES=1 -DTASK_RING=2 -DANSWERS=3
// search: -DBYTES=2 -DTASK_RING=1 -DANSWERS=1

#ifndef DEATHS
#define DEATHS 1
#define RECALLS 1
#endif

#define ALL_FRAMES 2
// BYTES and ANSWERS are those of a frame. Only the last answer looks whether the parent sleeps.
#define RESULT_RING 2
#define never 255

#define awake 0         // reasons to park
#define for_frames 1
#define for_bytes 2
#define for_room 3

byte claimed, offered, filled, consumed, committed, taken;
byte parked, bell, parent_sleep;
byte at_committed = never, at_consumed = never, when_idle;
// `parked` and `parent_sleep` carry a count of sleeps, and who rang remembers for which. All that this is compared for:
bool rung_for_parked, rung_for_parent_sleep;  // somebody has rung for this very sleep
byte word;              // `parent_sleep`, as the worker has read it
bool in_futex;          // the worker, in the kernel
bool rung;              // the eventfd, since the last epoll_wait
chan kill = [0] of { bool };
bool alive = true, reaped, reported;
#ifdef WITHOUT_RINGS_DIE_WITH_THE_WORKER
bool is_successor;
#endif

// The parent's own, under its mutex.
bool locked, eager;
byte queued, frames, answered, offered_, filled_, stream_left, taken_, seen;
byte left = ALL_FRAMES * ANSWERS;
bool wants_room, finished;

// ---- The worker ----------------------------------------------------------------------------------------------------

#ifndef WITHOUT_SLEEPS_ARE_COUNTED
#define new_sleep(rung_for) rung_for = false
#else
#define new_sleep(rung_for) skip
#endif

inline park(reason, condition) {
#ifndef WITHOUT_BELL_BEFORE_FLAG
  heard = bell;
#endif
#ifndef WITHOUT_RINGS_DIE_WITH_THE_WORKER
  d_step { parked = reason; new_sleep(rung_for_parked) }
#else
  d_step { parked = reason; rung_for_parked = rung_for_parked && is_successor; is_successor = false }
#endif
  if
#ifndef WITHOUT_FLAG_THEN_LOOK
  :: condition
  :: !(condition) ->
#else
  :: true ->
#endif
#ifdef WITHOUT_BELL_BEFORE_FLAG
    heard = bell;
#endif
    if
    :: d_step { bell == heard -> in_futex = true }
      if
      :: !in_futex
      :: finished -> goto end_finished  // it may sleep for ever
      fi
    :: bell != heard
    fi
  fi;
  atomic { parked = awake; heard = 0 }
}

inline wait_until(reason, condition) {
  do
  :: condition -> break
  :: !(condition) -> park(reason, condition)
  od
}

#define may_ring (parent_sleep != 0 && !rung_for_parent_sleep)
#define old 2           // what `word` was read of: a sleep that is over

inline ring() {
  d_step { rung_for_parent_sleep = (word == old -> rung_for_parent_sleep : true); word = 0; rung = true }
#ifdef WITHOUT_LISTENER_IS_THE_SLEEPERS_OWN
  parent_sleep = 0
#endif
}

// To ring, or to find that the parent wants to hear of something else: the words are read one after the other.
inline tell_consumed() {
  if
  :: !may_ring
  :: d_step { may_ring -> word = 1 };
    if
    :: consumed >= at_consumed -> ring()
    :: d_step { consumed < at_consumed -> word = 0 }
    fi
  fi
}

inline tell_committed(idle) {
  if
#ifndef WITHOUT_PUBLISH_THEN_LISTENER
  :: !may_ring
  :: d_step { may_ring -> word = 1 };
#else
  :: !word
  :: word ->
#endif
    if
    :: committed >= at_committed || (idle && when_idle) -> ring()
    :: d_step { committed < at_committed && !(idle && when_idle) -> word = 0 }
    fi
  fi
}

active proctype Worker() {
  byte heard, position, bytes, made, answers;
  bool is_idle;
end_birth:
  {
    alive;
    do
    :: claimed == offered -> park(for_frames, claimed != offered)
    :: d_step { claimed != offered -> claimed++ }
      do
      :: bytes < BYTES ->
        consumed = position;
        tell_consumed();
        wait_until(for_bytes, filled != position);
        atomic { position++; bytes++ }
      :: bytes == BYTES && made < ANSWERS ->
        if
        :: answers - taken >= RESULT_RING ->
#ifndef WITHOUT_LISTENER_BEFORE_ROOM
          tell_committed(false);
#endif
          wait_until(for_room, answers - taken < RESULT_RING)
        :: answers - taken < RESULT_RING
        fi;
#ifdef WITHOUT_IDLE_AFTER_COMMIT
        is_idle = (claimed == offered);
#endif
#ifdef WITHOUT_PUBLISH_THEN_LISTENER
        word = (made == ANSWERS - 1 && may_ring -> 1 : 0);
#endif
        if
        :: atomic { made < ANSWERS - 1 -> answers++; made++; committed = answers }
        :: atomic { made == ANSWERS - 1 -> answers++; made++; committed = answers };
#ifndef WITHOUT_IDLE_AFTER_COMMIT
          is_idle = (claimed == offered);
#endif
          tell_committed(is_idle);
          atomic { is_idle = false; consumed = position };
          tell_consumed()
        fi
      :: d_step { made == ANSWERS -> bytes = 0; made = 0 }
        break
      od
    od;
end_finished:
    false
  } unless {
    atomic {
      kill?true;
      heard = 0; position = 0; bytes = 0; made = 0; answers = 0; is_idle = false;
      word = 0; in_futex = false; rung_for_parent_sleep = false;
      goto end_birth
    }
  }
}

// The fork server, too: a death is reported, then the bell rings.
active proctype World() {
  byte deaths;
end:
  do
  :: atomic { deaths < DEATHS && alive -> deaths++; alive = false; reaped = true; kill!true }
  :: d_step { reaped ->
       reaped = false;
#ifndef WITHOUT_REPORT_BEFORE_RING
       reported = true
#else
       rung = true
#endif
     }
#ifndef WITHOUT_REPORT_BEFORE_RING
#ifndef WITHOUT_DEATHS_RING
     rung = true
#endif
#else
     reported = true
#endif
  od
}

#include "parking_parent.inc"
