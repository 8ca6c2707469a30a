// SPDX-License-Identifier: MIT
#include "json.hpp"

#include "verdict.hpp"

#include <nlohmann/json.hpp>

namespace compare {
namespace {

using Json = nlohmann::ordered_json;

Json optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json json_of(const Measured& measured) {
  return {{"chart", measured.chart},         {"series", measured.series},   {"x", measured.x},
          {"cold", optional(measured.cold)}, {"samples", measured.samples}, {"note", measured.note}};
}

Json json_of(const Launch& launch) {
  Json measured = Json::array();
  for (const Measured& each : launch.measured) measured.push_back(json_of(each));
  return {{"process_bytes", launch.process_bytes},
          {"failure", launch.failure},
          {"bystanders", launch.bystanders},
          {"measured", measured}};
}

Json json_of(const Figure& figure, const Section& section) {
  const Estimate& estimate = figure.estimate;
  const auto& interval = estimate.interval;
  return {{"chart", figure.chart},
          {"series", figure.series},
          {"x", figure.x},
          {"unit", chart_of(section, figure.chart).unit},
          {"median", estimate.value},
          {"low", interval ? Json(interval->first) : Json(nullptr)},
          {"high", interval ? Json(interval->second) : Json(nullptr)},
          {"cold", optional(estimate.cold)},
          {"launches", estimate.launches},
          {"samples", estimate.samples},
          {"lower_quartile", estimate.quartiles.first},
          {"upper_quartile", estimate.quartiles.second},
          {"wide", estimate.is_wide}};
}

Json json_of(const SectionResult& result) {
  Json figures = Json::array();
  for (const Figure& each : result.figures) figures.push_back(json_of(each, *result.section));
  Json launches = Json::array();
  for (const Launch& each : result.launches) launches.push_back(json_of(each));
  return {{"name", result.section->name}, {"title", result.section->title}, {"source", result.section->source},
          {"busy", result.is_busy()},     {"notes", result.notes},          {"figures", figures},
          {"launches", launches}};
}

Json json_of(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cpus", machine.cpus},
          {"online_cpus", machine.online_cpus},
          {"memory_bytes", machine.memory_bytes},
          {"kernel", machine.kernel},
          {"governor", machine.governor},
          {"huge_pages", machine.huge_pages},
          {"mitigations", machine.mitigations},
          {"container", machine.container},
          {"load", machine.load}};
}

Json json_of(const Verdict& verdict) {
  Json sentences = Json::array();
  for (const Sentence& sentence : verdict.sentences) {
    Json rows = Json::array();
    for (const Row& row : sentence.rows) {
      rows.push_back({{"section", row.section}, {"chart", row.chart}, {"series", row.series}, {"x", row.x}});
    }
    sentences.push_back({{"text", sentence.text}, {"rows", rows}});
  }
  return {{"warning", verdict.warning}, {"sentences", sentences}, {"ranges", verdict.ranges}};
}

}  // namespace

std::string to_text(const Launch& launch) {
  return json_of(launch).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Launch launch_from(const std::string& text) {
  const Json json = Json::parse(text);
  Launch launch{.process_bytes = json.at("process_bytes"), .failure = json.at("failure")};
  for (const Json& each : json.at("measured")) {
    Measured measured{.chart = each.at("chart"), .series = each.at("series"), .x = each.at("x")};
    if (!each.at("cold").is_null()) measured.cold = each.at("cold").get<double>();
    measured.samples = each.at("samples").get<std::vector<double>>();
    measured.note = each.at("note");
    launch.measured.push_back(std::move(measured));
  }
  return launch;
}

std::string to_json(const Results& results) {
  Json all{{"format", 2},
           {"date", results.date},
           {"command", results.command},
           {"library", results.library_version},
           {"commit", results.commit},
           {"compiler", results.compiler},
           {"build", results.build},
           {"quick", results.quick},
           {"launches", results.launches},
           {"machine", json_of(results.machine)},
           {"answer", results.answer},
           {"verdict", json_of(verdict(results))},
           {"citation", citation(results)}};
  all["sections"] = Json::array();
  for (const SectionResult& each : results.sections) all["sections"].push_back(json_of(each));
  return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace compare
