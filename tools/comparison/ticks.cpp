// SPDX-License-Identifier: MIT
#include "ticks.hpp"

#include "table.hpp"
#include "units.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

namespace compare {
namespace {

constexpr const char* bytes_unit = "bytes";

std::vector<double> powers(double of, double least, double largest) {
  std::vector<double> all;
  for (double exponent = std::ceil(std::log(least) / std::log(of) - 1e-9);; ++exponent) {
    const double power = std::pow(of, exponent);
    if (power > largest * (1 + 1e-9)) return all;
    all.push_back(power);
  }
}

std::vector<double> ones_twos_and_fives(double least, double largest) {
  std::vector<double> all;
  for (const double power : powers(10, least / 10, largest)) {
    for (const double part : {1, 2, 5}) {
      if (part * power >= least && part * power <= largest) all.push_back(part * power);
    }
  }
  return all;
}

std::vector<double> places(const std::string& unit, double least, double largest, std::size_t most) {
  const std::vector<double> steps =
      unit == bytes_unit ? std::vector<double>{2, 4, 16, 1024, 0x1p20} : std::vector<double>{10, 100, 1000, 1e4, 1e6};
  std::vector<double> all;
  for (const double step : steps) {
    all = powers(step, least, largest);
    if (all.size() <= most) break;
  }
  return all.size() < 2 && unit != bytes_unit ? ones_twos_and_fives(least, largest) : all;
}

std::string tics(char axis, const std::string& unit, const std::vector<double>& at) {
  std::ostringstream text;
  text.precision(17);
  text << "set " << axis << "tics (";
  for (const double place : at) {
    text << (place == at.front() ? "'" : ", '") << tick_text(unit, place) << "' " << place;
  }
  text << ")\n";
  return text.str();
}

}  // namespace

std::string tick_text(const std::string& unit, double value) {
  if (unit == bytes_unit) return bytes_text(value);
  const auto seconds = parse_time("1 " + unit.substr(0, unit.find(' ')));
  return seconds ? time_text(value * *seconds) : number_text(value);
}

std::string logarithmic_axis(char axis, const std::string& unit, double least, double largest, std::size_t most) {
  const double margin = std::pow(std::max(largest / least, 2.0), 0.03);
  std::ostringstream text;
  text.precision(17);
  text << "set logscale " << axis << "\nset " << axis << "range [" << least / margin << ':' << largest * margin << "]\n"
       << tics(axis, unit, places(unit, least / margin, largest * margin, most));
  return text.str();
}

std::string linear_bytes_axis(char axis, double largest, std::size_t most) {
  std::vector<double> at{0};
  double step = 1;
  while (largest / step > static_cast<double>(most)) step *= 2;
  while (at.back() + step <= largest) at.push_back(at.back() + step);
  return tics(axis, bytes_unit, at);
}

std::string x_unit(const Chart& chart) {
  switch (chart.x_quantity) {
    case Quantity::bytes:
      return bytes_unit;
    case Quantity::microseconds:
      return "µs";
    case Quantity::number:
      break;
  }
  return "";
}

}  // namespace compare
