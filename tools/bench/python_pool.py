#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python_pool.py WORKERS ITEMS: for each line of input, the seconds of Pool.map(chunksize=1) over ITEMS items."""
import multiprocessing
import sys
import time


def trivial(item):
    return item + 1


def main():
    workers, items = int(sys.argv[1]), int(sys.argv[2])
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        pool.map(trivial, range(100), chunksize=1)
        print(0.0, flush=True)
        while sys.stdin.readline():
            begin = time.perf_counter()
            pool.map(trivial, range(items), chunksize=1)
            print(time.perf_counter() - begin, flush=True)


if __name__ == "__main__":
    main()
