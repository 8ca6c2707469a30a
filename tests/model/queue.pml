// SPDX-License-Identifier: MIT
// A queue's segments and its two cursors (src/ipc/queue_core.cpp, src/ipc/queue_cursor.hpp): putters and getters in
// turn under a robust mutex each, laps that go on in another segment, an empty queue that gives its memory back, any
// process dying at any step. A message takes one cell, those of the second putter three; so the first putter may get
// along with two segments, and have no more. Whoever waits for a cursor wakes up when it moves: that is in
// event_count.pml.
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
#define SEGMENTS 3
#define CELLS 10
#define ENDS 5                      // more than there are laps that are not taken
#define nobody 7

typedef Cursor { byte moves; byte position[2]; byte messages[2] };
Cursor put, got;
byte putters = nobody, getters = nobody;
byte memory[CELLS];                 // a message has its tag in each cell
byte end_position[ENDS], end_next[ENDS];

chan kill[PROCESSES] = [0] of { bool };
bool runs[PROCESSES] = true;

// What nobody knows: the tags of what was put, in order, and how many of them were got.
byte order[ALL], count_put, count_got;

hidden byte all_is_got_in_order, nothing_is_torn, count_is_right;
#define check(property, condition) property = (condition); assert(property)

#define tag (_pid * MESSAGES + message + 1)
#define size_of(what) ((what) > MESSAGES -> 3 : 1)

// A position is the number of a lap and a cell. Segments have 3, 3 and 4 cells; a record never ends with its segment.
#define lap(position) ((position) / CELLS)
#define cell(position) ((position) % CELLS)
#define segment(position) (cell(position) < 3 -> 0 : (cell(position) < 6 -> 1 : 2))
#define end_of(in) ((in) == 2 -> CELLS : 3 * (in) + 3)
#define has_place(position, bytes) (cell(position) + (bytes) < end_of(segment(position)))
#define begin_of(number, in) ((number) * CELLS + 3 * (in))
#define end(position) end_position[lap(position) % ENDS]
#define after(position) begin_of(lap(position) + 1, end_next[lap(position) % ENDS])

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
  memory[cell(place)] = tag;
  d_step { if :: size_of(tag) == 3 -> memory[cell(place) + 1] = tag; memory[cell(place) + 2] = tag :: else fi }
}

// The smallest segment that holds it and in which nothing is not taken, if it can be mapped.
inline choose_segment() {
  used = 0;
  do
  :: lap(got_position) == lap(begin) -> break
  :: lap(got_position) != lap(begin) ->
    if :: got_position != end(got_position) -> used = used | (1 << segment(got_position)) :: else fi;
    got_position = after(got_position)
  od;
  if :: got_position != begin -> used = used | (1 << segment(begin)) :: else fi;
#ifdef WITHOUT_ROOM_BEFORE_WRITING
  used = 0;
#endif
  next = (size_of(tag) == 3 -> 2 : 0);
  do
  :: next == mapped -> next = nobody; break
  :: next != mapped && (used >> next) % 2 == 0 -> break
  :: next != mapped && (used >> next) % 2 == 1 -> next++
  od;
  used = 0
}
inline note_end() {
  end_position[lap(begin) % ENDS] = begin;
  end_next[lap(begin) % ENDS] = next
}

