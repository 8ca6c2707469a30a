// SPDX-License-Identifier: MIT
// A library that late_library_test.cpp loads while it runs.
#include <unistd.h>

namespace {

int unnamed(int number) { return number * 10; }

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int late(int number) { return number + 1; }

[[gnu::visibility("default")]] auto find_unnamed() -> int (*)(int) { return unnamed; }

// Runs until somebody writes a byte; gives that.
[[gnu::visibility("default")]] int late_read(int fd) {
  char byte = 0;
  return read(fd, &byte, 1) == 1 ? byte : -1;
}
}
