#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the compiler does not check about the source tree: which file may include which, what is listed where, and how
long a file may be. Prints `file:line: what` for each violation, and exits with 1 if there is one."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PUBLIC = "include/multiprocessing"
UMBRELLA = f"{PUBLIC}/multiprocessing.hpp"
OTHER_LIBRARIES = {"multiprocessing/mpi.hpp"}

# A folder of src, and the folders that it may include from. A subfolder also sees its parent's files.
BELOW_POOL = {"process", "shm", "codec", "os"}
LAYERS = {
    "os": {"os"},
    "shm": {"shm", "os"},
    "codec": {"codec", "os"},
    "ipc": {"ipc", "shm", "codec", "os"},
    "process": {"process", "shm", "codec", "os"},
    "pool": {"pool"} | BELOW_POOL,
    "pool/parent": {"pool/parent", "pool"} | BELOW_POOL,
    "pool/worker": {"pool/worker", "pool"} | BELOW_POOL,
    "pool/threads": {"pool/threads", "pool"} | BELOW_POOL,
    "graph": {"graph", "pool", "codec", "os"},
    "hosts": {"hosts", "pool/parent", "pool"} | BELOW_POOL,
    "mpi": {"mpi", "hosts", "pool", "process", "codec"},  # a library of its own: only what those export
}
# The process that a folder's code runs in. Code of two processes meets in one place only: where a worker begins.
PROCESSES = {"pool/parent": "the program", "pool/worker": "a worker"}
ENTRANCES = {
    ("src/pool/parent/group_processes.cpp", "src/pool/worker/worker_main.hpp"),
    ("src/hosts/init.cpp", "src/pool/worker/spawned_process.hpp"),
}
# A public header whose functions are compiled in src/<folder>/<name>.cpp belongs to that folder. These are compiled in
# a file of another name.
COMPILED_IN = {
    "byte_connection": "ipc", "byte_queue": "ipc", "byte_pool": "pool", "byte_submission": "pool", "fork_call": "pool",
    "function": "codec", "graph_node": "graph", "pool_core": "pool", "process_target": "process",
    "worker": "process",
}
# A header of somebody else, and the files that may include it.
OWNERS = [
    ("Boost.Interprocess", re.compile(r"boost/interprocess/"), lambda file: file.startswith("src/shm/")),
    ("Boost.PFR", re.compile(r"boost/pfr/"), lambda file: file == f"{PUBLIC}/detail/aggregate.hpp"),
    ("Boost", re.compile(r"boost/(?!pfr/)"), lambda file: file.startswith("src/")),
    ("cereal", re.compile(r"cereal/"), lambda file: file == f"{PUBLIC}/detail/cereal_archive.hpp"),
    ("a type or a compiler's header", re.compile(r"(sys/types|cxxabi)\.h$"), lambda file: True),
    ("MPI", re.compile(r"mpi\.h$"), lambda file: file == "src/mpi/rank_link.hpp"),
    ("a POSIX header", re.compile(r".*\.h$"), lambda file: file.startswith(("src/os/", "src/mpi/"))),
]
MAX_LINES = 300
MAX_COLUMNS = 120
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')

problems = []


def report(file, line, what):
    problems.append(f"{file}:{line}: {what}")


def files_below(*folders, suffixes):
    found = []
    for folder in folders:
        found += [path for path in (TOP / folder).rglob("*") if path.suffix in suffixes and path.is_file()]
    return sorted(path.relative_to(TOP).as_posix() for path in found)


def lines_of(file):
    return (TOP / file).read_text(encoding="utf-8").splitlines()


