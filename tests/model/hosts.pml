// SPDX-License-Identifier: MIT
// A call on several hosts: which host has which item, and how each item ends. The program, as in
// src/hosts/host_dispatcher.cpp and src/hosts/host_answers.cpp; the agent of each host, as in src/hosts/agent_work.cpp;
// between them links, which keep the order. A d_step is what one of them does under its mutex.
//
// The program may take a host for lost at any step, and closes the link then: an agent that has died is one that makes
// no step any more. One that lives may work on until it notices. Nothing of that reaches anybody, so it is left out.
//
// Nothing goes round in circles: recalls and losses are counted, and without them an item that was given does not come
// back. So a call that never ends is a state from which nothing goes on. The number of a ticket serves again when all
// its items are answered.
//
// search: -DHOSTS=2 -DITEMS=3 -DLIMIT=2 -DRECALLS=1 -DTERMINATES=0
// search: -DHOSTS=2 -DITEMS=2 -DLIMIT=2 -DRECALLS=2 -DTERMINATES=1
// search: -DHOSTS=2 -DITEMS=2 -DLIMIT=1 -DRECALLS=2 -DTERMINATES=1
// search: -DHOSTS=3 -DITEMS=1 -DLIMIT=2 -DRECALLS=2 -DTERMINATES=1

// LIMIT: an item that was on so many hosts when they were lost is given up. With 1 that is LostHosts::fail.
#ifndef HOSTS
#define HOSTS 2
#define ITEMS 3
#define LIMIT 2
#define RECALLS 1
#define TERMINATES 0
#endif

#define MOST 3      // of hosts, of items, of tickets of a host
#define all_items ((1 << ITEMS) - 1)
#define last_item (1 << (ITEMS - 1))
#define tasks 1     // messages to an agent
#define withdraw 2

// Sets of items: a bit for each.
typedef Host {      // the program's own
  bool is_lost;
  bool is_kept_free;
  byte rest[MOST];  // of each ticket: given and not answered
};
typedef Work {      // the agent's own
  byte waiting[MOST];                               // of each ticket
  byte values[MOST], returned[MOST];                // the same, and not sent yet
  byte running, ticket;                             // of one worker: an item, and its ticket
};
Host hosts[MOST];
Work work[MOST];
chan to_agent[MOST] = [6] of { byte, byte, byte };    // kind, ticket, items
chan to_program[MOST] = [3] of { byte, byte, byte };  // ticket, values, returned

byte queued = all_items & ~last_item;               // the last one is handed in later
byte ended;
byte host_losses[MOST];                             // of each item
bool is_cancelled, is_over;                         // is_over: broken, or terminated
bool is_quiet;                                      // neither a recall nor a loss may help one who waits

// What nobody in the pool knows. Of lost hosts: nothing.
byte begun[MOST];                                   // on each host
byte at[MOST];                                      // each host: given, and neither returned nor answered
byte lost_with[MOST];                               // each item: hosts

hidden byte no_item_ends_twice, no_item_runs_twice, ended_is_never_given, given_to_one_host, cancelled_is_never_given;
hidden byte returned_had_not_begun, answers_are_of_their_ticket;
hidden byte given_up_in_time, given_up_after_enough, given_up_alone;
#define check(property, condition) property = (condition); assert(property)

// ---- The agents ----------------------------------------------------------------------------------------------------

inline obey() {
  d_step { len(to_agent[_pid]) != 0 ->
    to_agent[_pid]?kind, ticket, items;
    if
    :: kind == tasks -> work[_pid].waiting[ticket] = items
    :: kind == withdraw ->
      do
      :: ticket < MOST ->
        items = work[_pid].waiting[ticket];
#ifdef WITHOUT_BEGUN_IS_NOT_RETURNED
        if :: work[_pid].ticket == ticket -> items = items | work[_pid].running; work[_pid].running = 0 :: else fi;
#endif
        work[_pid].waiting[ticket] = 0;
        work[_pid].returned[ticket] = work[_pid].returned[ticket] | items;
        at[_pid] = at[_pid] & ~items;
        ticket++
      :: ticket == MOST -> break
      od
    fi;
    kind = 0; ticket = 0; items = 0
  }
}

