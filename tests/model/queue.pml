// SPDX-License-Identifier: MIT
// A queue's ring and its two cursors (src/ipc/queue_core.cpp, src/ipc/queue_cursor.hpp): putters and getters in turn
// under a robust mutex each, an empty queue that begins anew, any process dying at any step. A message takes two
// cells, those of the second putter four. Whoever waits for a cursor wakes up when it moves: that is in rung_word.pml.
//
// search: -DMAXSIZE=2 -DMESSAGES=2 -DDEATHS=1
// search: -DMAXSIZE=1 -DMESSAGES=1 -DDEATHS=2

#ifndef MAXSIZE
#define MAXSIZE 2
#define MESSAGES 2                  // of each putter
#define DEATHS 1
#endif
#define PUTTERS 2
#define PROCESSES 4
#define ALL (PUTTERS * MESSAGES)
#define RING 4
#define WINDOW 2
#define nobody 7
#define gap 100                     // a record that leads to where the ring begins

typedef Cursor { byte moves; byte position[2]; byte messages[2] };
Cursor put, got;
byte putters = nobody, getters = nobody;
byte ring[RING];                    // a message has its tag in each cell

chan kill[PROCESSES] = [0] of { bool };
bool runs[PROCESSES] = true;

// What nobody knows: the tags of what was put, in order, and how many of them were got.
byte order[ALL], count_put, count_got;

hidden byte all_is_got_in_order, nothing_is_torn, count_is_right;
#define check(property, condition) property = (condition); assert(property)

#define tag (_pid * MESSAGES + message + 1)
#define size_of(what) ((what) > MESSAGES -> 4 : 2)
#ifndef WITHOUT_TWO_SLOTS
#define valid(moves) ((moves) % 2)
#else
#define valid(moves) 0
#endif
#define position_of(cursor) cursor.position[valid(cursor.moves)]
#define messages_of(cursor) cursor.messages[valid(cursor.moves)]

inline life_ends() {
  runs[_pid] = false;
  if :: putters == _pid -> putters = nobody :: else fi;  // the kernel does
  if :: getters == _pid -> getters = nobody :: else fi
}

// QueueCursor::load() of a cursor that others move meanwhile. Who holds its lock reads it in one step.
inline load(cursor, to_position, to_messages) {
  do
  :: true ->
    moves = cursor.moves;
    to_position = cursor.position[valid(moves)];
    to_messages = cursor.messages[valid(moves)];
#ifndef WITHOUT_MOVES_READ_AGAIN
    if :: cursor.moves == moves -> break :: cursor.moves != moves fi
#else
    break
#endif
  od
}

// QueueCursor::move() in two parts; what it means is seen with the second one.
inline write_slot(cursor, number, new_position, new_messages) {
  cursor.position[valid(number)] = new_position;
  cursor.messages[valid(number)] = new_messages
}
inline move(cursor, new_position, new_messages) {
  write_slot(cursor, cursor.moves + 1, new_position, new_messages);
  cursor.moves++
}

// ---- QueueCore::put ------------------------------------------------------------------------------------------------

inline write_message() {
  ring[begin % RING] = tag;
  d_step {
    ring[(begin + 1) % RING] = tag;
    if :: size_of(tag) == 4 -> ring[(begin + 2) % RING] = tag; ring[(begin + 3) % RING] = tag :: else fi
  }
}

#define has_room (got_position + RING >= begin + size_of(tag) && got_messages + MAXSIZE > messages)

