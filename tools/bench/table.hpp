// SPDX-License-Identifier: MIT
#pragma once

#include "row.hpp"

#include <ostream>

namespace bench {

void print_heading(std::ostream& stream);
void print_row(std::ostream& stream, const Row& row);

void write_csv_heading(std::ostream& stream);
void write_csv_row(std::ostream& stream, const Row& row);

}  // namespace bench
