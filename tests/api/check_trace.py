#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_trace.py TRACE: is it what viewers of Chrome's Trace Event Format read? Exit code 1, and why, if not.

Source: the format's description, sections "JSON Array Format", "Complete Events", "Instant Events", "Async Events",
"Metadata Events".
"""
import json
import numbers
import sys

NEEDED = {
    "X": {"name": str, "cat": str, "ts": numbers.Real, "dur": numbers.Real, "pid": int, "tid": int},
    "i": {"name": str, "cat": str, "ts": numbers.Real, "pid": int, "tid": int, "s": str},
    "b": {"name": str, "cat": str, "ts": numbers.Real, "pid": int, "tid": int, "id": int},
    "e": {"name": str, "cat": str, "ts": numbers.Real, "pid": int, "tid": int, "id": int},
    "M": {"name": str, "pid": int, "args": dict},
}


def nanoseconds(microseconds):
    """As viewers have them: cut, not rounded."""
    return int(microseconds * 1000)


def faults(events):
    if not isinstance(events, list):
        yield "it is no array"
        return
    rows = {}
    for number, event in enumerate(events):
        needed = NEEDED.get(event.get("ph"))
        if needed is None:
            yield f"event {number} has an unknown phase: {event}"
            continue
        for key, kind in needed.items():
            if not isinstance(event.get(key), kind):
                yield f"event {number} has no {key}: {event}"
        if event["ph"] == "i" and event.get("s") not in ("t", "p", "g"):
            yield f"event {number} has no scope: {event}"
        if event["ph"] == "X":
            begin = nanoseconds(event["ts"])
            rows.setdefault(event["tid"], []).append((begin, begin + nanoseconds(event["dur"]), event["name"]))
    opened = {event["id"] for event in events if event.get("ph") == "b"}
    closed = {event["id"] for event in events if event.get("ph") == "e"}
    if closed - opened:
        yield f"calls end that never began: {sorted(closed - opened)}"
    for row, slices in rows.items():
        slices.sort()
        for (begin, end, name), (next_begin, _, next_name) in zip(slices, slices[1:]):
            if begin < 0 or next_begin < end:
                yield f"in row {row} {name!r} ends at {end}, and {next_name!r} begins at {next_begin}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(faults(json.load(file)))
    for fault in found[:20]:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
