"""Whether a file that goes around as a letter says what the log has: its words, their order, and each decision.

The digest printed on a file proves nothing, since anyone can print it. So the letter is made anew from the log, and the
file's words are held against it one by one.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from assistant.core.problem import refuse
from assistant.core.session import Session
from assistant.core.text import one_line
from assistant.core.value import Value, replace
from assistant.letter import json_text, to_markdown, to_text
from assistant.letter.document import PARTS, Letter
from assistant.letter.formats import each_page, pieces
from assistant.records.page import read_pages
from assistant.records.reading import ReaderApart

KINDS = {".pdf": "pdf", ".docx": "docx", ".txt": "text", ".text": "text", ".md": "md", ".json": "json"}
_WHOLE = ("both", *PARTS)
_CONTEXT = 90
_BULLET = re.compile("[•\uf0b7]")
"""What stands before a point of a list; the second is that of a font that word processors use."""
_DRAWN = re.compile(rb"<(?:w:drawing|w:pict|w:object|w:altChunk|w:vanish|mc:AlternateContent)\b")


class LetterChecked(Value):
    """What came of it: which document the file is, how many addenda it has, or where it first differs."""

    part: str
    addenda: int
    same_bytes: bool
    difference: str = ""
    without_addenda: int = 0

    @property
    def ok(self) -> bool:
        return not self.difference


def check_file(
    path: Path,
    session: Session,
    composed: Callable[[Session], Letter],
    make: Callable[[Letter, str], bytes] | None,
    drawings: Callable[[Path | bytes], Mapping[int, int]] | None = None,
) -> LetterChecked:
    """Holds a file against the letter of a session, as it is or as it was before an addendum.

    `make` writes the letter in the file's form, where this program can, and `drawings` counts what lies beside the
    words of a PDF file. Raises `Refused` for what can't be read.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise refuse(
            "What kind of file this is can't be told from its name.",
            one_line(str(path)),
            f"It has to end in {', '.join(KINDS)}.",
        )
    found = _read(path, kind)
    best: tuple[int, LetterChecked] | None = None
    count = len(session.addenda)
    for kept in range(count, -1, -1):
        letter = composed(replace(session, addenda=session.addenda[:kept]))
        for part in _WHOLE:
            at, difference = _compared(found, kind, letter, part)
            made = make(letter, part) if make is not None and not difference else b""
            if not difference and kind in ("pdf", "docx"):
                difference = _beside_words(path, kind, made, drawings)
            same = bool(made) and made == path.read_bytes()
            checked = LetterChecked(part, kept, same, difference, count - kept)
            if checked.ok:
                return checked
            if best is None or at > best[0]:
                best = at, checked
    assert best is not None
    return best[1]


def _read(path: Path, kind: str) -> list[list[str]]:
    """The lines of the file, page by page."""
    name = one_line(path.name)
    if not path.is_file():
        raise refuse("There is no such file.", one_line(str(path)), "Check the name.")
    if kind in ("pdf", "docx"):
        with ReaderApart(kind, path, name) as reader:
            return [page.text.splitlines() for page in reader.texts(1, reader.pages)]
    return [[line for page in read_pages(path, name) for line in page.splitlines()]]


def _compared(found: Sequence[list[str]], kind: str, letter: Letter, part: str) -> tuple[int, str]:
    """How far the file is as the letter is, and what differs there; nothing where all of it is the same."""
    if kind == "json":
        return _compared_json(found, letter, part)
    if kind in ("text", "md"):
        expected = (to_text if kind == "text" else to_markdown)(letter, part)
        return _walk(" ".join(expected.split()), [line for page in found for line in page])
    expected = " ".join(f"{one.label} {one.text}".strip() for one in pieces(letter, part))
    lines = [line for page in _without_edges(found, kind, letter, part) for line in page]
    return _walk(_flat(expected), [_flat(line) for line in lines])


def _flat(text: str) -> str:
    return " ".join(_BULLET.sub(" ", text).split())


