// SPDX-License-Identifier: MIT
// Orders and reports: the parent, the fork server and the workers of one slot, as in src/process/ledger.cpp and
// src/process/server_loop.cpp. The parent orders forks and kills; the server obeys and reports each start and death.

#define LIVES 3         // the last one ends only by an order

byte forks_ordered, reports_read, reports_made;
byte signal_fork, signal_bit;                       // the word `signals`
byte reports[2];
#define started(life) (life)
#define ended(life) (10 + (life))
bool orders_bell, child_signal, parent_bell;

byte worker;                                        // which life runs, 0: none
byte dead;                                          // and is not reaped

hidden byte kill_hits_whom_it_was_for, reports_come_in_order;
#define check(property, condition) property = (condition); assert(property)

// ---- The server ----------------------------------------------------------------------------------------------------

inline report(what) {
#ifndef WITHOUT_REPORT_BEFORE_COUNT
  reports[reports_made % 2] = what;
  reports_made++;
#else
  reports_made++;
  reports[(reports_made - 1) % 2] = what;
#endif
#ifndef WITHOUT_REPORTS_RING
  parent_bell = true
#endif
}

inline drain() { d_step { orders_bell = false; child_signal = false } }

active proctype Server() {
  byte forks_done, life;
end:
  do
  :: orders_bell || child_signal ->
#ifndef WITHOUT_DRAIN_THEN_LOOK
    drain();
#endif
    if
    :: d_step { dead != 0 -> life = dead; dead = 0 }
      report(ended(life))
    :: dead == 0
    fi;
    if
    :: atomic { worker == 0 && dead == 0 && forks_ordered != forks_done -> forks_done++; worker = forks_done };
      report(started(forks_done))
    :: worker != 0 || dead != 0 || forks_ordered == forks_done
    fi;
#ifndef WITHOUT_SIGNAL_NAMES_ITS_FORK
#define is_for_this_fork (signal_fork == forks_done)
#else
#define is_for_this_fork true
#endif
    if
    :: atomic { signal_bit != 0 && is_for_this_fork -> life = signal_fork; signal_bit = 0 };
      atomic {
        if
        :: worker != 0 ->
          check(kill_hits_whom_it_was_for, worker == life);
          dead = worker; worker = 0; child_signal = true
        :: else
        fi
      }
    :: signal_bit == 0 || !is_for_this_fork
    fi;
    life = 0;
#ifdef WITHOUT_DRAIN_THEN_LOOK
    drain()
#endif
  od
}

active proctype World() {
end:
  do
  :: d_step { worker != 0 && worker < LIVES -> dead = worker; worker = 0; child_signal = true }
  od
}

// ---- The parent ----------------------------------------------------------------------------------------------------

inline ring() { orders_bell = true }

#ifndef WITHOUT_ORDER_BEFORE_RING
#define ring_before skip
#define ring_after ring()
#else
#define ring_before ring()
#define ring_after skip
#endif

inline order_fork() {
  ring_before;
  forks_ordered++;
  ring_after
}

inline order_kill() {
  ring_before;
  d_step { signal_fork = forks_ordered; signal_bit = 1 }
  ring_after
}

active proctype Parent() {
  byte what, lives;
  bool has_killed;
  order_fork();
  do
  :: lives == LIVES -> break
  :: !has_killed && lives < LIVES -> has_killed = true; order_kill()  // a deadline, or terminate()
  :: lives < LIVES && parent_bell ->
    parent_bell = false;
    do
    :: reports_made != reports_read ->
      atomic {
        what = reports[reports_read % 2];
        check(reports_come_in_order, what == (reports_read % 2 == 0 -> started(lives + 1) : ended(lives + 1)));
        reports_read++
      };
      if
      :: what > 10 && lives + 1 < LIVES -> has_killed = false; lives++; order_fork()
      :: what > 10 && lives + 1 == LIVES -> lives++
      :: what < 10
      fi;
      what = 0
    :: reports_made == reports_read -> break
    od
  od
}
