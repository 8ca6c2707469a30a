#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python_peer.py WHAT ARGUMENT…: prints a line when it is ready; then, for each line of input, the seconds of
    pool WORKERS ITEMS       Pool.map(chunksize=1) over ITEMS items
    one-way MESSAGES BYTES   that many texts through a Queue to another process, and an answer to the last
    round-trip TRIPS BYTES   texts through a Queue to another process and back through a second
    lock TIMES               acquire and release of a Lock that nobody else wants
    dask-threads WORKERS CALLS, dask-processes WORKERS CALLS
                             so many delayed calls, computed by that scheduler of Dask, with a pool that lasts"""
import concurrent.futures
import multiprocessing
import os
import sys
import time

context = multiprocessing.get_context("fork")


def trivial(item):
    return item + 1


def answer_on_request(there, back):
    for text in iter(there.get, None):
        if text[0] == "a":
            back.put(text)


def between_queues(work):
    there, back = context.Queue(), context.Queue()
    context.Process(target=answer_on_request, args=(there, back), daemon=True).start()
    each_time(lambda: work(there, back))
    there.put(None)


def each_time(work):
    work()
    print(0.0, flush=True)
    while sys.stdin.readline():
        begin = time.perf_counter()
        work()
        print(time.perf_counter() - begin, flush=True)


def pool(workers, items):
    with context.Pool(workers) as workers_of_it:
        each_time(lambda: workers_of_it.map(trivial, range(items), chunksize=1))


def one_way(messages, text_bytes):
    def work(there, back):
        for _ in range(messages - 1):
            there.put("s" * text_bytes)
        there.put("a" * text_bytes)
        back.get()

    between_queues(work)


def round_trip(trips, text_bytes):
    def work(there, back):
        for _ in range(trips):
            there.put("a" * text_bytes)
            back.get()

    between_queues(work)


def lock(times):
    one = context.Lock()

    def work():
        for _ in range(times):
            one.acquire()
            one.release()

    each_time(work)


def compute_delayed(executor, calls):
    debians = "/usr/bin/python3"  # it alone finds Debian's packages
    try:
        import dask
    except ImportError:
        if sys.executable == debians:
            raise
        os.execv(debians, [debians, *sys.argv])
    delayed = dask.delayed(trivial)
    scheduler = "threads" if isinstance(executor, concurrent.futures.ThreadPoolExecutor) else "processes"
    with executor:
        each_time(lambda: dask.compute(*map(delayed, range(calls)), scheduler=scheduler, pool=executor))


def dask_threads(workers, calls):
    compute_delayed(concurrent.futures.ThreadPoolExecutor(workers), calls)


def dask_processes(workers, calls):
    compute_delayed(concurrent.futures.ProcessPoolExecutor(workers, context), calls)


if __name__ == "__main__":
    measured = {
        "pool": pool,
        "one-way": one_way,
        "round-trip": round_trip,
        "lock": lock,
        "dask-threads": dask_threads,
        "dask-processes": dask_processes,
    }[sys.argv[1]]
    measured(*map(int, sys.argv[2:]))
