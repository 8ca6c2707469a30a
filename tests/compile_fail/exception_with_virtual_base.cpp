// SPDX-License-Identifier: MIT
// Refused: nothing can be nested in this exception, as it has a virtual base class without a default constructor:
//   derive without virtual
// Names: ParseError
#include <multiprocessing/pool.hpp>

struct ParseError : virtual std::runtime_error {
  ParseError() : std::runtime_error("") {}
  template <class Archive>
  void serialize(Archive&) {}
};

int main() { multiprocessing::register_exception<ParseError>(); }
