"""The tables of the index: windows of the pages in SQLite's FTS5, and the words of the record by their stems.

The text itself is not in the tables; SQLite asks for it by window. So a table goes with the very pages that it was
built from.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from assistant.records.expansion import Answers, Expansion, expanded
from assistant.records.query import Wanted
from assistant.records.window import mended, shown, unmended, windows

_OPEN, _CLOSE = "\x02", "\x03"
_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, page INTEGER NOT NULL, start INTEGER NOT NULL, own INTEGER NOT NULL,
    length INTEGER NOT NULL, broken INTEGER NOT NULL, clean INTEGER NOT NULL, sentences BLOB NOT NULL
);
CREATE VIEW spoken AS
    SELECT id, CASE WHEN clean THEN text_of(page, start, length) ELSE shown_of(page, start, length) END AS text,
           CASE WHEN broken THEN mended_of(page, start, length) ELSE '' END AS mended FROM place;
CREATE VIRTUAL TABLE passage USING fts5 (
    text, mended, content = 'spoken', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE word USING fts5vocab (passage, row);
CREATE VIRTUAL TABLE form USING fts5 (
    word, detail = 'none', columnsize = 0, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO passage (passage, rank) VALUES ('hashsize', 67108864);
"""
_AT_ONCE = 10
_LIKE = 5
_LIKENESS = 0.87
_FOUND = "FROM passage CROSS JOIN place ON place.id = passage.rowid WHERE passage MATCH ?"
_ROWS = f"""
SELECT page, start, own, length, sentences, highlight(passage, 0, '{_OPEN}', '{_CLOSE}'),
       CASE WHEN broken THEN highlight(passage, 1, '{_OPEN}', '{_CLOSE}') END {_FOUND}
"""


class Hit(NamedTuple):
    """Words found on a page (by its number in the index), `length` of them at `at`, in the sentence `start` to `end`.

    `answers` are the numbers of what they answer.
    """

    page: int
    at: int
    length: int
    start: int
    end: int
    answers: tuple[int, ...]


def build(connection: sqlite3.Connection, pages: Sequence[str]) -> None:
    """Makes the tables in an empty database and fills them from the texts of the pages."""
    _serve_text(connection, pages)
    connection.executescript(_SCHEMA)
    with connection:
        connection.executemany(
            "INSERT INTO place (page, start, own, length, broken, clean, sentences) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    one.start,
                    one.own,
                    one.length,
                    one.broken,
                    one.clean,
                    array("I", one.sentences).tobytes(),
                )
                for number, page in enumerate(pages)
                for one in windows(page)
            ),
        )
        connection.execute("INSERT INTO passage (rowid, text, mended) SELECT id, text, mended FROM spoken")
        connection.execute("INSERT INTO passage (passage) VALUES ('optimize')")
        connection.execute("INSERT INTO form (word) SELECT term FROM word")


