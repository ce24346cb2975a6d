"""What the comparisons share: running programs, and telling what was seen."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("TONGGUAN", ROOT / "target/release/tongguan"))


class Asked(argparse.Namespace):
    """What the command line asks for."""

    @property
    def engines(self):
        """The databases of each engine to measure, as a benchmark takes them."""
        return [[], self.postgres()] if self.urls else [[]]

    def postgres(self):
        """The two databases."""
        if len(self.urls) != 2:
            sys.exit("name two PostgreSQL databases, new and empty: postgres://user@host/name")
        return ["--database", self.urls[0], "--beside", self.urls[1]]


def options(text, urls=False, **numbers):
    """The command line: what is always asked, and numbers with what they are if nobody says."""
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if urls:
        parser.add_argument("urls", nargs="*", metavar="URL")
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N")
    parser.add_argument("--windows", type=int, default=3, metavar="N", help="how often by turns")
    parser.add_argument("--json", metavar="FILE", help="write the result there as JSON, too")
    return parser.parse_args(namespace=Asked())


def run(*command):
    """What a program prints; ends everything when it fails or is not there."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not there; {sys.argv[0]} --help says what is needed")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def tongguan(*arguments):
    """What a benchmark of ours prints as JSON."""
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is not there: build it first, by `cargo build --release`")
    return json.loads(run(PROGRAM, "bench", *arguments, "--json"))


def seconds(work):
    """How long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextlib.contextmanager
def temporary():
    """A folder that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tongguan-bench-") as folder:
        yield pathlib.Path(folder)


def median(values):
    """The middle one of some."""
    return statistics.median(values)


class Comparison:
    """A table in Markdown, and the same as JSON."""

    def __init__(self, *columns):
        self.columns = columns
        self.rows = []

    def add(self, *cells):
        """A row; nothing where a cell has nothing to say."""
        self.rows.append(cells)

    def tell(self, file=None):
        """Prints the table, and writes it down."""
        print("| " + " | ".join(self.columns) + " |")
        print("|" + "---|" * len(self.columns))
        for cells in self.rows:
            print("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
        if file:
            rows = [dict(zip(self.columns, cells)) for cells in self.rows]
            text = json.dumps(rows, ensure_ascii=False, indent=2)
            pathlib.Path(file).write_text(text + "\n", encoding="utf-8")
