// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <iomanip>
#include <sstream>

namespace bench {
namespace {

std::string figure(double value, const std::string& unit) {
  std::ostringstream text;
  const int digits = unit == "ticks" || value >= 100 ? 0 : value < 10 ? 2 : 1;
  text << std::fixed << std::setprecision(digits) << value << ' ' << unit;
  return text.str();
}

std::string ratio(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(value < 0.1 ? 4 : value < 2 ? 3 : 1) << value;
  return text.str();
}

void print(std::ostream& stream, const std::string& subject, const std::string& ours, const std::string& peer,
           const std::string& peer_name, const std::string& ratio_text, const std::string& goal,
           const std::string& result, const std::string& samples, const std::string& spread) {
  stream << std::left << std::setw(34) << subject << std::right << std::setw(12) << ours << std::setw(12) << peer
         << "  " << std::left << std::setw(26) << peer_name << std::right << std::setw(8) << ratio_text << std::setw(13)
         << goal << "  " << std::left << std::setw(8) << result << std::right << std::setw(4) << samples << std::setw(8)
         << spread << '\n';
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }  // no text here holds a quote

}  // namespace

void print_heading(std::ostream& stream) {
  print(stream, "figure", "ours", "peer", "which is", "ratio", "goal", "", "n", "spread");
}

void print_row(std::ostream& stream, const Row& row) {
  if (!row.measured()) {
    stream << std::left << std::setw(34) << row.subject << "  " << verdict(row) << ": " << row.note << std::endl;
    return;
  }
  std::string goal;
  if (row.limit == Limit::ratio) goal = "<= " + ratio(row.goal);
  if (row.limit == Limit::ours) goal = "<= " + figure(row.goal, row.unit);
  const bool alone = row.peer_name.empty();
  const std::string spread = std::to_string(static_cast<int>(row.spread * 100 + 0.5)) + " %";
  print(stream, row.subject, figure(row.ours, row.unit), alone ? "" : figure(row.peer, row.unit), row.peer_name,
        alone ? "" : ratio(row.ratio), goal, verdict(row), std::to_string(row.samples),
        alone || row.samples == 1 ? "" : spread);
  if (!row.note.empty()) stream << "    " << row.note << '\n';
  stream << std::flush;
}

void write_csv_heading(std::ostream& stream) {
  stream << "figure,subject,unit,ours,peer_name,peer,ratio,limit,goal,verdict,samples,spread,note\n";
}

void write_csv_row(std::ostream& stream, const Row& row) {
  const char* const limit = row.limit == Limit::ratio ? "ratio" : row.limit == Limit::ours ? "ours" : "";
  stream << row.figure << ',' << quoted(row.subject) << ',' << row.unit << ',' << row.ours << ','
         << quoted(row.peer_name) << ',' << row.peer << ',' << row.ratio << ',' << limit << ',' << row.goal << ','
         << verdict(row) << ',' << row.samples << ',' << row.spread << ',' << quoted(row.note) << std::endl;
}

}  // namespace bench
