// SPDX-License-Identifier: MIT
// Messages larger than their ring, both ways at once: `filled` and `consumed`, `committed` and `taken`; a frame that is
// taken back while it streams, an answer that fails when parts of it are out, death at any step and replacement.
// One worker and its parent. Whoever waits looks again and again here; how it sleeps is in parking.pml.

#ifndef DEATHS
#define DEATHS 2
#define RECALLS 2
#define FAILURES 1
#endif

#define ITEMS 3
#define RING 2      // cells of each ring
#define MESSAGE 3   // cells of an item
#define ANSWER 3    // pieces of an answer, each a cell
#define FRAMES 6
#define nobody 7

byte claimed, offered;                              // turn
byte filled, consumed, committed, taken;
byte running;                                       // items begun since the worker's start
byte tasks[RING], results[RING];
#define cell(item, offset) ((item) * 4 + (offset) + 1)
#define piece(item, offset) cell(item, offset)      // the last one is the answer's value
#define void_parts 100
#define exception(item) (101 + (item))

chan kill = [0] of { bool };
bool alive = true, reaped;

// The parent's own. A frame is one item, and always streams.
byte frame_item[FRAMES], frame_begin[FRAMES], front, back;  // frames_: from front to back
byte filled_, stream_item, stream_left, taken_, answered, parts;
byte pending = 7;                                   // a bit for each item

// What nobody in the pool knows.
byte outcome[ITEMS], runs[ITEMS], ended, begun = nobody;

hidden byte no_item_runs_twice, no_item_ends_twice, bytes_are_of_the_item, answer_is_whole, only_begun_blamed;
#define check(property, condition) property = (condition); assert(property)

// ---- The worker ----------------------------------------------------------------------------------------------------

inline send(what) {
#ifndef WITHOUT_ROOM_BEFORE_ANSWERING
  (answers - taken) < RING;
#endif
#ifndef WITHOUT_PIECE_BEFORE_COMMITTED
  d_step { results[answers % RING] = what; answers++ }
  committed = answers
#else
  d_step { answers++; committed = answers }
  results[(answers - 1) % RING] = what
#endif
}

active proctype Worker() {
  byte seen_claimed, seen_offered, item, at, window_end, position, answers, failures;
end_birth:
  {
end_idle:
    do
    :: d_step { alive && claimed != offered -> seen_claimed = claimed; seen_offered = offered }
      if
      :: d_step { claimed != seen_claimed || offered != seen_offered -> seen_claimed = 0; seen_offered = 0 }
      :: d_step { claimed == seen_claimed && offered == seen_offered ->
           claimed++; item = frame_item[seen_claimed]; seen_claimed = 0; seen_offered = 0 }
        d_step { running++; begun = item }
        do
        :: at < MESSAGE ->
          consumed = position;
          d_step { filled != position ->
            window_end = filled;
            if :: (window_end - position) > MESSAGE - at -> window_end = position + MESSAGE - at :: else fi
          }
#ifdef WITHOUT_READ_BEFORE_CONSUMED
          consumed = window_end;
#endif
          do
          :: d_step { position != window_end ->
               check(bytes_are_of_the_item, tasks[position % RING] == cell(item, at)); position++; at++ }
          :: position == window_end -> break
          od
        :: at == MESSAGE -> break
        od;
        atomic { at = 0; window_end = 0; runs[item]++; check(no_item_runs_twice, runs[item] == 1) }
        do
        :: at < ANSWER ->
#ifndef WITHOUT_PARTS_AS_THEY_COME
          send(piece(item, at));
#else
          (answers - taken) < RING;
          d_step { results[answers % RING] = piece(item, at); answers++ }
          if :: at == ANSWER - 1 -> committed = answers :: else fi;
#endif
          at++
        :: atomic { at < ANSWER && failures < FAILURES -> failures++ }  // it cannot be encoded
#ifndef WITHOUT_VOID_BEFORE_EXCEPTION
          if :: at != 0 -> send(void_parts) :: at == 0 fi;
#endif
          send(exception(item));
          break
        :: at == ANSWER -> break
        od;
        atomic { at = 0; item = 0; begun = nobody }
        consumed = position
      fi
    od
  } unless {
    atomic {
      kill?true;
      seen_claimed = 0; seen_offered = 0; item = 0; at = 0; window_end = 0; position = 0; answers = 0;
      goto end_birth
    }
  }
}

active proctype World() {
  byte deaths;
end:
  do
  :: atomic { deaths < DEATHS && alive -> deaths++; alive = false; reaped = true; kill!true }
  od
}

