// SPDX-License-Identifier: MIT
// Messages of a queue that are larger than its segments (src/ipc/queue_stream.cpp) among such that are not: putters
// and getters in turn under a robust mutex each, the two locks of the next move. Each record is one cell of a ring of
// two, so that a cursor's position is the number of its moves; where a queue finds room for records is in queue.pml.
// A cursor moves in one step, and whoever waits for it wakes up: that is in queue.pml and event_count.pml. Any process
// may die at any step; a putter may give up while it waits for room.
//
// search: -DMESSAGES=1 -DPIECES=3 -DDEATHS=2 -DGIVEUPS=0
// search: -DMESSAGES=1 -DPIECES=3 -DDEATHS=1 -DGIVEUPS=1
// search: -DMESSAGES=2 -DPIECES=2 -DDEATHS=1 -DGIVEUPS=0

#ifndef MESSAGES
#define MESSAGES 1                  // of each putter
#define PIECES 3
#define DEATHS 1
#define GIVEUPS 0
#endif
#define PUTTERS 2
#define PROCESSES 4
#define RING 2
#define nobody 7

#define whole 0                     // kinds
#define first 1
#define middle 2
#define last 3

byte putters = nobody, getters = nobody, next_move[2] = nobody;
byte put, got;                      // moves
byte kinds[RING], tags[RING], pieces[RING];

chan kill[PROCESSES] = [0] of { bool };
bool runs[PROCESSES] = true;
byte giveups;

// What nobody knows, of each message. It may be lost if a getter dies that has taken a piece of it.
#define ALL (PUTTERS * MESSAGES)
bool is_put[ALL], is_got[ALL], may_be_lost[ALL];

hidden byte nothing_is_got_twice, nothing_is_torn, each_putters_order_is_kept, what_was_put_is_got, only_what_was_put;
#define check(property, condition) property = (condition); assert(property)

#define tag (_pid * MESSAGES + message)

inline life_ends() {
  runs[_pid] = false;
  if :: putters == _pid -> putters = nobody :: else fi;  // the kernel does
  if :: getters == _pid -> getters = nobody :: else fi;
  if :: next_move[0] == _pid -> next_move[0] = nobody :: else fi;
  if :: next_move[1] == _pid -> next_move[1] = nobody :: else fi
}

// ---- QueueCore::put ------------------------------------------------------------------------------------------------

inline write(new_kind) {
  d_step { kinds[put % RING] = new_kind; tags[put % RING] = tag; pieces[put % RING] = piece }
}
#define release(parity) if :: next_move[parity] == _pid -> next_move[parity] = nobody :: else fi
#define give_up d_step { giveups < GIVEUPS -> giveups++ }

active [PUTTERS] proctype Putter() {
  byte message, piece;
  {
    do
    :: message == MESSAGES -> break
    :: d_step { message != MESSAGES && putters == nobody -> putters = _pid }
      if
      :: true ->  // put_whole()
        if
        :: put - got < RING -> write(whole); d_step { put++; is_put[tag] = true }
        :: give_up
        fi
      :: true ->  // put_pieces()
#ifndef WITHOUT_THE_FIRST_WAITS_FOR_ALL
        if :: got == put :: give_up -> goto gave_up fi;
#endif
        d_step { next_move[(put + 1) % 2] == nobody -> next_move[(put + 1) % 2] = _pid }
        do
        :: piece == PIECES -> break
        :: piece != PIECES ->
          write((piece == 0 -> first : (piece == PIECES - 1 -> last : middle)));
#ifdef WITHOUT_LOCKED_WHEN_ALL_IS_TAKEN
          if
          :: d_step { piece != PIECES - 1 && next_move[put % 2] == nobody -> next_move[put % 2] = _pid }
          :: piece == PIECES - 1
          fi;
#endif
#ifndef WITHOUT_ONE_PIECE_AHEAD
          if :: got == put :: give_up -> goto gave_up fi;
#endif
#if !defined(WITHOUT_LOCKED_WHEN_ALL_IS_TAKEN) && !defined(WITHOUT_LOCKED_BEFORE_MOVED)
          if
          :: d_step { piece != PIECES - 1 && next_move[put % 2] == nobody -> next_move[put % 2] = _pid }
          :: piece == PIECES - 1
          fi;
#endif
#ifdef WITHOUT_HELD_UNTIL_MOVED
          next_move[(put + 1) % 2] = nobody;
#endif
          d_step { put++; if :: piece == PIECES - 1 -> is_put[tag] = true :: else fi; piece++ }
#ifndef WITHOUT_HELD_UNTIL_MOVED
          d_step { release(put % 2) }
#endif
#ifdef WITHOUT_LOCKED_BEFORE_MOVED
          if
          :: d_step { piece != PIECES && next_move[(put + 1) % 2] == nobody -> next_move[(put + 1) % 2] = _pid }
          :: piece == PIECES
          fi
#endif
        od;
gave_up:
        atomic { release(0); release(1) }
      fi;
      d_step { putters = nobody; piece = 0; message++ }
    od
  } unless { kill[_pid]?true };
  atomic { life_ends(); message = 0; piece = 0 }
}

