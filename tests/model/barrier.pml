// SPDX-License-Identifier: MIT
// A barrier (src/ipc/barrier_core.cpp): its guard, a robust mutex; its bell, an eventfd on which each that waits has an
// edge-triggered epoll; the pidfd of the one that came before. Any process may die at any step, give up, or find the
// guard held for too long: by an action, or, with STOPS, by anybody, who is stopped then and dies in no step. With
// ABORTS the last process is no party, and calls abort(). One that gives up without the guard and dies before it rings
// is not covered.
//
// search: -DPROCESSES=3 -DPARTIES=3 -DROUNDS=1 -DDEATHS=2 -DGIVEUPS=0 -DABORTS=0 -DSTOPS=0
// search: -DPROCESSES=3 -DPARTIES=3 -DROUNDS=1 -DDEATHS=1 -DGIVEUPS=1 -DABORTS=0 -DSTOPS=0
// search: -DPROCESSES=3 -DPARTIES=2 -DROUNDS=2 -DDEATHS=1 -DGIVEUPS=0 -DABORTS=1 -DSTOPS=0
// search: -DPROCESSES=3 -DPARTIES=3 -DROUNDS=1 -DDEATHS=0 -DGIVEUPS=1 -DABORTS=0 -DSTOPS=1

#define COMERS (PROCESSES - ABORTS)
#define nobody 7

byte guard = nobody;                // who holds it
bool left_by_dead;                  // whoever gets it next inherits it
bool acts;                          // who holds it has rung, and runs the action
byte current, broken;               // the word `rounds`; a bit for each round
byte arrived, arrivals[PARTIES];
bool has_rung;                      // the eventfd, which is never drained
bool polls[PROCESSES], edge[PROCESSES];
byte giveups;

chan kill[PROCESSES] = [0] of { bool };
bool runs[PROCESSES] = true;
bool dead[PROCESSES];               // its pidfd says so: some time after the kernel has given its guard away

// What nobody knows.
byte came[PROCESSES];               // how often it has arrived
byte passed, failed;                // rounds that somebody saw end so
byte dead_before;                   // those that were dead when who holds the guard got it

hidden byte all_came, a_round_ends_in_one_way, who_comes_last_finds_the_dead, abort_breaks;
#define check(property, condition) property = (condition); assert(property)

#define has_bit(word, number) (((word) >> (number)) & 1)
#define is_on(round) (current == (round) && !has_bit(broken, round))  // end_of() is none

inline ring() {
  d_step {
    has_rung = true;
    if :: polls[0] -> edge[0] = true :: else fi;
    if :: polls[1] -> edge[1] = true :: else fi;
    if :: polls[2] -> edge[2] = true :: else fi
  }
}

// mark(): by swap, and only while the round is on.
#ifndef WITHOUT_MARKED_WHILE_IT_IS_ON
#define mark_broken(which) d_step { if :: is_on(which) -> broken = broken | (1 << (which)) :: else fi }
#else
#define mark_broken(which) broken = broken | (1 << (which))
#endif

inline enter(may_time_out) {
  if
  :: d_step { guard == nobody ->
       guard = _pid; is_inside = true; inherits = left_by_dead; left_by_dead = false;
       dead_before = dead[0] | (dead[1] << 1) | (dead[2] << 2)
     }
    if
    :: inherits ->
#ifndef WITHOUT_WHO_INHERITS_RINGS
      ring();
#endif
#ifndef WITHOUT_WHO_INHERITS_BREAKS
      mark_broken(current);
#endif
      inherits = false
    :: !inherits
    fi
  :: d_step { guard != nobody && (may_time_out) -> is_inside = false }
  fi
}
inline leave() { d_step { guard = nobody; is_inside = false; dead_before = 0; acts = false } }

inline break_round(which) {
  enter(acts || STOPS);
#ifdef WITHOUT_RING_BEFORE_CHANGE
  mark_broken(which);
#endif
  if :: is_inside -> ring() :: !is_inside fi;
#ifndef WITHOUT_RING_BEFORE_CHANGE
  mark_broken(which);
#endif
  if
  :: is_inside -> leave()
#ifndef WITHOUT_RING_WITHOUT_GUARD
  :: !is_inside -> ring()
#else
  :: !is_inside
#endif
  fi
}

inline abort() {
  do
  :: true ->
    round = current;
    break_round(round);
#ifndef WITHOUT_ABORT_BREAKS_WHAT_IS_ON
    if :: has_bit(broken, round) -> break :: !has_bit(broken, round) fi
#else
    break
#endif
  od
}