// ---- The parent ----------------------------------------------------------------------------------------------------

#ifndef WITHOUT_ROOM_BEFORE_WRITING
#define has_room ((filled_ - consumed) < RING)
#else
#define has_room true
#endif
#define write_cell tasks[filled_ % RING] = cell(stream_item, MESSAGE - stream_left); filled_++; stream_left--

inline stream() {  // as much as there is room for
#ifndef WITHOUT_BYTES_BEFORE_FILLED
  d_step { do :: stream_left != 0 && has_room -> write_cell :: else -> break od }
  filled = filled_
#else
  d_step { filled = filled_ + 1 }
  d_step { write_cell }
#endif
}

inline end_item(which, how) {
  check(no_item_ends_twice, outcome[which] == 0);
  outcome[which] = how;
  ended++
}

#ifndef WITHOUT_STREAM_IS_THE_LAST_FRAME
#define may_offer (stream_left == 0)
#else
#define may_offer true
#endif

inline offer(which) {
  d_step { (pending & (1 << which)) && alive && may_offer && back < front + 2 && has_room ->
    pending = pending & ~(1 << which);
    frame_item[back] = which; frame_begin[back] = filled_;
    stream_item = which; stream_left = MESSAGE
  }
#ifndef WITHOUT_FILLED_BEFORE_OFFER
  stream();
#endif
  d_step { back++; offered = back }
#ifdef WITHOUT_FILLED_BEFORE_OFFER
  stream();
#endif
}

inline recall() {
  d_step { recalls < RECALLS && claimed != offered -> recalls++; seen = claimed }
  d_step {
    if
    :: claimed != seen  // one try
    :: else ->
      offered = seen;
      filled_ = frame_begin[seen];
      do :: back != seen -> back--; pending = pending | (1 << frame_item[back]) :: else -> break od;
#ifndef WITHOUT_RECALL_DROPS_THE_STREAM
      stream_left = 0; stream_item = 0
#endif
    fi;
    seen = 0
  }
}

inline copy_out() {  // up to `seen`
  do
  :: taken_ != seen ->
    what = results[taken_ % RING];
    taken_++;
    if
    :: what == void_parts -> parts = 0
    :: what > void_parts ->
      check(answer_is_whole, parts == 0 && front < claimed && what == exception(frame_item[front]));
      end_item(frame_item[front], 2); front++; answered++
    :: else ->
      check(answer_is_whole, front < claimed && what == piece(frame_item[front], parts));
      parts++;
      if :: parts == ANSWER -> parts = 0; end_item(frame_item[front], 1); front++; answered++ :: else fi
    fi
  :: else -> break
  od;
  what = 0; seen = 0
}

inline collect() {
#ifndef WITHOUT_COPY_BEFORE_TAKEN
  d_step { committed != taken_ -> seen = committed; copy_out() }
  taken = taken_
#else
  d_step { committed != taken_ -> seen = committed; taken = committed }
  d_step { copy_out() }
#endif
}

inline bury() {
  d_step { reaped ->
    reaped = false;
    seen = committed; copy_out();
    if
    :: running == answered + 1 ->
      check(only_begun_blamed, begun == frame_item[front]); end_item(frame_item[front], 3); front++
    :: else -> check(only_begun_blamed, begun == nobody || outcome[begun] != 0)
    fi;
    do :: back != front -> back--; pending = pending | (1 << frame_item[back]) :: else -> break od;
    do :: back != 0 -> back--; frame_item[back] = 0; frame_begin[back] = 0 :: else -> break od;
    front = 0; filled_ = 0; taken_ = 0; answered = 0; stream_item = 0; stream_left = 0;
#ifndef WITHOUT_PARTS_DIE_WITH_THE_WORKER
    parts = 0;
#endif
    claimed = 0; offered = 0; filled = 0; consumed = 0; committed = 0; taken = 0; running = 0; begun = nobody;
    tasks[0] = 0; tasks[1] = 0; results[0] = 0; results[1] = 0;
    alive = true
  }
}

active proctype Parent() {
  byte seen, what, recalls;
  do
  :: ended == ITEMS -> break
  :: offer(0)
  :: offer(1)
  :: offer(2)
  :: stream_left != 0 && has_room -> stream()
#ifndef WITHOUT_BOTH_WAYS_AT_ONCE
  :: collect()
#else
  :: stream_left == 0 -> collect()
#endif
  :: recall()
  :: bury()
  od
}
