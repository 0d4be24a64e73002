"""The full-text index of a case's pages: its tables, where it is kept, and how the words that are typed become a query."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import sqlite3
import tempfile
import threading
import time
import weakref
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant import files
from assistant.core.record import language
from assistant.core.record.language import sentence_starts
from assistant.core.value import Value
from assistant.machine import database_uri, is_own
from assistant.records import query
from assistant.records.query import ANY_PART, Answers, Expansion, Wanted, any_of, expanded, window_shown

# A page cut into windows, the rows of the index: whole sentences, with some words of what follows.


TARGET = 3200
"""Characters after which a window ends with its sentence."""
OVERHANG = 120
"""Characters of the next window that a window sees."""

_BROKEN = re.compile(
    r"(?<=\w)(?:[-\u2010\u00ad][ \t]*\n[ \t]*|[\u00ad\u200b\u200c\u200d\u2060\ufeff])(?=\w)"
    r"|\x1b\[[0-9;?]{0,20}[A-Za-z]|[\ufb00-\ufb06\u2191\u2193]"
)
_PERHAPS_BROKEN = re.compile(
    r"[-\u2010\u00ad][ \t]*\n|[\x1b\u00ad\u200b\u200c\u200d\u2060\ufeff\ufb00-\ufb06\u2191\u2193]"
)
_PERHAPS_BROKEN_ASCII = re.compile(r"-[ \t]*\n|\x1b")
_SPELLED = {
    **dict(
        zip(
            "\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06",
            ("ff", "fi", "fl", "ffi", "ffl", "st", "st"),
            strict=True,
        )
    ),
    "\u2193": " decreased ",
    "\u2191": " increased ",
}
"""Ligatures in letters, and the arrows of short notes in words."""


class Window(Value):
    """A window of a page: it begins at `start`, owns `own` characters and sees `length`.

    `sentences` are the offsets in the window at which its sentences begin, the first being 0. `broken` is whether
    a word in it is parted by the end of a line or an invisible sign, `clean` whether it needs no `shown`.
    """

    start: int
    own: int
    length: int
    sentences: tuple[int, ...]
    broken: bool
    clean: bool


def windows(page: str) -> Iterator[Window]:
    """The windows of a page's text, in order; at least one."""
    starts = sentence_starts(page)
    first = 0
    while first < len(starts):
        begin = starts[first]
        last = max(first + 1, bisect_left(starts, begin + TARGET, first))
        end = starts[last] if last < len(starts) else len(page)
        seen = min(len(page), end + OVERHANG)
        space = max(page.rfind(" ", end, seen), page.rfind("\n", end, seen))
        if space > 0 and seen < len(page):
            seen = space
        inside = tuple(one - begin for one in starts[first:last])
        text = page[begin:seen]
        yield Window(begin, end - begin, len(text), inside, bool(mended(text)), window_shown(text) == text)
        first = last


def mended(text: str) -> str:
    """The text with words made whole that the end of a line, an invisible sign or a terminal's escape breaks, and arrows in words.

    Empty where there are none.
    """
    likely = _PERHAPS_BROKEN_ASCII if text.isascii() else _PERHAPS_BROKEN
    if likely.search(text) is None or _BROKEN.search(text) is None:
        return ""
    return _BROKEN.sub(_joined, text)