inline see_end() {
  d_step {
    if
    :: has_bit(broken, round) -> failed = failed | (1 << round)
    :: else ->
      passed = passed | (1 << round);
      check(all_came, came[0] + came[1] + came[2] >= PARTIES * (round + 1))
    fi;
    check(a_round_ends_in_one_way, (passed & failed) == 0)
  }
}

// The last one has died before it came: nobody can know. But one that waits behind a dead one does.
#define absent(who) (dead[who] && came[who] <= round)
#define is_followed(place) (arrived > place + 1 && dead[arrivals[place]] && !dead[arrivals[place + 1]])
#define may_wait_for_ever (is_on(round) && (absent(0) || absent(1) || absent(2)) && !is_followed(0) && !is_followed(1))

active [COMERS] proctype Party() {
  byte round, index, before = nobody, rounds;
  bool is_inside, inherits, found;
  {
    do
    :: rounds == ROUNDS -> break
    :: rounds != ROUNDS ->
      enter(giveups < GIVEUPS);
      if
      :: !is_inside -> giveups++; abort(); break
      :: is_inside
      fi;
      d_step {
        round = current; index = arrived;
        if :: index != 0 -> found = dead[arrivals[index - 1]] :: else fi;
#ifndef WITHOUT_THE_LAST_LOOKS_AT_ALL
        if :: index == 2 -> found = found || dead[arrivals[0]] :: else fi
#endif
      }
      if
      :: has_bit(broken, round) -> leave(); break
      :: !has_bit(broken, round) && found -> ring(); mark_broken(round); leave(); break
      :: !has_bit(broken, round) && !found && index + 1 == PARTIES ->  // pass()
        d_step {
          check(who_comes_last_finds_the_dead,
                !has_bit(dead_before, arrivals[0]) && (index < 2 || !has_bit(dead_before, arrivals[1])))
        }
#ifndef WITHOUT_RING_BEFORE_CHANGE
        ring();
#endif
        d_step { acts = true; came[_pid]++ }
        arrived = 0;
        d_step { if :: is_on(round) -> current++ :: else fi }
#ifdef WITHOUT_RING_BEFORE_CHANGE
        ring();
#endif
        leave();
        see_end()
      :: !has_bit(broken, round) && !found && index + 1 != PARTIES ->
        d_step { arrivals[index] = _pid; if :: index != 0 -> before = arrivals[index - 1] :: else fi }
        d_step { arrived = index + 1; came[_pid]++ }
        leave();
        // wait_for_end()
        if
        :: is_on(round) ->
#ifndef WITHOUT_A_BELL_STAYS_RUNG
          d_step { polls[_pid] = true; edge[_pid] = has_rung }
#else
          polls[_pid] = true
#endif
          do
          :: !is_on(round) -> break
          :: is_on(round) ->
            if
            :: d_step { edge[_pid] -> edge[_pid] = false }
#ifndef WITHOUT_WHO_WAKES_ASKS_FOR_THE_GUARD
              if
              :: !is_on(round)
              :: is_on(round) -> enter(false); leave()
              fi
#endif
#ifndef WITHOUT_EACH_WATCHES_THE_ONE_BEFORE
            :: before != nobody && dead[before] -> break_round(round)
#endif
            :: d_step { giveups < GIVEUPS -> giveups++ } break_round(round)
            :: timeout && may_wait_for_ever -> goto life_is_over
            fi
          od
        :: !is_on(round)
        fi;
        see_end()
      fi;
      d_step { polls[_pid] = false; edge[_pid] = false; before = nobody; found = false; index = 0; rounds++ }
      if :: has_bit(broken, round) -> break :: !has_bit(broken, round) fi
    od
  } unless { kill[_pid]?true };
life_is_over:
  atomic {
    runs[_pid] = false; polls[_pid] = false; edge[_pid] = false;
    if :: guard == _pid -> guard = nobody; left_by_dead = true; acts = false; dead_before = 0 :: else fi;
    round = 0; index = 0; before = nobody; rounds = 0; is_inside = false; inherits = false; found = false
  }
  dead[_pid] = true
}

#if ABORTS
active proctype Supervisor() {
  byte round;
  bool is_inside, inherits;
  abort();
  check(abort_breaks, has_bit(broken, current))
}
#endif

inline kill_process(which) {
  atomic { deaths < DEATHS && runs[which] -> deaths++ }
  if :: kill[which]!true :: !runs[which] fi
}

active proctype World() {
  byte deaths;
  do
  :: kill_process(0)
  :: kill_process(1)
#if COMERS == 3
  :: kill_process(2)
#endif
  :: break
  od
}
