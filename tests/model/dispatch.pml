// SPDX-License-Identifier: MIT
// Who runs which item: claiming, recall, `running` and `committed`, condemning, death at any step, replacement.
// Two workers and their parent; the fork server is what reaps and kills. The words are those of
// src/shm/channel_words.hpp. A d_step is one access to shared memory and what the process then does alone.
//
// search: -DDEATHS=1 -DRECALLS=1 -DCONDEMNS=1
// search: -DDEATHS=2 -DRECALLS=0 -DCONDEMNS=0
// search: -DDEATHS=0 -DRECALLS=2 -DCONDEMNS=0

// DEATHS are those by anybody's hand but the pool's.

#define WORKERS 2
#define ITEMS 4     // 0 and 1 are one chunk, which may be cut
#define FRAMES 6    // numbers of frames that one worker may see
#define is_revocable(item) ((item) != 2)
#define nobody 7

#define none 0      // phases; encoding is part of `executing`
#define decoding 1
#define executing 2
#define done 3

typedef Words {
  byte claimed; byte offered;                       // turn
  byte running; byte phase; bool condemned;         // running
  byte committed;                                   // answers, one for each item
  byte first[FRAMES]; byte count[FRAMES];           // the task ring
  byte answer[ITEMS + 2];                           // the result ring
};
typedef Slot {  // the parent's own
  byte front; byte answered; byte offered;          // frames_: those from `front` on, `answered` items of the first
  byte taken;                                       // also: answered_items_
};
Words words[WORKERS];
Slot slot[WORKERS];
chan kill[WORKERS] = [0] of { bool };
bool alive[WORKERS], kill_ordered[WORKERS], reaped[WORKERS];
byte pending = 15;                                  // a bit for each item that no worker has

// What nobody in the pool knows.
#define value 1
#define lost 2
#define deadline 3
byte outcome[ITEMS], runs[ITEMS], ended;
byte begun[WORKERS] = nobody;                       // marked and not committed
byte named[WORKERS] = nobody;                       // the item that `running` names
byte victim[WORKERS] = nobody;
bool by_order[WORKERS];                             // its death was ours

hidden byte no_item_runs_twice, no_item_ends_twice, answer_is_of_its_item, only_begun_blamed, no_neighbour_blamed;
hidden byte words_agree;
#define check(property, condition) property = (condition); assert(property)

#define turn_is(w, c, o) (words[w].claimed == (c) && words[w].offered == (o))

// ---- The worker ----------------------------------------------------------------------------------------------------

// Changes `running`: in revocable frames by a swap, which fails if the parent has condemned what runs.
#ifndef WITHOUT_RUNNING_BY_SWAP
#define swap_fails (is_revocable(first) && words[_pid].condemned)
#else
#define swap_fails false
#endif
inline mark(which, new_phase) {
  if
#ifndef WITHOUT_CONDEMNED_WAITS
  :: swap_fails -> goto condemned_waits
#else
  :: swap_fails
#endif
  :: d_step {
       !swap_fails ->
       words[_pid].running = which; words[_pid].phase = new_phase; words[_pid].condemned = false;
       if :: new_phase == decoding -> begun[_pid] = first + item; named[_pid] = first + item :: else fi
     }
  fi
}

#define read_frame first = words[_pid].first[claimed]; count = words[_pid].count[claimed]
#define write_answer words[_pid].answer[number] = first + item + 1
#define commit words[_pid].committed = number + 1; begun[_pid] = nobody

// The end of one step and what the process does alone after it: a death in between looks the same.
#define next_item number++; item++
#define end_frame first = 0; count = 0; item = 0

active [WORKERS] proctype Worker() {
  byte claimed, offered, first, count, item, number;
end_birth:
  {
end_idle:
    do
    :: d_step { alive[_pid] && words[_pid].claimed != words[_pid].offered ->
         claimed = words[_pid].claimed; offered = words[_pid].offered;
#ifdef WITHOUT_READ_AFTER_CLAIM
         read_frame
#endif
       }
      if
#ifndef WITHOUT_CLAIM_BY_SWAP
      :: d_step { !turn_is(_pid, claimed, offered) -> claimed = 0; offered = 0 }  // look again
      :: d_step { turn_is(_pid, claimed, offered) ->
#else
      :: d_step { true ->
#endif
           words[_pid].claimed = claimed + 1; words[_pid].offered = offered;
#ifndef WITHOUT_READ_AFTER_CLAIM
           read_frame;
#endif
           claimed = 0; offered = 0
         }
      fi;
      do
      :: item < count ->
#ifndef WITHOUT_RUNNING_BEFORE_DECODING
        mark(number, decoding);
#endif
        d_step {
          runs[first + item]++; check(no_item_runs_twice, runs[first + item] == 1);
#ifndef WITHOUT_ANSWER_BEFORE_COMMIT
          write_answer
#endif
        }
#ifdef WITHOUT_RUNNING_BEFORE_DECODING
        mark(number, decoding);
#endif
#ifndef WITHOUT_DONE_BEFORE_COMMIT
        mark(number, done);
#endif
        d_step {
#ifdef WITHOUT_COMMIT_FOR_EACH_ITEM
          if :: item + 1 == count -> commit :: else fi;
#else
          commit;
#endif
#if !defined(WITHOUT_ANSWER_BEFORE_COMMIT) && !defined(WITHOUT_DONE_BEFORE_COMMIT)
          next_item
#endif
        }
#ifdef WITHOUT_ANSWER_BEFORE_COMMIT
        d_step { write_answer; next_item }
#endif
#ifdef WITHOUT_DONE_BEFORE_COMMIT
        mark(number, done);
        d_step { next_item }
#endif
      :: count != 0 && item == count ->
#ifndef WITHOUT_NONE_AFTER_THE_LAST
        if
        :: swap_fails -> goto condemned_waits
        :: d_step { !swap_fails && is_revocable(first) -> words[_pid].phase = none; end_frame }
        :: d_step { !is_revocable(first) -> end_frame }
        fi
#else
        d_step { end_frame }
#endif
      :: count == 0 -> break
      od
    od;
condemned_waits:
    false
  } unless {
    atomic {
      kill[_pid]?true;
      claimed = 0; offered = 0; number = 0; end_frame;
      goto end_birth
    }
  }
}

// ---- Whoever kills -------------------------------------------------------------------------------------------------

inline die(w) { alive[w] = false; reaped[w] = true; kill[w]!true }

active proctype World() {
  byte deaths;
end:
  do
  :: atomic { deaths < DEATHS && alive[0] -> deaths++; die(0) }
  :: atomic { deaths < DEATHS && alive[1] -> deaths++; die(1) }
  :: atomic { kill_ordered[0] && alive[0] -> kill_ordered[0] = false; by_order[0] = true; die(0) }
  od
}

#include "dispatch_parent.inc"
