"""`python -m benchmarks [NAME...]`: measures all claims, or those named, and prints them as a table."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.measure import Result, table

NAMES = (
    "start",
    "keystroke",
    "answer",
    "whole_case",
    "agreement",
    "gradebook",
    "importing",
    "searching",
    "replay",
    "proof",
)
ON_A_BIG_LOG = ("log_append", "log_verify", "log_proof", "log_reports", "central")
"""Measured when named: they need logs of many entries, which take minutes to make (see `big_log`)."""


def main(names: list[str]) -> int:
    """0 where every limit is kept, 1 where one is not, 2 for a name that isn't known."""
    known = (*NAMES, *ON_A_BIG_LOG)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}. There are {', '.join(known)}.", file=sys.stderr)
        return 2
    results: list[Result] = []
    for name in names or NAMES:
        results += import_module(f"benchmarks.{name}").run()
    print(table(results))
    return 0 if all(one.kept for one in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
