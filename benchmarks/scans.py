"""How many words of spoiled scans are read, and which of the misread ones are marked: python -m benchmarks.scans

Each page is typed and spoiled in one of the ways of `tests/records/made_scans.py`. A word of the page counts as found where it
stands among those read; a word read counts as wrong where the page hasn't it.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from assistant.core.record.marks import DOUBT_BEGINS, DOUBT_ENDS, without_doubt
from assistant.records.recognition import Recogniser
from tests.records.made_scans import NOTE, SPOILED, typed, written


def main() -> None:
    """Prints a row for each kind of page, and what share of right and of wrong words is marked as doubtful."""
    true = set(_words(NOTE))
    recogniser = Recogniser()
    marked_right = right = marked_wrong = wrong = 0
    begun = time.perf_counter()
    print("| page | words found | counts as |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, spoiled in SPOILED.items():
            made = recogniser.page(written(spoiled(typed()), Path(folder) / "page.pgm"))
            found = set(_words(without_doubt(made.text)))
            marked = re.findall(f"{DOUBT_BEGINS}(.*?){DOUBT_ENDS}", made.text)
            doubtful = {word for one in marked for word in _words(one)}
            right += len(found & true)
            wrong += len(found - true)
            marked_right += len(doubtful & found & true)
            marked_wrong += len(doubtful & (found - true))
            print(f"| {name} | {len(true & found) / len(true):.2f} | {made.state} |", flush=True)
    print(f"{marked_wrong} of {wrong} words read wrong are marked, {marked_right} of {right} read right")
    print(f"{(time.perf_counter() - begun) / len(SPOILED):.1f} seconds a page")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


if __name__ == "__main__":
    main()