// ---- QueueCore::get ------------------------------------------------------------------------------------------------

// Copied, not yet taken.
#define read_record which = tags[got % RING]; check(nothing_is_torn, pieces[got % RING] == piece)
inline deliver() {
  check(only_what_was_put, is_put[which]);
  check(nothing_is_got_twice, !is_got[which]);
  check(each_putters_order_is_kept, MESSAGES == 1 || which % MESSAGES == 1 || !is_got[which + 1]);
  is_got[which] = true
}
#define is_all_over (!runs[0] && !runs[1] && put == got)
#define has_gone_on(which) (!is_put[which] || is_got[which] || may_be_lost[which])
#define nothing_is_missing (has_gone_on(0) && has_gone_on(1) && has_gone_on(ALL - 2) && has_gone_on(ALL - 1))

active [PROCESSES - PUTTERS] proctype Getter() {
  byte which, mine = nobody, piece, kind, seen;
  bool is_complete;
  {
    do
    :: timeout && is_all_over -> break
    :: d_step { getters == nobody -> getters = _pid }
      do
      :: is_complete -> break
      :: timeout && is_all_over -> goto all_over
      :: d_step { !is_complete && put != got -> kind = kinds[got % RING] }
        if
#ifndef WITHOUT_COPIED_BEFORE_TAKEN
        :: d_step { kind == whole -> read_record }
          d_step { got++; deliver(); is_complete = true }
#else
        :: d_step { kind == whole -> got++ }
          d_step { got--; read_record; got++; deliver(); is_complete = true }
#endif
#ifndef WITHOUT_DROPPED_WITHOUT_BEGINNING
        :: kind == middle || kind == last -> got++
        :: kind == first ->  // take_pieces()
#else
        :: kind != whole ->
#endif
          mine = tags[got % RING];
          do
          :: true ->
            kind = kinds[got % RING];
#ifndef WITHOUT_ANOTHER_BEGINNING_ENDS_IT
            if :: piece != 0 && kind != middle && kind != last -> break :: else fi;
#endif
            d_step { read_record; check(nothing_is_torn, pieces[got % RING] == piece && which == mine) }
            d_step { got++; piece++; if :: kind == last -> deliver(); is_complete = true :: else fi }
            if :: is_complete -> break :: !is_complete fi;
            // wait_for_piece()
            seen = put;
            if
            :: seen != got
            :: seen == got ->
#ifndef WITHOUT_WAITED_FOR_BY_THE_LOCK
              d_step { next_move[(seen + 1) % 2] == nobody -> next_move[(seen + 1) % 2] = _pid }
#ifndef WITHOUT_LOOKED_AT_WITH_THE_LOCK
              seen = put;
#else
              seen = got + 1;
#endif
              next_move[(got + 1) % 2] = nobody;
              if :: seen == got -> break :: seen != got fi
#else
              put != got
#endif
            fi
          od;
          atomic { mine = nobody; piece = 0; which = 0; seen = 0 }
        fi;
        kind = 0
      od;
      atomic { getters = nobody; is_complete = false; which = 0 }
    od;
all_over:
    atomic { check(what_was_put_is_got, nothing_is_missing) }
  } unless { kill[_pid]?true };
  atomic {
    life_ends();
    if :: mine != nobody -> may_be_lost[mine] = true :: else fi;
    which = 0; mine = nobody; piece = 0; kind = 0; seen = 0; is_complete = false
  }
}

inline kill_process(which, may_die) {
  atomic { deaths < DEATHS && runs[which] && may_die -> deaths++ }
  if :: kill[which]!true :: !runs[which] fi
}

active proctype World() {
  byte deaths;
  do
  :: kill_process(0, true)
  :: kill_process(1, true)
  :: kill_process(2, runs[3])  // else nobody gets what is put
  :: break
  od
}
