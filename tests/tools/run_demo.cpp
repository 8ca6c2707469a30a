// SPDX-License-Identifier: MIT
#include "tools/run_demo.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <list>
#include <regex>
#include <stdexcept>
#include <thread>

namespace multiprocessing::tests {
namespace {

void become(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string program = DEMOS_FOLDER "/" + name;
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  throw std::runtime_error("cannot run " + program);
}

// The program's side is opened by the child, so that the other one ends with the program.
class Terminal {
 public:
  Terminal() : fd_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (fd_ < 0 || ::grantpt(fd_) != 0 || ::unlockpt(fd_) != 0)
      throw std::runtime_error("no pseudo-terminal: is /dev/pts mounted?");
    name_ = ::ptsname(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { ::close(fd_); }

  void attach() const {
    const int program_side = ::open(name_.c_str(), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 50, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    if (program_side < 0 || ::ioctl(program_side, TIOCSWINSZ, &size) != 0) throw std::runtime_error("no terminal");
    ::dup2(program_side, STDOUT_FILENO);
    ::dup2(program_side, STDERR_FILENO);
    ::close(program_side);
  }
  // Until nobody has the other side open any more, or nothing comes until the deadline.
  std::string read_all(std::chrono::milliseconds deadline) const {
    std::string text;
    char part[4096];
    pollfd readable{fd_, POLLIN, 0};
    while (::poll(&readable, 1, static_cast<int>(deadline.count())) > 0) {
      const ssize_t count = ::read(fd_, part, sizeof part);
      if (count <= 0) break;
      text.append(part, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int fd_;
  std::string name_;
};

}  // namespace

ChildResult run_demo(const std::string& name, const std::vector<std::string>& arguments) {
  set_deadline(std::chrono::seconds{130 * patience});  // some compile, or compute for long where all CPUs are busy
  return run_in_child([&] { become(name, arguments); }, std::chrono::seconds{120 * patience});
}

ChildResult run_demo_on_terminal(const std::string& name, const std::vector<std::string>& arguments) {
  const Terminal terminal;
  ChildProcess child([&] {
    terminal.attach();
    ::setenv("TERM", "xterm-256color", 1);
    ::unsetenv("NO_COLOR");
    become(name, arguments);
  });
  std::string shown = terminal.read_all(std::chrono::seconds{60 * patience});
  ChildResult result = child.wait();
  result.standard_output = std::move(shown);
  return result;
}

ChildResult run_demo_on(Machine machine, const std::string& name) {
  set_deadline(std::chrono::seconds{190 * patience});
  std::list<ChildProcess> others;
  for (unsigned i = 0; machine == Machine::busy && i < std::thread::hardware_concurrency(); ++i) {
    others.emplace_back([] {
      for (volatile bool spins = true; spins;) continue;
    });
  }
  return run_in_child(
      [&] {
        cpu_set_t allowed, one;
        CPU_ZERO(&one);
        if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) throw std::runtime_error("no affinity");
        std::size_t cpu = 0;
        while (!CPU_ISSET(cpu, &allowed)) ++cpu;
        CPU_SET(cpu, &one);
        if (machine == Machine::with_one_cpu) ::sched_setaffinity(0, sizeof one, &one);
        become(name, {});
      },
      std::chrono::seconds{180 * patience});
}

std::vector<std::vector<std::string>> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::vector<std::string>> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    found.emplace_back(std::next(match->begin()), match->end());
  }
  return found;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace multiprocessing::tests