def unmended(text: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Where in `text` the words stand that are at these offsets of its mended form."""
    old, new = array("l", [0]), array("l", [0])
    grown = 0
    for match in _BROKEN.finditer(text):
        grown += len(_joined(match)) - len(match[0])
        old.append(match.end())
        new.append(match.end() + grown)

    def back(offset: int) -> int:
        index = bisect_right(new, offset) - 1
        return min(old[index] + offset - new[index], len(text))

    for begin, end, said in spans:
        yield back(begin), max(back(end - 1), back(begin)) + 1, said


def _joined(match: re.Match[str]) -> str:
    return _SPELLED.get(match[0], "")


# The tables of the index: windows of the pages in SQLite's FTS5, and the words of the record by their stems.


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
_COMMON, _FEWEST = 8, 12
"""The part of a file's windows in which a word is too common to rank by, and in how few it never is."""
_QUOTED = re.compile(r'"([^"]*)"')
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
        self._held = lru_cache(4096)(self._windows_of)
        _serve_text(connection, pages)
        weakref.finalize(self, connection.close)
        self._wider = wider if wider is not None and self.words <= wider.words else None
        self._answers: Callable[[tuple[Wanted, ...]], Answers] = (
            lru_cache(64)(lambda wanted: Answers(self._expanded(wanted)))
            if self._wider is None
            else self._wider._answers
        )

    def forms(self, word: str) -> tuple[str, ...]:
        """The words of the record that have the stem of a folded `word`, or that are made of it where it has a `*`."""
        if self._wider is not None:
            return self._wider.forms(word)
        if word not in self._forms:
            if ANY_PART in word:
                made = tuple(sorted(fnmatch.filter(self.words, word)))
            else:
                rows = self._ask("SELECT word FROM form WHERE form MATCH ? ORDER BY rowid", (f'"{word}"',))
                made = tuple(str(row[0]) for row in rows)
            self._forms[word] = made
        return self._forms[word]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the record, folded."""
        return frozenset(str(row[0]) for row in self._ask("SELECT word FROM form", ()))

    def words_like(self, word: str) -> tuple[str, ...]:
        """The words of the record that are spelled nearly as a folded `word` and are no form of it, the nearest first."""
        forms = {word, *self.forms(word)}
        others = [one for one in self.words if abs(len(one) - len(word)) <= 2 and one not in forms]
        return tuple(get_close_matches(word, others, _LIKE, _LIKENESS))

    def loose(self, wanted: Iterable[Wanted]) -> frozenset[str]:
        """The folded wordings that are only what a person may mean."""
        return frozenset[str]().union(*(one.loose for one in self._expanded(wanted)))

    def all_hits(self, wanted: Sequence[Wanted]) -> Iterator[Hit]:
        """Every hit of any of what is wanted, in the order of the pages."""
        rows = self._ask(f"{_ROWS} ORDER BY passage.rowid", (_any(self._expanded(wanted)),))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows for hit in self._hits(row, answers))

    def hits_across(self, wanted: Sequence[Wanted], splits: Sequence[int]) -> Iterator[Hit]:
        """The hits of every window that holds all of what is wanted, on both sides of the page's offset in `splits`."""
        expansions = self._expanded(wanted)
        among, values = _ROWS, [_every(expansions)]
        if len(expansions) == 1:  # then one phrase is on both sides, or one word that is broken there
            apart = [one for one in expansions[0].spoken if " " in one]
            either = " OR passage.rowid IN (SELECT rowid FROM passage WHERE passage MATCH ?)" if apart else ""
            among, values = f"{_ROWS} AND (broken{either})", [*values, any_of(apart)][: 1 + bool(apart)]
        rows = self._ask(f"{among} ORDER BY passage.rowid", tuple(values))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows if _is_across(row, splits[row[0]]) for hit in self._hits(row, answers))

    def ranked_hits(self, wanted: Sequence[Wanted], limit: int) -> Iterator[Hit]:
        """The hits of the `limit` best windows that hold all of what is wanted, the best window first."""
        return self._ranked(_every(self._expanded(wanted)), wanted, limit)

    def near_hits(self, wanted: Sequence[Wanted], limit: int) -> Iterator[Iterator[Hit]]:
        """The hits of the `limit` best windows that hold some of what is wanted: those of rarer words, then of common ones.

        Words that stand nearly everywhere in a large file cost most, and rank nothing.
        """
        spoken = dict.fromkeys(phrase for one in self._expanded(wanted) for phrase in one.spoken)
        most = max(len(self._pages) // _COMMON, _FEWEST)
        rare = [one for one in spoken if self._windows_with(one) <= most]
        for stage in (rare, [one for one in spoken if one not in set(rare)]):
            if stage:
                yield self._ranked(any_of(stage), wanted, limit)

    def _ranked(self, every: str, wanted: Sequence[Wanted], limit: int) -> Iterator[Hit]:
        answers = self._answers(tuple(wanted))
        with self._lock:
            cursor = self._connection.execute(f"{_ROWS} ORDER BY passage.rank LIMIT ?", (every, limit))
            rows = cursor.fetchmany(_AT_ONCE)
        while rows:
            for row in rows:
                yield from self._hits(row, answers)
            with self._lock:
                rows = cursor.fetchmany(_AT_ONCE)

    def _windows_with(self, phrase: str) -> int:
        """In how many windows a phrase can stand: in those with the rarest of its words."""
        return min(self._held(word) for words in _QUOTED.findall(phrase) for word in words.split())

    def _windows_of(self, word: str) -> int:
        rows = self._ask("SELECT doc FROM word WHERE term = ?", (word,))
        return int(rows[0][0]) if rows else 0

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
        if self._wider is not None:
            return self._wider._expanded(wanted)
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
        over, known = 0, frozenset[int]()
        for at, end, answered in sorted(self._answered(page, start, length, spans, answers), key=_earliest):
            if at >= own or (at < over and known.issuperset(answered)):
                continue
            over, known = max(over, end), known.union(answered) if at < over else frozenset(answered)
            inside = bisect_right(starts, at)
            until = starts[inside] if inside < len(starts) else own
            begin = start + starts[inside - 1]
            yield Hit(page, start + at, end - at, begin, start + max(until, end), answered)

    def _answered(
        self,
        page: int,
        start: int,
        length: int,
        spans: Sequence[tuple[int, int, str]],
        answers: Answers,
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Where words or numbers stand that answer something, with what they answer."""
        text = self._pages[page][start : start + length]
        for at, end, surface in spans:
            for begun, ended, answered in answers.parted(at, end, surface):
                if answered:
                    yield begun, ended, answered
            stop, numbers = answers.read(text, at, end)
            if numbers:
                yield at, stop, numbers
        yield from answers.together(text, spans)


def _is_across(row: tuple[Any, ...], split: int) -> bool:
    """Whether words of a window are marked before an offset of its page and after it, or perhaps are."""
    _, start, _, length, _, marked, mended_marked = row
    behind = len(marked) - 1 - marked.rfind(_CLOSE)
    return bool(mended_marked) or start + marked.find(_OPEN) < split < start + length - behind


def _earliest(one: tuple[int, int, tuple[int, ...]]) -> tuple[int, int]:
    return one[0], -one[1]


def _any(expansions: Iterable[Expansion]) -> str:
    return any_of(phrase for one in expansions for phrase in one.spoken)


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
        return window_shown(pages[page][start : start + length])

    def mended_of(page: int, start: int, length: int) -> str:
        return window_shown(mended(pages[page][start : start + length]))

    connection.create_function("text_of", 3, text_of, deterministic=True)
    connection.create_function("shown_of", 3, shown_of, deterministic=True)
    connection.create_function("mended_of", 3, mended_of, deterministic=True)


LARGE = 1_000_000
"""Characters from which an index is kept on disk."""
MOST_KEPT = 12
_FOLDER = "record-index"
_STALE = 24 * 3600
"""Seconds after which a half-made file is nobody's any more."""
_MADE_BY = (language.__file__, query.__file__, __file__)
"""The modules that say what is in an index; one that others made is not opened."""


def index_folder() -> Path:
    """The folder of kept indexes, in `IMR_CACHE` or the program's own folder in the user's cache."""
    return files.cache_folder() / _FOLDER


def open_index(pages: Sequence[str]) -> sqlite3.Connection:
    """The tables over these pages: those that were kept, or made now."""
    if sum(map(len, pages)) >= LARGE:
        with suppress(OSError, sqlite3.Error):
            return _kept(pages, index_folder())
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    build(connection, pages)
    return connection


def _kept(pages: Sequence[str], folder: Path) -> sqlite3.Connection:
    """Raises `OSError` or `sqlite3.Error` where the folder can't be used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_own(folder)
    key = content_key(pages)
    for file in sorted(folder.glob(f"{key}-*.sqlite")):
        if file.stem == f"{key}-{_file_hash(file)}":
            with suppress(OSError):
                os.utime(file)
            return _read_only(file)
        file.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{key}.", suffix=".part", dir=folder)
    part = Path(name)
    try:
        os.close(descriptor)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF").fetchall()
            connection.execute("PRAGMA synchronous = OFF")
            build(connection, pages)
        with open(part, "rb+") as made:
            os.fsync(made.fileno())
        file = folder / f"{key}-{_file_hash(part)}.sqlite"
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    _clear(folder)
    return _read_only(file)


def _check_own(folder: Path) -> None:
    """Raises `PermissionError` where others could put an index into the folder."""
    if not is_own(folder):
        raise PermissionError(str(folder))


def content_key(pages: Sequence[str]) -> str:
    """What an index is known by: its pages, its form, and the SQLite that made it."""
    made = hashlib.sha256(sqlite3.sqlite_version.encode())
    for file in dict.fromkeys(_MADE_BY):
        made.update(Path(file).read_bytes())
    for page in pages:
        data = page.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()[:32]


def _file_hash(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:32]


def _read_only(file: Path) -> sqlite3.Connection:
    uri = database_uri(file.resolve(), "mode=ro&immutable=1")
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _clear(folder: Path) -> None:
    """Removes the indexes that were used longest ago, and what was left half made."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime, reverse=True)
        stale = [part for part in folder.glob("*.part") if part.stat().st_mtime < time.time() - _STALE]
        for file in (*files[MOST_KEPT:], *stale):
            file.unlink(missing_ok=True)
