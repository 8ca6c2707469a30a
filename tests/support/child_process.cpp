// SPDX-License-Identifier: MIT
#include "support/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <iostream>
#include <system_error>

#include "support/processes.hpp"

namespace multiprocessing::tests {
namespace {

constexpr int exit_after_exception = 97;
constexpr int exit_after_failed_expectation = 98;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// A file, not a pipe: the end of a pipe comes only when the last process that inherited it is gone. To append, as the
// processes that write to a memfd at once do not wait for each other: one would overwrite what the other has written.
int make_capture() {
  const int fd = memfd_create("captured", MFD_CLOEXEC);
  if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) != 0) fail("memfd_create");
  return fd;
}

std::string read_capture(int fd) {
  std::string text(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)), '\0');
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

void flush() {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

[[noreturn]] void run_and_leave(const std::function<void()>& body) {
  const bool failed_before = ::testing::Test::HasFailure();
  int status = 0;
  try {
    body();
    if (!failed_before && ::testing::Test::HasFailure()) status = exit_after_failed_expectation;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the child threw: %s\n", error.what());
    status = exit_after_exception;
  } catch (...) {
    std::fprintf(stderr, "the child threw something that is no std::exception\n");
    status = exit_after_exception;
  }
  flush();
  _exit(status);
}

}  // namespace

ChildProcess::ChildProcess(const std::function<void()>& body) : started_(std::chrono::steady_clock::now()) {
  output_fd_ = make_capture();
  error_fd_ = make_capture();
  flush();
  result_.pid = fork();
  if (result_.pid < 0) fail("fork");
  if (result_.pid == 0) {
    dup2(output_fd_, STDOUT_FILENO);
    dup2(error_fd_, STDERR_FILENO);
    close(output_fd_);
    close(error_fd_);
    run_and_leave(body);
  }
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    kill(SIGKILL);
    reap();
  }
  close(output_fd_);
  close(error_fd_);
}

void ChildProcess::kill(int signal) const {
  if (!reaped_) ::kill(result_.pid, signal);
}

ChildResult ChildProcess::wait(std::chrono::milliseconds deadline) {
  if (reaped_) return result_;
  if (!ends_within(result_.pid, deadline)) {
    result_.timed_out = true;
    kill(SIGKILL);
  }
  reap();
  result_.took = std::chrono::steady_clock::now() - started_;
  result_.standard_output = read_capture(output_fd_);
  result_.standard_error = read_capture(error_fd_);
  if (result_.exit_code == exit_after_failed_expectation)
    ADD_FAILURE() << "expectations failed in the child: " << result_;
  return result_;
}

void ChildProcess::reap() {
  int status = 0;
  while (waitpid(result_.pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  reaped_ = true;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
}

ChildResult run_in_child(const std::function<void()>& body, std::chrono::milliseconds deadline) {
  return ChildProcess(body).wait(deadline);
}

std::ostream& operator<<(std::ostream& stream, const ChildResult& result) {
  stream << "child " << result.pid;
  if (result.exit_code) stream << " left with " << *result.exit_code;
  if (result.signal) stream << " was ended by signal " << *result.signal;
  if (result.timed_out) stream << " (killed at its deadline)";
  stream << " after " << std::chrono::duration_cast<std::chrono::milliseconds>(result.took).count() << " ms";
  if (!result.standard_output.empty()) stream << "\nits standard output:\n" << result.standard_output;
  if (!result.standard_error.empty()) stream << "\nits standard error:\n" << result.standard_error;
  return stream;
}

}  // namespace multiprocessing::tests