def _walk(expected: str, lines: Sequence[str]) -> tuple[int, str]:
    """Where lines part from the text; a line may end anywhere in it, between words or after a hyphen in one."""
    at = 0
    for line in lines:
        said = " ".join(line.split())
        if expected.startswith(said, at):
            at += len(said)
            at += expected[at : at + 1] == " "
            continue
        alike = next(
            (n for n, (a, b) in enumerate(zip(said, expected[at:], strict=False)) if a != b), len(said)
        )
        alike = min(alike, len(expected) - at)
        place = at + alike
        start = max(0, said.rfind(" ", 0, max(0, alike - 40)) + 1)
        theirs, ours = said[start:][:_CONTEXT], expected[max(0, at + start) :][:_CONTEXT]
        if not ours.strip():
            return place, f"The file goes on where the letter ends: “{theirs}”"
        return place, f"The file says “{theirs}” where the log has “{ours}”"
    left = expected[at:].strip()
    return at, f"The file lacks what the log has from here on: “{left[:_CONTEXT]}”" if left else ""


def _compared_json(found: Sequence[list[str]], letter: Letter, part: str) -> tuple[int, str]:
    try:
        theirs = json.loads("\n".join(line for page in found for line in page), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return 0, "The file is no JSON document in which each key stands once."
    differences = list(_differences(theirs, json.loads(json_text(letter, part)), "$"))
    return -len(differences), differences[0] if differences else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that stands twice one reader would take the first, another the last."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def _differences(theirs: Any, ours: Any, place: str) -> Iterator[str]:
    """A sentence for each difference; lists of another length differ in every element."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in dict.fromkeys([*ours, *theirs]):
            yield from _differences(theirs.get(name), ours.get(name), f"{place}.{name}")
    elif isinstance(theirs, list) and isinstance(ours, list):
        for number, (one, other) in enumerate(zip_longest(theirs, ours)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif isinstance(theirs, str) and isinstance(ours, str):
        if theirs != ours:
            words = _walk(" ".join(ours.split()), theirs.splitlines())[1]
            yield f"At {one_line(place, 200)}: {words or 'its white space is another.'}"
    elif type(theirs) is not type(ours) or theirs != ours:
        said = (one_line(json.dumps(one), _CONTEXT) for one in (theirs, ours))
        yield "At {}: The file says “{}” where the log has “{}”".format(one_line(place, 200), *said)


def _without_edges(found: Sequence[list[str]], kind: str, letter: Letter, part: str) -> Iterator[list[str]]:
    """The pages without what stands on each of them, as far as that is what the letter has there."""
    on_each = each_page(letter, part)
    pages = [[line for line in page if line.strip()] for page in found]
    for number, page in enumerate(pages, 1):
        lines = page
        if kind == "pdf" or number == 1:
            lines = _taken(lines, on_each.head)
        if kind == "pdf" or number == len(pages):
            shown = on_each.number.format(
                page=number if kind == "pdf" else "1", pages=len(pages) if kind == "pdf" else "1"
            )
            below = " ".join([on_each.digest, shown])
            lines = [*reversed(_taken_below(lines, below))] if lines else lines
        yield lines


def _taken(lines: list[str], text: str) -> list[str]:
    """The lines after those that together are the text; all of them where they aren't."""
    said: list[str] = []
    for number, line in enumerate(lines, 1):
        said.append(_flat(line))
        if not _walk(_flat(text), said)[1]:
            return lines[number:]
    return lines


def _taken_below(lines: list[str], text: str) -> list[str]:
    """The same from below, the last line first; the numbers of pages that a writer fills in may be others."""
    said: list[str] = []
    for number, line in enumerate(reversed(lines), 1):
        said.insert(0, _flat(line))
        if not _walk(_flat(text), said)[1]:
            return [*reversed(lines[: len(lines) - number])]
    return [*reversed(lines)]


# Words are not all that a page shows: a picture may lie over them.


def _beside_words(
    path: Path, kind: str, made: bytes, drawings: Callable[[Path | bytes], Mapping[int, int]] | None
) -> str:
    if kind == "docx":
        try:
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
        except (OSError, zipfile.BadZipFile, NotImplementedError):
            raise refuse("The Word file is damaged.", one_line(path.name), "Ask for it again.") from None
        drawn = any(_DRAWN.search(part) for part in parts)
        return (
            "The file holds a picture, a drawing or hidden words, which the letter has not." if drawn else ""
        )
    if made and drawings is not None and drawings(path) != drawings(made):
        return "The file holds pictures, drawings or notes that the letter has not."
    return ""
