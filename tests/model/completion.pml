// SPDX-License-Identifier: MIT
// Ends that are told (Call::tell, Call::announce_end, CompletionQueue): two calls, each of which an answer or the end
// of its pool may end, at any moment; one thread that adds both and gives both out, with or without deadlines.

#define CALLS 2
#define ended 1
#define tells 2

byte marks[CALLS];
bool announced[CALLS];      // GroupCall::announced_, under the group's mutex
bool has_queue[CALLS];      // Call::told_
bool locked;                // the queue's mutex
bool any;                   // CompletionQueue::any_: who pushes to others wakes nobody
bool is_awaited, asleep;    // the queue's condition
byte in_queue;
byte pushed[CALLS];

hidden byte told_once, queue_is_known;
#define check(property, condition) property = (condition); assert(property)

#ifndef WITHOUT_MARKS_BY_SWAP
#define mark(call, bit) d_step { seen = marks[call]; marks[call] = seen | bit }
#else
#define mark(call, bit) seen = marks[call]; marks[call] = seen | bit
#endif

inline push(call) {
  d_step { !locked -> locked = true }
  d_step { pushed[call]++; check(told_once, pushed[call] == 1) }
  in_queue++;
  if
  :: any
  :: !any ->
    any = true;
    if
    :: d_step { is_awaited -> asleep = false }
    :: !is_awaited
    fi
  fi;
  locked = false
}

// Process n ends call n / 2, if nothing else has.
active [2 * CALLS] proctype Pool() {
  byte seen;
#ifndef WITHOUT_ANNOUNCED_ONCE
  if
  :: d_step { !announced[_pid / 2] -> announced[_pid / 2] = true }
  :: announced[_pid / 2] -> goto over
  fi;
#endif
  mark(_pid / 2, ended);
  if
  :: (seen & tells) != 0 -> d_step { check(queue_is_known, has_queue[_pid / 2]) } push(_pid / 2)
  :: (seen & tells) == 0
  fi;
over:
  skip
}

active proctype Asker() {
  byte seen, call, given_out, deadlines = 1;
  do
  :: call == CALLS -> break
  :: call != CALLS ->
#ifndef WITHOUT_QUEUE_BEFORE_MARK
    has_queue[call] = true;
    mark(call, tells);
#else
    mark(call, tells);
    has_queue[call] = true;
#endif
    if
#ifndef WITHOUT_A_LOOK_AFTER_THE_MARK
    :: (seen & ended) != 0 -> push(call)
#else
    :: (seen & ended) != 0
#endif
    :: (seen & ended) == 0
    fi;
    call++
  od;
  do
  :: given_out == CALLS -> break
  :: given_out != CALLS ->
#ifndef WITHOUT_A_LOOK_UNDER_THE_LOCK
    d_step { !locked -> locked = true }
    is_awaited = true;
    do
    :: in_queue != 0 -> break
    :: in_queue == 0 ->
#else
    is_awaited = true;
    do
    :: in_queue != 0 -> d_step { !locked -> locked = true } break
    :: in_queue == 0 ->
      d_step { !locked -> locked = true }
#endif
      d_step { asleep = true; locked = false }
      if
      :: !asleep
      :: d_step { deadlines != 0 -> deadlines--; asleep = false }  // then it comes again
      fi;
#ifndef WITHOUT_A_LOOK_UNDER_THE_LOCK
      d_step { !locked -> locked = true }
#endif
    od;
    is_awaited = false;
    d_step { in_queue--; given_out++ }
#ifndef WITHOUT_NONE_ARE_LEFT_IS_SAID
    if
    :: in_queue == 0 -> any = false
    :: in_queue != 0
    fi;
#endif
    locked = false
  od
}
