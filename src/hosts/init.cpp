// SPDX-License-Identifier: MIT
#include <multiprocessing/init.hpp>

#include <multiprocessing/detail/host_pool.hpp>

#include "hosts/agent_option.hpp"
#include "os/stream_socket.hpp"
#include "os/this_process.hpp"
#include "os/this_program.hpp"
#include "pool/worker/spawned_process.hpp"
#include "process/program_name.hpp"

#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

namespace multiprocessing {
namespace detail {
namespace {

constexpr std::string_view server_option = "--multiprocessing-server=";

void (*action_at_init)() = nullptr;

// The number behind the option; `rest` is what stands behind it.
int number_in(std::string_view text, std::string_view& rest) {
  int number = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  rest = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

[[noreturn]] void be_agent(std::string_view order, const char* argument) {
  std::string_view host;
  const int socket = number_in(order, host);
  if (has_gained_rights() || !is_stream_socket(socket) || !set_close_on_exec(socket) || !host.starts_with(':')) {
    std::fprintf(stderr, "multiprocessing: the option %s is for the library itself, which starts agents by it\n",
                 argument);
    leave_process(2);
  }
  leave_process(serve_as_agent(socket, std::string(host.substr(1))));
}

}  // namespace

void at_init(void (*action)()) noexcept { action_at_init = action; }

}  // namespace detail

void init(int argc, char** argv) {
  using namespace detail;
  if (argc < 1 || argv == nullptr || argv[0] == nullptr) {
    note_program_name("");
  } else {
    note_program_name(argv[0]);
  }
  if (argc == 2) {
    const std::string_view argument = argv[1];
    std::string_view rest;
    if (argument.starts_with(agent_option)) be_agent(argument.substr(std::string_view(agent_option).size()), argv[1]);
    if (argument.starts_with(server_option)) {
      be_spawned_server(number_in(argument.substr(server_option.size()), rest), argv[1]);
    }
  }
  if (action_at_init != nullptr) action_at_init();
}

}  // namespace multiprocessing
