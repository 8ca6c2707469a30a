#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the documents say that the build does not check (cmake/readme.cmake compiles and runs their programs): their
other C++ code stands in a file or program that is compiled; the files, sections, tests and members of classes that they
name exist. The front page, README.md, has 250 lines at most, and its licence is that of the guide. tools/README.md
tells of each demonstration, tests/README.md names tests for each event. And tests/compile_fail/README.md names what is
there, with the messages that are expected.
Prints `file:line: what`."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FRONT = TOP / "README.md"
GUIDE = TOP / "include" / "multiprocessing" / "README.md"
TOOLS = TOP / "tools" / "README.md"
EVENTS = TOP / "tests" / "README.md"
FOR_USERS = [FRONT, GUIDE, TOOLS]
READMES = FOR_USERS + [TOP / "src" / "README.md", TOP / "src" / "DECISIONS.md", EVENTS,
                       TOP / "tests" / "model" / "README.md"]
REFUSALS = TOP / "tests" / "compile_fail" / "README.md"
FENCE = re.compile(r"^```(\w*)")
INLINE = re.compile(r"`([^`]+)`")
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
MEMBER = re.compile(r"`(?:\w+::)*([A-Z]\w*)::(\w+)")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
SECTION = re.compile(r"\]\(([^)#:]*)#([^)]*)\)")


def squeezed(text):
    """Layout apart: how a line is broken and indented is the formatter's affair."""
    return re.sub(r"\s+", "", re.sub(r"//.*", "", text))


def compiled_code():
    files = [path for folder in ("tests", "tools") for path in sorted((TOP / folder).rglob("*.cpp"))]
    texts = [path.read_text(encoding="utf-8") for path in files]
    for readme in FOR_USERS:
        lines = readme.read_text(encoding="utf-8").splitlines()
        texts += [text for _, language, text in blocks(lines) if language == "cpp" and "int main(" in text]
    return "\n".join(map(squeezed, texts))


def blocks(lines):
    """(line number of the first line, language, text) of each fenced block."""
    start, language, held = None, "", []
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if match and start is None:
            start, language, held = number + 1, match[1], []
        elif match:
            yield start, language, "\n".join(held)
            start = None
        elif start is not None:
            held.append(line)
    if start is not None:
        yield start, "unclosed", ""


def check_code(lines, problems):
    code = compiled_code()
    for number, language, text in blocks(lines):
        if language == "unclosed":
            problems.append((number, "this block is never closed"))
        elif language == "cpp" and "int main(" not in text and squeezed(text) not in code:
            problems.append((number, "this code is compiled nowhere in tests/ or tools/"))
        elif language == "":
            problems.append((number, "this block does not say its language (```cpp, ```sh, ```text)"))


def check_python_table(lines, problems):
    """In a table whose last column is headed C++, the code of each cell there is compiled somewhere."""
    code = compiled_code()
    in_table = False
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.replace("\\|", "\0").strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            in_table = False
        elif "C++" in cells[-1] and not INLINE.search(cells[-1]):
            in_table = True
        elif in_table:
            for snippet in INLINE.findall(cells[-1].replace("\0", "|")):
                if squeezed(snippet) not in code:
                    problems.append((number, f"`{snippet}` is compiled nowhere in tests/ or tools/"))


def tests():
    """Suite.Name of each, without what GoogleTest adds for parameters and types."""
    files = sorted((TOP / "tests").rglob("*_test.cpp"))
    return {".".join(names) for path in files for names in TEST.findall(path.read_text(encoding="utf-8"))}


def check_test_table(lines, problems):
    """In a table whose last column is headed "shown by", each row names at least one test, and all of them exist."""
    known = tests()
    in_table = False
    for number, line in enumerate(lines, 1):
        last_cell = line.strip().strip("|").split("|")[-1].strip()
        if not line.lstrip().startswith("|"):
            in_table = False
        elif last_cell == "shown by":
            in_table = True
        elif in_table and not re.fullmatch(r"[|\s:-]+", line):
            named = INLINE.findall(last_cell)
            if not named:
                problems.append((number, "this row names no test"))
            missing = [name for name in named if name not in known]
            problems.extend((number, f"names the test {name}, which does not exist") for name in missing)


def check_members(lines, problems):
    """`Class::member`: some file of the library has both words."""
    library = [path.read_text(encoding="utf-8")
               for folder in ("include", "src") for path in sorted((TOP / folder).rglob("*.[ch]pp"))]
    for number, line in enumerate(lines, 1):
        for words in MEMBER.findall(line):
            if not any(all(re.search(rf"\b{word}\b", text) for word in words) for text in library):
                problems.append((number, f"names {'::'.join(words)}, which does not exist"))