inline begin(number, item) {
  d_step { work[_pid].running == 0 && (work[_pid].waiting[number] & (item)) != 0 ->
    work[_pid].waiting[number] = work[_pid].waiting[number] & ~(item);
    work[_pid].running = item; work[_pid].ticket = number;
    if
    :: !hosts[_pid].is_lost ->
      check(no_item_runs_twice, ((begun[0] | begun[1] | begun[2]) & (item)) == 0);
      begun[_pid] = begun[_pid] | (item)
    :: else
    fi
  }
}

inline end_running() {
  d_step { work[_pid].running != 0 ->
    work[_pid].values[work[_pid].ticket] = work[_pid].values[work[_pid].ticket] | work[_pid].running;
    work[_pid].running = 0; work[_pid].ticket = 0
  }
}

#ifndef WITHOUT_CLOSED_AT_A_LOSS
#define is_open(host) (!hosts[host].is_lost)
#else
#define is_open(host) true
#endif

inline answer(number) {  // what has ended by now
  d_step { (work[_pid].values[number] | work[_pid].returned[number]) != 0 && len(to_program[_pid]) != 3 ->
    if :: is_open(_pid) -> to_program[_pid]!number, work[_pid].values[number], work[_pid].returned[number] :: else fi;
#ifndef WITHOUT_WRITTEN_ONCE
    work[_pid].values[number] = 0;
#else
    if :: work[_pid].waiting[number] == 0 && work[_pid].running == 0 -> work[_pid].values[number] = 0 :: else fi;
#endif
    work[_pid].returned[number] = 0
  }
}

active [HOSTS] proctype Agent() {
  byte kind, ticket, items;
end:
  do
  :: obey()
  :: begin(0, 1)
  :: begin(0, 2)
  :: begin(0, 4)
  :: begin(1, 1)
  :: begin(1, 2)
  :: begin(1, 4)
  :: begin(2, 1)
  :: begin(2, 2)
  :: begin(2, 4)
  :: end_running()
  :: answer(0)
  :: answer(1)
  :: answer(2)
  od
}

// ---- The program ---------------------------------------------------------------------------------------------------

#include "hosts_program.inc"

// One loop, whichever of its threads reads: all of it is under one mutex.
active proctype Program() {
  byte ticket, values, returned, which, recalls;
end:
  do
  :: give(0, 1)
  :: give(0, 2)
  :: give(0, 4)
  :: give(0, 3)
  :: give(0, 6)
  :: give(0, 7)
  :: give(1, 1)
  :: give(1, 2)
  :: give(1, 4)
  :: give(1, 3)
  :: give(1, 6)
  :: give(1, 7)
  :: give(2, 1)
  :: give(2, 2)
  :: give(2, 4)
  :: recall(0)
  :: recall(1)
  :: recall(2)
  :: take(0)
  :: take(1)
  :: take(2)
  :: take_damaged(0)
  :: take_damaged(1)
  :: take_damaged(2)
  :: lose(0)
  :: lose(1)
  :: lose(2)
  od
}

// Hands in the rest, may cancel or terminate the pool meanwhile, and waits.
active proctype Caller() {
  bool has_all;
  do
  :: d_step { has_all -> is_quiet = true } ended == all_items; break
  :: d_step { !is_cancelled && !is_over && ended != all_items ->
      is_cancelled = true;
#ifndef WITHOUT_CANCEL_EMPTIES_THE_QUEUE
      end_items(queued); queued = 0;
#endif
      tell_withdraw(0);
      tell_withdraw(1);
      tell_withdraw(2)
    }
  :: d_step { !has_all ->
      has_all = true;
      if
#ifndef WITHOUT_END_ASKED_WHEN_HANDED_IN
      :: is_cancelled || is_over -> end_items(last_item)
#endif
      :: else -> queued = queued | last_item
      fi
    }
  :: d_step { TERMINATES && !is_over && ended != all_items -> fail_everything() }
  od
}