class IndexTable:
    """The tables over `pages`, the texts of all pages that can be searched, in order.

    Where `wider`, a table of more text, has every word of these pages, its word forms are used.
    """

    def __init__(
        self, connection: sqlite3.Connection, pages: Sequence[str], wider: IndexTable | None = None
    ) -> None:
        self._connection = connection
        self._pages = pages
        self._lock = threading.Lock()
        self._forms: dict[str, tuple[str, ...]] = {}
        self._expansions: dict[Wanted, Expansion] = {}
        self._answers = lru_cache(64)(lambda wanted: Answers(self._expanded(wanted)))
        _serve_text(connection, pages)
        weakref.finalize(self, connection.close)
        self._wider = wider if wider is not None and self._words() <= wider._words() else None

    def forms(self, word: str) -> tuple[str, ...]:
        """The words of the record that have the stem of a folded `word`."""
        if self._wider is not None:
            return self._wider.forms(word)
        if word not in self._forms:
            rows = self._ask("SELECT word FROM form WHERE form MATCH ? ORDER BY rowid", (f'"{word}"',))
            self._forms[word] = tuple(str(row[0]) for row in rows)
        return self._forms[word]

    def _words(self) -> set[str]:
        return {str(row[0]) for row in self._ask("SELECT term FROM word", ())}

    def words_like(self, word: str) -> tuple[str, ...]:
        """The words of the record that are spelled nearly as a folded `word` and are no form of it, the nearest first."""
        rows = self._ask(
            "SELECT term FROM word WHERE length(term) BETWEEN ? AND ?", (len(word) - 2, len(word) + 2)
        )
        forms = {word, *self.forms(word)}
        return tuple(
            get_close_matches(word, [row[0] for row in rows if row[0] not in forms], _LIKE, _LIKENESS)
        )

    def all_hits(self, wanted: Sequence[Wanted]) -> Iterator[Hit]:
        """Every hit of any of what is wanted, in the order of the pages."""
        rows = self._ask(f"{_ROWS} ORDER BY passage.rowid", (_any(self._expanded(wanted)),))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows for hit in self._hits(row, answers))

    def hits_of_all(self, wanted: Sequence[Wanted]) -> Iterator[Hit]:
        """The hits of every window that holds all of what is wanted, in the order of the pages."""
        rows = self._ask(f"{_ROWS} ORDER BY passage.rowid", (_every(self._expanded(wanted)),))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows for hit in self._hits(row, answers))

    def ranked_hits(self, wanted: Sequence[Wanted], limit: int) -> Iterator[Hit]:
        """The hits of the `limit` best windows that hold all of what is wanted, the best window first."""
        every = _every(self._expanded(wanted))
        answers = self._answers(tuple(wanted))
        with self._lock:
            cursor = self._connection.execute(f"{_ROWS} ORDER BY passage.rank LIMIT ?", (every, limit))
            rows = cursor.fetchmany(_AT_ONCE)
        while rows:
            for row in rows:
                yield from self._hits(row, answers)
            with self._lock:
                rows = cursor.fetchmany(_AT_ONCE)

    def page_hits(self, wanted: Sequence[Wanted], limit: int) -> list[Hit]:
        """The hits of the first `limit` pages that hold all of what is wanted somewhere."""
        expansions = self._expanded(wanted)
        pages: set[int] = set()
        for number, one in enumerate(expansions):
            rows = self._ask(f"SELECT DISTINCT page {_FOUND}", (one.expression,))
            found = {int(row[0]) for row in rows}
            pages = pages & found if number else found
            if not pages:
                return []
        chosen = sorted(pages)[:limit]
        sql = f"{_ROWS} AND page IN ({','.join('?' * len(chosen))}) ORDER BY passage.rowid"
        answers = self._answers(tuple(wanted))
        return [
            hit for row in self._ask(sql, (_any(expansions), *chosen)) for hit in self._hits(row, answers)
        ]

    def _expanded(self, wanted: Iterable[Wanted]) -> list[Expansion]:
        found = []
        for one in wanted:
            if one not in self._expansions:
                self._expansions[one] = expanded(one, self.forms)
            found.append(self._expansions[one])
        return found

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _hits(self, row: tuple[Any, ...], answers: Answers) -> Iterator[Hit]:
        """The hits of a window that begin in what it owns."""
        page, start, own, length, sentences, marked, mended_marked = row
        spans = _spans(marked)
        if mended_marked:
            text = self._pages[page][start : start + length]
            spans = sorted({*spans, *unmended(text, _spans(mended_marked))})
        starts = array("I")
        starts.frombytes(sentences)
        over = 0
        for at, end, surface in spans:
            answered = answers.of(surface) if over <= at < own else ()
            if not answered:
                continue
            over = end
            inside = bisect_right(starts, at)
            until = starts[inside] if inside < len(starts) else own
            begin = start + starts[inside - 1]
            yield Hit(page, start + at, end - at, begin, start + max(until, end), answered)


def _any(expansions: Iterable[Expansion]) -> str:
    return " OR ".join(f"({one.expression})" for one in expansions)


def _every(expansions: Iterable[Expansion]) -> str:
    return " AND ".join(f"({one.expression})" for one in expansions)


def _spans(marked: str) -> list[tuple[int, int, str]]:
    """Where the marked words begin and end in the text without marks, and the words."""
    before, *rest = marked.split(_OPEN)
    at = len(before)
    found = []
    for part in rest:
        inside, _, after = part.partition(_CLOSE)
        found.append((at, at + len(inside), inside))
        at += len(inside) + len(after)
    return found


def _serve_text(connection: sqlite3.Connection, pages: Sequence[str]) -> None:
    """Gives SQLite the text of a window when it asks."""

    def text_of(page: int, start: int, length: int) -> str:
        return pages[page][start : start + length]

    def shown_of(page: int, start: int, length: int) -> str:
        return shown(pages[page][start : start + length])

    def mended_of(page: int, start: int, length: int) -> str:
        return shown(mended(pages[page][start : start + length]))

    connection.create_function("text_of", 3, text_of, deterministic=True)
    connection.create_function("shown_of", 3, shown_of, deterministic=True)
    connection.create_function("mended_of", 3, mended_of, deterministic=True)
