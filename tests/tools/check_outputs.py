#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_outputs.py FOLDER SCHEMA: what multiprocessing-compare has written into run.json, page.html and csv/ of the
folder says the same everywhere, and the JSON is what its schema promises. Prints each difference; exits with 1 then."""

import csv
import json
import statistics
import sys
from html.parser import HTMLParser
from pathlib import Path

problems = []
UNITS = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "ns": 1e-3, "µs": 1, "ms": 1e3, "s": 1e6}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}


def report(where, what):
    problems.append(f"{where}: {what}")


def is_of_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def check_schema(value, rule, root, where):
    """The part of JSON Schema that the schema uses; any other word of it is a problem."""
    unknown = set(rule) - {"$ref", "$defs", "$schema", "title", "description", "type", "const", "minimum", "items",
                           "properties", "required", "additionalProperties"}
    if unknown:
        report("schema", f"this check does not know {sorted(unknown)}")
    if "$ref" in rule:
        check_schema(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root, where)
        return
    names = rule.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_of_type(value, name) for name in names):
        report(where, f"is {value!r}, not {' or '.join(names)}")
        return
    if "const" in rule and value != rule["const"]:
        report(where, f"is {value!r}, not {rule['const']!r}")
    if "minimum" in rule and value < rule["minimum"]:
        report(where, f"is {value!r}, below {rule['minimum']}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            check_schema(item, rule["items"], root, f"{where}[{number}]")
    if isinstance(value, dict):
        for name in rule.get("required", []):
            if name not in value:
                report(where, f"has no {name}")
        for name, item in value.items():
            if name in rule["properties"]:
                check_schema(item, rule["properties"][name], root, f"{where}.{name}")
            elif rule.get("additionalProperties") is False:
                report(where, f"has {name}, of which the schema knows nothing")


def check_medians(run):
    """The figures follow from the raw samples."""
    for section in run["sections"]:
        for figure in section["figures"]:
            key = (figure["chart"], figure["series"], figure["x"])
            raw = [measured["samples"] for launch in section["launches"] for measured in launch["measured"]
                   if (measured["chart"], measured["series"], measured["x"]) == key and measured["samples"]]
            where = f"{section['name']} {key}"
            median = statistics.median(statistics.median(samples) for samples in raw)
            if abs(median - figure["median"]) > 1e-9 * abs(median):
                report(where, f"the median is {figure['median']}, that of the samples {median}")
            if figure["samples"] != sum(map(len, raw)) or figure["launches"] != len(raw):
                report(where, "has another number of samples or launches than there are")


class Page(HTMLParser):
    """The figures of the tables: {(section, chart, series, x): {name: value}}; the ids and the text."""

    def __init__(self):
        super().__init__()
        self.rows, self.ids, self.texts, self.elements = {}, set(), [], []
        self.table = self.row = self.number = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append(tag)
        if "id" in attributes:
            if attributes["id"] in self.ids:
                report("page", f"two elements have the id {attributes['id']}")
            self.ids.add(attributes["id"])
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                report("page", f"needs something besides: {name}={value}")
        if tag == "table":
            self.table = attributes["data-section"], attributes["data-chart"]
        elif tag == "tr" and "data-series" in attributes:
            self.row = {"series": attributes["data-series"], "wide": attributes.get("class") == "wide"}
        elif tag == "data":
            self.number = attributes["class"], float(attributes["value"])
            self.row[self.number[0]] = self.number[1]

    def handle_endtag(self, tag):
        if tag == "data":
            self.number = None
        elif tag == "tr" and self.row is not None:
            self.rows[(*self.table, self.row["series"], self.row.get("x", 0.0))] = self.row
            self.row = None

    def handle_data(self, data):
        self.texts.append(data)
        if self.number:  # three digits of it are shown
            name, value = self.number
            shown, _, unit = data.partition(" ")
            shown = float(shown) * UNITS[unit]
            if abs(shown - value) > 0.00501 * abs(value):
                report("page", f"shows {data} where {name} is {value}")


def figures_of(run):
    return {(section["name"], figure["chart"], figure["series"], float(figure["x"])): figure
            for section in run["sections"] for figure in section["figures"]}


def check_page(text, run):
    page = Page()
    page.feed(text)
    figures = figures_of(run)
    for key in sorted(figures.keys() ^ page.rows.keys()):
        report("page", f"{key} is only in {'the JSON' if key in figures else 'the page'}")
    for key in figures.keys() & page.rows.keys():
        names = ["median", "low", "high", "cold", "samples", "wide"]
        names += {"lower_quartile", "upper_quartile"} & page.rows[key].keys()  # where there is no interval
        for name in names:
            if figures[key][name] != page.rows[key].get(name):
                report("page", f"{key}: {name} is {page.rows[key].get(name)}, in the JSON {figures[key][name]}")
    shown = "".join(page.texts)
    for section in run["sections"]:
        if section["name"] not in page.ids:
            report("page", f"has no section {section['name']}")
        for what in [section["title"], f"tools/comparison/{section['source']}", *section["notes"]]:
            if what not in shown:
                report("page", f"does not say: {what}")
    sentences = [sentence["text"] for sentence in run["verdict"]["sentences"]]
    verdict = [run["verdict"]["warning"], *sentences, run["verdict"]["ranges"]]
    for what in [run["answer"], *verdict, run["citation"], run["machine"]["cpu"]]:
        if what not in shown:
            report("page", f"does not say: {what}")
    charts = {(key[0], key[1]) for key in figures}
    if page.elements.count("svg") != 2 * len(charts):
        report("page", f"has {page.elements.count('svg')} pictures of {len(charts)} charts, for two widths of screen")
    if "script" in page.elements or "@import" in text or "url(" in text:
        report("page", "has a script, or needs something besides")


def check_verdict(run):
    """A sentence is made of rows that may be used, a section that was disturbed comes with a warning."""
    figures = figures_of(run)
    busy = {section["name"] for section in run["sections"] if section["busy"]}
    for sentence in run["verdict"]["sentences"]:
        for row in sentence["rows"]:
            figure = figures.get((row["section"], row["chart"], row["series"], float(row["x"])))
            if figure is None or figure["wide"] or row["section"] in busy:
                report("verdict", f"'{sentence['text']}' uses {row}, which is missing, too wide or of a busy machine")
    if busy and not run["verdict"]["warning"].startswith("The machine was too busy"):
        report("verdict", f"does not warn of a busy machine at {sorted(busy)}")


def check_csv(folder, run):
    rows = {}
    for file in sorted(folder.glob("*.csv")):
        with open(file, newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                rows[(file.stem, row["series"], float(row["x"]))] = row
    figures = {(f"{key[0]}-{key[1]}", key[2], key[3]): figure for key, figure in figures_of(run).items()}
    for key in sorted(figures.keys() ^ rows.keys()):
        report("csv", f"{key} is only in {'the JSON' if key in figures else 'the CSV'}")
    for key in figures.keys() & rows.keys():
        for name in ("unit", "median", "low", "high", "cold", "launches", "samples", "lower_quartile", "upper_quartile",
                     "wide"):
            wanted, cell = figures[key][name], rows[key][name]
            found = cell if name == "unit" else cell == "true" if name == "wide" else float(cell) if cell else None
            if found != wanted:
                report("csv", f"{key}: {name} is {cell}, in the JSON {wanted}")


def main():
    folder, schema_file = Path(sys.argv[1]), Path(sys.argv[2])
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    check_schema(run, schema, schema, "run")
    if not problems:
        check_medians(run)
        check_verdict(run)
        if (folder / "page.html").exists():
            check_page((folder / "page.html").read_text(encoding="utf-8"), run)
        check_csv(folder / "csv", run)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
