// SPDX-License-Identifier: MIT
// fork*: The textbook's first program: one process becomes two, each does its own thing, the parent waits.
#include <multiprocessing/process.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <thread>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run, double begin = now()) { return run(), now() - begin; }
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* demo, const char* one, double first, const char* other, double second) {
  std::printf("%-12s %s %.2f s   %s %.2f s   %.1f x   (best of 3)\n", demo, one, first, other, second, first / second);
}

bool aloud = true;  // a child inherits this, too: forked while it is false, it is silent

void thing(const char* name) {
  if (aloud) std::cout << "  thing " << name << ": process " << getpid() << ", child of " << getppid() << std::endl;
  std::this_thread::sleep_for(100ms);
}

bool with_fork() {
  if (fork() == 0) {  // the key line
    thing("one");
    _exit(0);  // not exit(): what the program has to do at its end is not the child's to do
  } else {
    thing("two");
  }
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
  std::cout << "This is process " << getpid() << ". fork() makes a second one, a copy of it, and returns in both:\n"
            << "in the child it returns 0, in the parent the child's number (its pid). Both go on from there,\n"
               "at the same time: so the lines of thing one and thing two may change places.\n\n";

  std::cout << "fork() and wait():\n" << std::flush;  // a copy of unwritten text would be written twice
  if (!with_fork()) return std::cout << "There was no child to wait for: fork() failed.\n", 1;

  std::cout << "mp::Process, which is the same: it waits even if you forget to, and knows how the child ended:\n";
  if (!with_process()) return std::cout << "The child did not end well.\n", 1;

  std::cout << "Without a fork, one after the other, both by the same process:\n";
  serial();

  std::cout << "\nEach thing takes 0.1 s (it sleeps). Two processes spend that time together, one process spends it\n"
               "twice. The same again, three times each and silently:\n\n"
            << std::flush;
  aloud = false;
  last_line("fork", "serial", best(serial), "process", best(with_process));
}
