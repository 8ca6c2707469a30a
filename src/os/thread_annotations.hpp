// SPDX-License-Identifier: MIT
#pragma once

// Which mutex guards what: clang checks it (-Wthread-safety), other compilers see nothing. For clang a lambda is a
// function of its own: what it requires is written behind its parameters.
#if defined(__clang__)
#define MULTIPROCESSING_THREAD_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define MULTIPROCESSING_THREAD_ATTRIBUTE(...)
#endif

// Of a member: only with the mutex.
#define MULTIPROCESSING_GUARDED_BY(mutex) MULTIPROCESSING_THREAD_ATTRIBUTE(guarded_by(mutex))
// Of a function: who calls it has the mutex.
#define MULTIPROCESSING_REQUIRES(mutex) MULTIPROCESSING_THREAD_ATTRIBUTE(requires_capability(mutex))
// Of a function: what it returns is that mutex.
#define MULTIPROCESSING_RETURNS_MUTEX(mutex) MULTIPROCESSING_THREAD_ATTRIBUTE(lock_returned(mutex))
// Of a function: it is right for a reason that clang does not see, and that stands beside it.
#define MULTIPROCESSING_NOT_CHECKED MULTIPROCESSING_THREAD_ATTRIBUTE(no_thread_safety_analysis)