active [PUTTERS] proctype Putter() {
  byte message, begin, messages, place, mapped, next, used, got_position, got_messages, moves;
  {
    do
    :: message == MESSAGES -> break
    :: d_step { message != MESSAGES && putters == nobody ->
         putters = _pid; begin = position_of(put); messages = messages_of(put)
       }
      do
      :: true ->
        load(got, got_position, got_messages);
        if
        :: got_messages + MAXSIZE > messages -> break
        :: got_messages + MAXSIZE <= messages -> got.moves != moves
        fi
      od;
      // place()
      if :: size_of(tag) == 1 -> mapped = 2 :: mapped = 3 fi;
      if
      :: has_place(begin, size_of(tag)) && segment(begin) < mapped -> place = begin
      :: !(has_place(begin, size_of(tag)) && segment(begin) < mapped) ->
        do
        :: true ->
          load(got, got_position, got_messages);
          skip;
          d_step { choose_segment() }
          if :: next != nobody -> break :: next == nobody -> got.moves != moves fi
        od;
#ifndef WITHOUT_END_BEFORE_MOVE
        note_end();
#endif
        place = begin_of(lap(begin) + 1, next)
      fi;
#ifndef WITHOUT_MESSAGE_BEFORE_MOVE
      write_message();
#endif
#ifndef WITHOUT_SLOT_BEFORE_MOVES
      write_slot(put, put.moves + 1, place + size_of(tag), messages + 1);
      d_step { put.moves++; order[count_put] = tag; count_put++ }
#else
      d_step { put.moves++; order[count_put] = tag; count_put++ }
      write_slot(put, put.moves, place + size_of(tag), messages + 1);
#endif
#ifdef WITHOUT_MESSAGE_BEFORE_MOVE
      write_message();
#endif
#ifdef WITHOUT_END_BEFORE_MOVE
      if :: lap(place) != lap(begin) -> note_end() :: lap(place) == lap(begin) fi;
#endif
      atomic {
        putters = nobody; message++;
        begin = 0; messages = 0; place = 0; mapped = 0; next = 0; got_position = 0; got_messages = 0; moves = 0
      }
    od
  } unless { kill[_pid]?true };
  atomic {
    life_ends();
    message = 0; begin = 0; messages = 0; place = 0; mapped = 0; next = 0; got_position = 0; got_messages = 0; moves = 0
  }
}

// ---- QueueCore::get ------------------------------------------------------------------------------------------------

#define has(offset) (memory[cell(begin) + offset] == what)
#define is_whole (has(0) && (size_of(what) == 1 || (has(1) && has(2))))
inline has_got() {
  check(all_is_got_in_order, count_got < count_put && what == order[count_got]);
  count_got++
}
#define is_all_over (!runs[0] && !runs[1] && count_got == count_put)
#define is_empty (position_of(put) == begin)

// At the end of a get(), with the getters' lock.
inline give_memory_back() {
  atomic { begin = position_of(got); messages = messages_of(got) }
  load(put, put_position, put_messages);
  if
  :: put_position != begin || segment(begin) == 0
  :: put_position == begin && segment(begin) != 0 ->
#ifndef WITHOUT_LOCKED_TO_GIVE_BACK
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
        end_position[lap(begin) % ENDS] = begin;
        end_next[lap(begin) % ENDS] = 0;
#ifndef WITHOUT_PUT_MOVES_BEFORE_GOT
        move(put, begin_of(lap(begin) + 1, 0), messages_of(put));
        move(got, begin_of(lap(begin) + 1, 0), messages);
#else
        move(got, begin_of(lap(begin) + 1, 0), messages);
        move(put, begin_of(lap(begin) + 1, 0), messages_of(put));
#endif
        d_step { what = 3; do :: what == CELLS -> break :: what != CELLS -> memory[what] = 0; what++ od; what = 0 }
      fi;
      d_step { if :: putters == _pid -> putters = nobody :: else fi }
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
          if
#ifndef WITHOUT_THE_END_OF_A_LAP_THAT_IS_LEFT
          :: lap(put_position) != lap(begin) && end(begin) == begin ->
#else
          :: end(begin) == begin ->
#endif
            move(got, after(begin), messages);
            begin = position_of(got)
          :: else ->
            what = memory[cell(begin)];
#ifndef WITHOUT_COPIED_BEFORE_MOVE
            d_step { check(nothing_is_torn, is_whole) }
#endif
            write_slot(got, got.moves + 1, begin + size_of(what), messages + 1);
            d_step { got.moves++; has_got() }
#ifdef WITHOUT_COPIED_BEFORE_MOVE
            d_step { check(nothing_is_torn, is_whole) }
#endif
            d_step { check(count_is_right, messages_of(got) == count_got) }
            give_memory_back();
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