def check_demos(lines, problems):
    """The table of demonstrations has each of them, with its star and the line that it says of itself."""
    titles = {}
    for path in sorted((TOP / "tools" / "demos").glob("*.cpp")):
        name, text = path.read_text(encoding="utf-8").splitlines()[1].removeprefix("// ").split(": ", 1)
        titles[name] = text
    told = {}
    in_table = False
    for number, line in enumerate(lines, 1):
        in_table = line.startswith("| demonstration |") or (in_table and line.startswith("|"))
        if not in_table:
            continue
        if row := re.fullmatch(r"\| `([\w-]+)`(\\\*)? \| [^|]+ \| (.*) \|", line):
            name = row[1] + ("*" if row[2] else "")
            told[name] = row[3]
            if titles.get(name) != row[3]:
                problems.append((number, f"says of the demonstration {name} what it does not say of itself"))
    problems.extend((1, f"does not name the demonstration {name}") for name in titles if name not in told)


def message_of(program):
    """All of its comment `// Refused:`."""
    match = re.search(r"// Refused: ([^\n]*(?:\n//   [^\n]*)*)", program.read_text(encoding="utf-8"))
    return re.sub(r"\n// +", " ", match[1]) if match else None


def texts_of_tests():
    """All test code, its string literals joined, what a macro says in between shortened to an ellipsis."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((TOP / "tests").rglob("*_test.cpp")))
    return re.sub(r'"\s*[A-Z_]+\s*"', "…", re.sub(r'"\s*"', "", re.sub(r'"\s*([A-Z_]+)\s*"', r'" \1 "', text)))


def check_refusals(folder, lines, problems):
    """The page of what can be sent: its tests exist; it names each program of its folder, with the message that the
    program expects; a message at run time stands in a test."""
    known, texts, named = tests(), texts_of_tests(), set()
    for number, line in enumerate(lines, 1):
        programs = [folder / target for target in LINK.findall(line) if target.endswith(".cpp")]
        named.update(program.name for program in programs)
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 5:
            continue
        missing = [name for name in INLINE.findall(cells[2] + cells[3]) if name not in known]
        problems.extend((number, f"names the test {name}, which does not exist") for name in missing)
        message = cells[4].strip("“”`")
        for program in programs:
            if program.exists() and message_of(program) != message:
                problems.append((number, f"quotes another message than {program.name} expects"))
        if message not in ("message", "---") and not programs and message not in texts:
            problems.append((number, f"quotes a message that no test expects: {message}"))
    programs = sorted(path.name for path in folder.glob("*.cpp"))
    problems.extend((1, f"does not name {name}") for name in programs if name not in named)


def check_names(folder, lines, problems):
    in_block = False
    for number, line in enumerate(lines, 1):
        if FENCE.match(line):
            in_block = not in_block
        if not in_block:
            for target in LINK.findall(INLINE.sub("", line)):  # a lambda looks like a link
                if not (folder / target).exists():
                    problems.append((number, f"links to {target}, which does not exist"))
        for path in re.findall(r"(?<![\w/.-])(?:tools|src|tests|cmake|include|\.ci)/[\w./-]*\w", line):
            if not (TOP / path).exists():
                problems.append((number, f"names {path}, which does not exist"))


def sections(readme):
    """What a link to a section of the page may say."""
    titles = re.findall(r"^#+ (.*)$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def check_sections(readme, lines, problems):
    for number, line in enumerate(lines, 1):
        for target, section in SECTION.findall(INLINE.sub("", line)):
            page = readme.parent / target if target else readme
            if page.exists() and section not in sections(page):
                problems.append((number, f"links to the section {section} of {page.name}, which does not exist"))


def licence(readme):
    return readme.read_text(encoding="utf-8").partition("\n## Licence\n")[2]


def check_version(lines, problems):
    version = re.search(r"VERSION (\S+)", (TOP / "CMakeLists.txt").read_text(encoding="utf-8").split("project(")[1])[1]
    if f"version {version}" not in " ".join(lines):
        problems.append((1, f"does not say that this is version {version}"))


def check_front_page(lines, problems):
    if len(lines) > 250:
        problems.append((251, "the front page has more than 250 lines"))
    if "Permission is hereby granted" not in licence(FRONT) or licence(FRONT) != licence(GUIDE):
        problems.append((len(lines), "does not end with the licence, as the guide does"))


def main():
    found = False
    problems = []
    lines = REFUSALS.read_text(encoding="utf-8").splitlines()
    check_refusals(REFUSALS.parent, lines, problems)
    check_names(REFUSALS.parent, lines, problems)
    for number, what in sorted(problems):
        print(f"{REFUSALS.relative_to(TOP)}:{number}: {what}")
        found = True
    for readme in READMES:
        problems = []
        lines = readme.read_text(encoding="utf-8").splitlines()
        check_code(lines, problems)
        check_python_table(lines, problems)
        check_test_table(lines, problems)
        check_names(readme.parent, lines, problems)
        check_members(lines, problems)
        check_sections(readme, lines, problems)
        if readme in (FRONT, GUIDE):
            check_version(lines, problems)
        if readme == FRONT:
            check_front_page(lines, problems)
        if readme == TOOLS:
            check_demos(lines, problems)
        if readme == EVENTS and not any(line.endswith("| shown by |") for line in lines):
            problems.append((1, "has no table of events with the tests that show them"))
        for number, what in sorted(problems):
            print(f"{readme.relative_to(TOP)}:{number}: {what}")
            found = True
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
