// SPDX-License-Identifier: MIT
// painters*: Four walls to paint: concurrent, parallel, synchronous, asynchronous, and who painted when.
// Exercise: let an arm wait here until the dispenser is its own.
#include <multiprocessing/multiprocessing.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

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

constexpr std::size_t width = 64;  // of the picture: a letter for each 10 ms
std::string colours = "rgby";      // of the four walls

// What all painters see, although they are processes: who did what when, with a row for each arm, and a dispenser.
struct Room {
  mp::RawArray<char> picture = mp::RawArray<char>(std::string(8 * width, ' '));
  mp::Lock dispenser = mp::Lock();
  double begin = now();
  char* at(std::size_t arm) const { return &picture[arm * width] + std::lround(100 * std::min(0.63, now() - begin)); }
  void act(std::size_t arm, char letter, const std::function<void()>& something) const {
    char* const from = at(arm);
    something();
    std::fill(from, at(arm), letter);
  }
};

// An arm's share of 16 strokes. First paint, from the dispenser, which serves one at a time; then the wall.
void strokes(const Room& room, std::size_t arm, std::size_t arms) {
  for (std::size_t stroke = arm; stroke < 16; stroke += arms) {
    room.act(arm, '.', [&] { room.dispenser.acquire(); });  // the key line
    room.act(arm, '~', [] { std::this_thread::sleep_for(10ms); });
    room.dispenser.release();
    room.act(arm, colours[stroke % 4], [] { std::this_thread::sleep_for(25ms); });
  }
}

Room paint(std::size_t painters, std::size_t arms, bool far_apart) {
  Room room;
  const auto [letter, post] = mp::Pipe<std::string>(false);
  const auto painter = [&, &mail = letter](std::size_t number) {
    if (far_apart) {
      room.dispenser = mp::Lock();
      colours = mail.recv();
    }
    std::vector<std::jthread> threads;
    for (auto arm = number; arm < arms; arm += painters) threads.emplace_back(strokes, room, arm, arms);
  };
  std::vector<mp::Process> processes;
  for (std::size_t number = 0; number < painters; ++number) processes.emplace_back(painter, number).start();
  for (std::size_t number = 0; number < painters; ++number) post.send("BYGR");
  for (mp::Process& process : processes) process.join();
  if (processes.front().exitcode() != 0) std::exit(1);  // it has said why
  return room;
}

void show(const char* story, std::size_t painters, std::size_t arms, bool far_apart) {
  const Room room = paint(painters, arms, far_apart);
  std::printf("\n%s\n", story);
  for (std::size_t arm = 0; arm < arms; ++arm) {
    const std::string row(&room.picture[arm * width], width);
    std::printf("  painter %zu |%s|\n", arm % painters + 1, row.c_str());
  }
}

int main() {
  std::puts(
      "Four walls, four strokes each: 10 ms to get paint (~), then 25 ms to paint (r, g, b, y: the colour).\n"
      "Each row is one arm, from left to right, a letter for 10 ms; a dot is waiting.");
  show("CONCURRENT: one painter with one arm has begun all walls, but never does two strokes at once.", 1, 1, false);
  show("PARALLEL: two arms (threads) of one painter (a process).", 1, 2, false);
  show("SYNCHRONOUS: four painters (processes) share a dispenser (a Lock); whoever finds it taken waits.", 4, 4, false);
  show("ASYNCHRONOUS: four with a dispenser each. New colours (B, Y, G, R) come by letter, through a Pipe.", 4, 4,
       true);
  show("All of it, as on a cluster: four such painters with two arms each.", 4, 8, true);
  std::puts("\nPainting is a sleep here: one CPU will do. If it were computing, each arm would need a CPU.\n");
  const double one = best([] { paint(1, 1, false); });
  const double four = best([] { paint(4, 4, true); });
  last_line("Four walls painted by one painter", one, "By four with a dispenser each", four);
}
