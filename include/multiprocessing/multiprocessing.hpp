// SPDX-License-Identifier: MIT
#pragma once

// All public headers. A program that uses one pool needs only that pool's header.
#include <multiprocessing/array.hpp>
#include <multiprocessing/as_completed.hpp>
#include <multiprocessing/async_result.hpp>
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/condition.hpp>
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/event.hpp>
#include <multiprocessing/fork_map.hpp>
#include <multiprocessing/init.hpp>
#include <multiprocessing/initializer.hpp>
#include <multiprocessing/lock.hpp>
#include <multiprocessing/options.hpp>
#include <multiprocessing/outcome.hpp>
#include <multiprocessing/partial.hpp>
#include <multiprocessing/pipe.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/process.hpp>
#include <multiprocessing/process_info.hpp>
#include <multiprocessing/queue.hpp>
#include <multiprocessing/random_stream.hpp>
#include <multiprocessing/register_exception.hpp>
#include <multiprocessing/result_range.hpp>
#include <multiprocessing/semaphore.hpp>
#include <multiprocessing/serial_pool.hpp>
#include <multiprocessing/shareable_list.hpp>
#include <multiprocessing/shared_memory.hpp>
#include <multiprocessing/thread_pool.hpp>
#include <multiprocessing/value.hpp>
#include <multiprocessing/worker.hpp>
#include <multiprocessing/zip.hpp>
