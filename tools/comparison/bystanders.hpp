// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

namespace compare {

// Other programs that want the same CPUs while this one measures.
class Bystanders {
 public:
  Bystanders();
  // Of the time of the CPUs that this process may use, the part that others have had since then. This process and those
  // that it has waited for are no others. 0 where the kernel does not tell.
  double part() const;

 private:
  std::chrono::steady_clock::time_point begin_;
  std::optional<double> others_seconds_;
};

// From here on figures are those of a busy machine.
constexpr double much_for_bystanders = 0.1;

}  // namespace compare
