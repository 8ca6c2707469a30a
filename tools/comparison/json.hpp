// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace compare {

// What a launch hands to the program that executed it.
std::string to_text(const Launch& launch);
Launch launch_from(const std::string& text);  // throws nlohmann::json::exception

// All of a run, raw samples included. The schema is in tools/comparison/schema.json.
std::string to_json(const Results& results);

}  // namespace compare
