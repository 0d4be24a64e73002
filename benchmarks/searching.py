"""Searching a case file of 2,000 pages: against plain FTS5 with the same query, and against `grep -i`.

The yardstick is a table of one row a page, in a file, asked for the best 50 with a snippet of each, as one would
write it. It is asked the very expression that the query was expanded into. In every round both are opened anew and
asked for a word that isn't there, so that nothing is remembered from the round before.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from assistant import library
from assistant.library import own_vocabulary
from assistant.records.fts import index_folder
from assistant.records.index import RecordIndex
from assistant.records.query import expanded, of_query
from benchmarks.case_file import case_file
from benchmarks.measure import CASE, Result, milliseconds

PAGES = 2000
ROUNDS = 15
MOST = 50
QUERIES = (
    "pseudarthrosis",
    "loosening",
    "fusion",
    "gabapentin",
    "tenderness",
    "hardware loosening",
    "fever bladder",
    "flexion extension films",
    '"no evidence of loosening"',
    "loos*",
)
_ABSENT = "zebra"
_PLAIN = (
    "SELECT rowid, snippet(page, 0, '[', ']', '...', 40) FROM page WHERE page MATCH ? ORDER BY rank LIMIT ?"
)


def run() -> list[Result]:
    """Queries, a prompt's words, opening and size."""
    pages = case_file(PAGES)
    with _folder() as folder:
        plain = _plain(pages, folder / "plain.sqlite")
        text = sum(len(page.encode()) for texts in pages.values() for page in texts)
        begun = time.perf_counter()
        index = RecordIndex.of(pages, own_vocabulary())
        built = time.perf_counter() - begun
        size = sum(path.stat().st_size for path in index_folder().glob("*.sqlite"))
        return [
            *_queries(pages, plain, folder),
            *_prompts(pages),
            _opening(pages, built),
            Result(
                "index against text, bytes", size / text, 1.0, "x", f"{size / 1e6:.1f} of {text / 1e6:.1f} MB"
            ),
            _pause(index),
        ]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="imr-benchmark-") as name, patch.dict(os.environ, IMR_CACHE=name):
        yield Path(name)


def _plain(pages: Mapping[str, tuple[str, ...]], path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE VIRTUAL TABLE page USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')"
        )
        rows = ((page,) for texts in pages.values() for page in texts)
        connection.executemany("INSERT INTO page VALUES (?)", rows)
        connection.execute("INSERT INTO page (page) VALUES ('optimize')")
    return path


def _queries(pages: Mapping[str, tuple[str, ...]], plain: Path, folder: Path) -> list[Result]:
    """Each query by turns: ours, plain FTS5 with the same expression, and grep for its first word."""
    vocabulary = own_vocabulary()
    files = []
    for name, texts in pages.items():
        files.append(folder / f"{name}.txt")
        files[-1].write_text("\f".join(texts))
    own: dict[str, list[float]] = {query: [] for query in QUERIES}
    raw: dict[str, list[float]] = {query: [] for query in QUERIES}
    grep: list[float] = []
    for _ in range(ROUNDS):
        index = RecordIndex.of(pages, vocabulary)
        index.find(_ABSENT)
        with closing(sqlite3.connect(plain)) as connection:
            connection.execute(_PLAIN, (_ABSENT, MOST)).fetchall()
            for query in QUERIES:
                begun = time.perf_counter()
                index.find(query, MOST)
                own[query].append(time.perf_counter() - begun)
                wanted = [expanded(one, index.forms) for one in of_query(query, vocabulary)]
                expression = " AND ".join(f"({one.expression})" for one in wanted)
                begun = time.perf_counter()
                connection.execute(_PLAIN, (expression, MOST)).fetchall()
                raw[query].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        subprocess.run(["grep", "-i", "-n", "loosening", *files], stdout=subprocess.DEVNULL, check=False)
        grep.append(time.perf_counter() - begun)
    ratios = sorted(median(own[query]) / median(raw[query]) for query in QUERIES)
    ours = [second for seconds in own.values() for second in seconds]
    theirs = [second for seconds in raw.values() for second in seconds]
    return [
        Result(
            f"query to ranked passages, {len(QUERIES)} queries, against FTS5",
            sum(map(median, own.values())) / sum(map(median, raw.values())),
            1.5,
            "x",
            f"{milliseconds(ours)} against {milliseconds(theirs)}; single queries {ratios[0]:.2f} to {ratios[-1]:.2f}",
        ),
        Result(
            "`loosening` and all its forms, against grep -i",
            median(own["loosening"]) / median(grep),
            None,
            "x",
            f"{milliseconds(own['loosening'])} against {milliseconds(grep)}",
        ),
    ]


def _prompts(pages: Mapping[str, tuple[str, ...]]) -> list[Result]:
    """Everything that the words of each prompt find, in groups, as it is shown beside the question."""
    from assistant.core.record.passages import grouped

    sets = library.rules_for(library.find_case(CASE)).sets["1"].prompts
    index = RecordIndex.of(pages, own_vocabulary())
    seconds, mentions = [], 0
    for prompt in sets.values():
        if prompt.look_for:
            begun = time.perf_counter()
            found = index.look_for(prompt.look_for)
            grouped(found)
            seconds.append(time.perf_counter() - begun)
            mentions += len(found)
    return [
        Result(
            "a prompt's words looked for and grouped, median",
            median(seconds) * 1000,
            None,
            " ms",
            f"the longest {max(seconds) * 1000:.0f} ms; {len(seconds)} prompts, {mentions} mentions",
        )
    ]


def _opening(pages: Mapping[str, tuple[str, ...]], built: float) -> Result:
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        RecordIndex.of(pages, own_vocabulary())
        seconds.append(time.perf_counter() - begun)
    return Result(
        "a kept index opened", median(seconds) * 1000, None, " ms", f"made the first time in {built:.2f} s"
    )


def _pause(index: RecordIndex) -> Result:
    """The longest time for which another thread looking for very frequent words holds this one up."""
    worker = threading.Thread(
        target=index.look_for, args=(("x-ray", "flexion", "fever", "weakness", "worse"),)
    )
    begun = last = time.perf_counter()
    longest = 0.0
    worker.start()
    while worker.is_alive():
        now = time.perf_counter()
        longest = max(longest, now - last)
        last = now
        time.sleep(0.001)
    return Result(
        "longest hold-up of the screen by a search beside it",
        longest * 1000,
        None,
        " ms",
        f"in a search of {(last - begun) * 1000:.0f} ms",
    )