active [PUTTERS] proctype Putter() {
  byte message, begin, messages, got_position, got_messages, moves;
  {
    do
    :: message == MESSAGES -> break
    :: d_step { message != MESSAGES && putters == nobody ->
         putters = _pid; begin = position_of(put); messages = messages_of(put)
       }
      // wait_for_room()
      do
      :: true ->
        load(got, got_position, got_messages);
#ifndef WITHOUT_ROOM_BEFORE_WRITING
        if :: has_room -> break :: !has_room -> got.moves != moves fi
#else
        break
#endif
      od;
#ifndef WITHOUT_MESSAGE_BEFORE_MOVE
      write_message();
#endif
#ifndef WITHOUT_SLOT_BEFORE_MOVES
      write_slot(put, put.moves + 1, begin + size_of(tag), messages + 1);
      d_step { put.moves++; order[count_put] = tag; count_put++ }
#else
      d_step { put.moves++; order[count_put] = tag; count_put++ }
      write_slot(put, put.moves, begin + size_of(tag), messages + 1);
#endif
#ifdef WITHOUT_MESSAGE_BEFORE_MOVE
      write_message();
#endif
      atomic {
        putters = nobody; message++;
        begin = 0; messages = 0; got_position = 0; got_messages = 0; moves = 0
      }
    od
  } unless { kill[_pid]?true };
  atomic { life_ends(); message = 0; begin = 0; messages = 0; got_position = 0; got_messages = 0; moves = 0 }
}

// ---- QueueCore::get ------------------------------------------------------------------------------------------------

#define has(offset) (ring[(begin + offset) % RING] == what)
#define is_whole (has(0) && has(1) && (size_of(what) == 2 || (has(2) && has(3))))
inline has_got() {
  check(all_is_got_in_order, count_got < count_put && what == order[count_got]);
  count_got++
}
#define is_all_over (!runs[0] && !runs[1] && count_got == count_put)
#define is_empty (position_of(put) == begin)

// At the end of a get(), with the getters' lock.
inline begin_anew() {
  atomic { begin = position_of(got); messages = messages_of(got) }
  if
  :: begin % RING < WINDOW
  :: begin % RING >= WINDOW ->
    load(put, put_position, put_messages);
    if
    :: put_position != begin
    :: put_position == begin ->
#ifndef WITHOUT_LOCKED_TO_BEGIN_ANEW
      if
      :: putters != nobody
      :: d_step { putters == nobody -> putters = _pid }
#else
      if
      :: true ->
#endif
        if
#ifndef WITHOUT_LOOKED_AT_AGAIN_WITH_THE_LOCK
        :: !is_empty
        :: is_empty ->
#else
        :: true ->
#endif
#ifndef WITHOUT_THE_GAP_IS_A_RECORD
          ring[begin % RING] = gap;
#endif
#ifndef WITHOUT_PUT_MOVES_BEFORE_GOT
          move(put, begin + RING - begin % RING, messages_of(put));
          move(got, begin + RING - begin % RING, messages)
#else
          move(got, begin + RING - begin % RING, messages);
          move(put, begin + RING - begin % RING, messages_of(put))
#endif
        fi;
        d_step { if :: putters == _pid -> putters = nobody :: else fi }
      fi
    fi
  fi
}

active [PROCESSES - PUTTERS] proctype Getter() {
  byte what, begin, messages, put_position, put_messages, moves;
  {
    do
    :: timeout && is_all_over -> break
    :: d_step { getters == nobody -> getters = _pid; begin = position_of(got); messages = messages_of(got) }
      do
      :: true ->
        load(put, put_position, put_messages);
        if
        :: put_position == begin ->
          if
          :: put.moves != moves
          :: timeout && is_all_over -> goto life_is_over
          fi
        :: put_position != begin ->
          what = ring[begin % RING];
          if
          :: what == gap ->
            move(got, begin + RING - begin % RING, messages);
            begin = position_of(got)
          :: what != gap ->
#ifndef WITHOUT_COPIED_BEFORE_MOVE
            d_step { check(nothing_is_torn, is_whole) }
#endif
            write_slot(got, got.moves + 1, begin + size_of(what), messages + 1);
            d_step { got.moves++; has_got() }
#ifdef WITHOUT_COPIED_BEFORE_MOVE
            d_step { check(nothing_is_torn, is_whole) }
#endif
            d_step { check(count_is_right, messages_of(got) == count_got) }
            begin_anew();
            break
          fi
        fi
      od;
      atomic { getters = nobody; what = 0; begin = 0; messages = 0; put_position = 0; put_messages = 0; moves = 0 }
    od
  } unless { kill[_pid]?true };
life_is_over:
  atomic { life_ends(); what = 0; begin = 0; messages = 0; put_position = 0; put_messages = 0; moves = 0 }
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
