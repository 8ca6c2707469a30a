// SPDX-License-Identifier: MIT
// An EventCount (src/ipc/event_count.hpp): adders in turn under a robust mutex, the kernel's futex, waiters that want
// one number after the other, the first one begins with 2. Any process may die at any step. The last waiter has
// deadlines, which pass whenever they like.
//
// search: -DWAITERS=2 -DADDS=1 -DDEATHS=2
// search: -DWAITERS=2 -DADDS=2 -DDEATHS=1

#ifndef ADDS
#define WAITERS 2
#define ADDS 2
#define DEATHS 1
#endif
#define ADDERS 2
#define PROCESSES (ADDERS + WAITERS)
#define ALL (ADDERS * ADDS)
#define nobody 7
#define has_deadline (_pid == PROCESSES - 1)

byte word;                          // number * 2 + bit
byte lock = nobody;                 // of those that add
bool in_futex[PROCESSES];
chan kill[PROCESSES] = [0] of { bool };
bool runs[PROCESSES] = true;
byte added;                         // what nobody knows: how many additions there were

hidden byte number_is_exact;
#define check(property, condition) property = (condition); assert(property)
#define number (word >> 1)

inline wake(is_all) {
  if :: in_futex[3] -> in_futex[3] = false; woken++ :: else fi;
  if :: in_futex[2] && (is_all || !woken) -> in_futex[2] = false :: else fi;
  woken = 0
}

inline life_ends() {
  runs[_pid] = false; in_futex[_pid] = false;
  if :: lock == _pid -> lock = nobody :: else fi  // the kernel does
}

// ---- EventCount::add -----------------------------------------------------------------------------------------------

#ifndef WITHOUT_ADDERS_IN_TURN
#define may_add (lock == nobody)
#else
#define may_add true
#endif

active [ADDERS] proctype Adder() {
  byte left = ADDS, seen, woken;
  {
    do
    :: left == 0 -> break
    :: d_step { left != 0 && may_add -> lock = _pid; left-- }
      d_step { seen = word & 254 }
#ifndef WITHOUT_ADD_BY_SWAP
      if
      :: d_step { word == seen -> word = seen + 2; added++ }
      :: word != seen ->
#else
      if
      :: d_step { word == seen -> seen = 255 }
        d_step { word = number * 2 + 2; added++ }
      :: word != seen ->
#endif
        word = word | 1;
#ifndef WITHOUT_ADD_AND_WAKE_AT_ONCE
        d_step {
          word = word + 1; added++;
#ifndef WITHOUT_ALL_ARE_WOKEN
          wake(true)
#else
          wake(false)
#endif
        }
#else
        d_step { word = word + 1; added++ }
        d_step { wake(true) }
#endif
      fi;
      d_step { check(number_is_exact, number == added) }
      d_step { seen = 0; lock = nobody }
    od
  } unless { kill[_pid]?true };
  atomic { life_ends(); left = 0; seen = 0 }
}

// ---- EventCount::wait ----------------------------------------------------------------------------------------------

#define holds (number >= wanted)
#ifndef WITHOUT_THE_BIT_IS_LEFT
#define give_up skip
#else
#define give_up word = word & 254
#endif

active [PROCESSES - ADDERS] proctype Waiter() {
  byte wanted = (has_deadline -> 1 : 2), expected;
  {
    do
    :: wanted > ALL -> break
    :: wanted <= ALL && holds -> wanted = number + 1
    :: wanted <= ALL && !holds ->
#ifdef WITHOUT_THE_BIT_IS_SAID_EACH_TIME
      d_step { word = word | 1; expected = word }
#endif
      do
      :: true ->
#ifdef WITHOUT_SAID_BEFORE_THE_LAST_LOOK
        if :: holds -> break :: !holds fi;
        d_step { word = word | 1; expected = word }
#else
#ifndef WITHOUT_THE_BIT_IS_SAID_EACH_TIME
        d_step { word = word | 1; expected = word }
#endif
        if :: holds -> break :: !holds fi;
#endif
        if
        :: has_deadline -> give_up; break
        :: d_step { word == expected -> in_futex[_pid] = true }
          if
          :: !in_futex[_pid]
          :: d_step { has_deadline -> in_futex[_pid] = false }
          :: timeout && !holds -> goto life_is_over
          fi
        :: word != expected
        fi;
#ifdef WITHOUT_THE_BIT_IS_SAID_EACH_TIME
        expected = word
#endif
      od;
      expected = 0
    od
  } unless { kill[_pid]?true };
life_is_over:
  atomic { life_ends(); wanted = 0; expected = 0 }
}

inline kill_process(which) {
  atomic { deaths < DEATHS && runs[which] -> deaths++ }
  if :: kill[which]!true :: !runs[which] fi
}

active proctype World() {
  byte deaths;
  do
  :: kill_process(0)
  :: kill_process(1)
  :: kill_process(2)
  :: kill_process(3)
  :: break
  od
}
