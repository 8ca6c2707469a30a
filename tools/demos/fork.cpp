// SPDX-License-Identifier: MIT
// fork*: The textbook's first program: one process becomes two, each does its own thing, the parent waits.
// Exercise: make a second process of this one; the line ends in "{", and up to "}" all is the child's alone.
#include <multiprocessing/process.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

bool aloud = true;  // a child inherits this, too: forked while it is false, it is silent

void thing(const char* name) {
  if (aloud) {
    std::printf("  thing %s: process %d, child of %d\n", name, getpid(), getppid());
    std::fflush(stdout);
  }
  std::this_thread::sleep_for(100ms);
}

bool with_fork() {
  if (fork() == 0) {  // the key line
    thing("one");
    _exit(0);  // not exit(): what the program has to do at its end is not the child's to do
  }
  thing("two");
  return wait(nullptr) > 0;
}

bool with_process() {
  mp::Process child(thing, "one");
  child.start();
  thing("two");
  child.join();
  return child.exitcode() == 0;
}

void serial() {
  thing("one");
  thing("two");
}

int main() {
  std::printf(
      "This is process %d. fork() makes a second one, a copy of it, and returns in both:\n"
      "in the child it returns 0, in the parent the child's number (its pid). Both go on from there,\n"
      "at the same time: so the lines of thing one and thing two may change places.\n\n",
      getpid());

  std::puts("fork() and wait():");
  std::fflush(stdout);  // a copy of unwritten text would be written twice
  if (!with_fork()) {
    std::puts("There was no child to wait for: fork() failed.");
    return 1;
  }

  std::puts("mp::Process, which is the same: it waits even if you forget to, and knows how the child ended:");
  if (!with_process()) {
    std::puts("The child did not end well.");
    return 1;
  }

  std::puts("Without a fork, one after the other, both by the same process:");
  serial();

  std::puts(
      "\nEach thing takes 0.1 s (it sleeps). Two processes spend that time together, one process spends it\n"
      "twice. The same again, three times each and silently:\n");
  std::fflush(stdout);
  aloud = false;
  last_line("Two things by one process", best(serial), "By two", best(with_process));
}