def includes_of(file):
    """(line number, '<' or '"', what) of each include."""
    for number, line in enumerate(lines_of(file), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def check_text(file):
    lines = lines_of(file)
    if not any("SPDX-License-Identifier: MIT" in line for line in lines[:2]):
        report(file, 1, "has no line SPDX-License-Identifier: MIT")
    if len(lines) > MAX_LINES:
        report(file, len(lines), f"has more than {MAX_LINES} lines: is a second idea hiding in it?")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            report(file, number, f"is longer than {MAX_COLUMNS} columns")
    if file.endswith(".hpp") and "#pragma once" not in lines[:2]:
        report(file, 2, "has no #pragma once")


def resolve(file, kind, name):
    """The project file that an include means, or None for somebody else's."""
    candidate = f"src/{name}" if kind == '"' else f"include/{name}"
    return candidate if (TOP / candidate).is_file() else None


def folder_of(file):
    """The folder of src that a file belongs to: src/pool/parent/trace.hpp to pool/parent. None for a public header of
    templates only."""
    if file.startswith("src/"):
        return file[len("src/"):].rsplit("/", 1)[0]
    name = Path(file).stem
    compiled = [path.parent.relative_to(TOP / "src").as_posix() for path in (TOP / "src").rglob(f"{name}.cpp")]
    return COMPILED_IN.get(name, compiled[0] if compiled else None)


def check_arrow(file, number, target):
    folder, other = folder_of(file), folder_of(target)
    if other is None or not file.startswith("src/") or (file, target) in ENTRANCES or other in LAYERS[folder]:
        return
    if folder in PROCESSES and other in PROCESSES:
        report(file, number, f"runs in {PROCESSES[folder]} and includes {target}, which runs in {PROCESSES[other]}")
    else:
        report(file, number, f"src/{folder} may not include {target}, which is of src/{other}")


def check_includes(file):
    first = True
    own = re.sub(r"\.cpp$", ".hpp", file)
    for number, kind, name in includes_of(file):
        target = resolve(file, kind, name)
        if kind == '"' and file.startswith("include/"):
            report(file, number, f'a public header includes "{name}": public headers are included by <>')
        elif kind == '"' and target is None:
            report(file, number, f'"{name}" is no file of src: its own are included by "folder/file.hpp"')
        elif target is not None:
            check_arrow(file, number, target)
        elif kind == "<" and target is None and name.startswith("multiprocessing/"):
            report(file, number, f"<{name}> does not exist")
        elif target is None:
            for what, pattern, may in OWNERS:
                if pattern.match(name):
                    if not may(file):
                        report(file, number, f"<{name}>: {what} is not included here")
                    break
        if first and file.endswith(".cpp") and (TOP / own).is_file() and target != own:
            report(file, number, f"its own header {own} comes first")
        if target == UMBRELLA:
            report(file, number, "the umbrella header is for programs, not for the library")
        first = False


def check_circles(files):
    graph = {file: [resolve(file, kind, name) for _, kind, name in includes_of(file)] for file in files}
    done = set()

    def visit(file, path):
        if file in path:
            report(file, 1, "includes itself: " + " -> ".join(path[path.index(file):] + [file]))
        elif file not in done:
            for target in graph.get(file, []):
                if target:
                    visit(target, path + [file])
            done.add(file)

    for file in files:
        visit(file, [])


def check_umbrella():
    if not (TOP / UMBRELLA).is_file():
        report(UMBRELLA, 1, "is missing")
        return
    here = [name for _, _, name in includes_of(UMBRELLA)]
    all_public = [f"multiprocessing/{path.name}" for path in sorted((TOP / PUBLIC).glob("*.hpp"))]
    wanted = [name for name in all_public if not UMBRELLA.endswith(name) and name not in OTHER_LIBRARIES]
    for name in sorted(set(wanted) - set(here)):
        report(UMBRELLA, 1, f"does not include <{name}>")
    for name in sorted(set(here) - set(wanted)):
        report(UMBRELLA, 1, f"includes <{name}>, which is no public header of ours")
    if here != sorted(here):
        report(UMBRELLA, 1, "is not sorted")


def check_names(files):
    seen = {}
    for file in files:
        name = file.rsplit("/", 1)[1]
        if name in seen:
            report(file, 1, f"has the name of {seen[name]}")
        seen.setdefault(name, file)


def check_listed(files, listing):
    """A file that no CMakeLists.txt names is neither compiled nor installed."""
    path = TOP / listing
    text = path.read_text(encoding="utf-8")
    for included in re.findall(r"^include\(([\w/]+\.cmake)\)$", text, re.MULTILINE):
        text += (path.parent / included).read_text(encoding="utf-8")
    words = set(re.split(r"[\s()]+", text))
    folder = listing.rsplit("/", 1)[0] + "/"
    for file in files:
        wanted = file[len(folder):] if file.startswith(folder) else "${PROJECT_SOURCE_DIR}/" + file
        if wanted not in words:
            report(file, 1, f"is not listed in {listing}")


def main():
    library = files_below("include", "src", suffixes={".hpp", ".cpp"})
    tests = files_below("tests", suffixes={".hpp", ".cpp"})
    for file in files_below("include", "src", "tests", "tools", "cmake",
                            suffixes={".hpp", ".cpp", ".py", ".sh", ".cmake", ".txt", ".pml", ".inc"}):
        check_text(file)
    for file in library:
        check_includes(file)
    check_circles(library)
    check_umbrella()
    check_names(library)
    check_names(file for file in tests if file.endswith("_test.cpp"))
    check_listed([file for file in library if file.endswith(".cpp") or file.startswith("include/")],
                 "src/CMakeLists.txt")
    check_listed([file for file in tests if file.endswith("_test.cpp")], "tests/CMakeLists.txt")
    for problem in sorted(problems):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
