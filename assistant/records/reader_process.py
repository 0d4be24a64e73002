"""The process that reads one PDF or Word file for the importer, or pictures of pages, as it is told.

All are read by native code. What crashes it, fills the memory or never ends takes this process down and not the
program. It takes commands on standard input (`["text", FROM, TO]`, `["draw", PAGE, FILE]`; of pictures `["read", 0,
FILE]`) and answers on standard output, all in lines of JSON: first `{pages, notes}` or `{refused, fix}`, then one line
for each page.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from assistant.core.problem import Refused
from assistant.machine import limit_memory

_MOST_MEMORY = 4 * 1024**3


def main(kind: str, path: str) -> None:
    """Reads the file until there are no more commands."""
    with os.fdopen(os.dup(1), "w", encoding="ascii") as out:
        os.dup2(2, 1)  # whatever a library prints is no answer
        limit_memory(_MOST_MEMORY)
        try:
            pages = _opened(kind, Path(path))
        except Refused as refused:
            _answer(out, {"refused": refused.problems[0].what, "fix": refused.problems[0].fix})
            return
        _answer(out, {"pages": pages.count, "notes": list(pages.notes)})
        for line in sys.stdin.buffer:
            command, first, rest = json.loads(line)
            if command == "read":
                _answer(out, _recognised(pages, Path(rest)))
            elif command == "text":
                for number in range(first, rest + 1):
                    _answer(out, _text(pages, number))
            else:
                _answer(out, _drawing(pages, first, Path(rest)))


def _opened(kind: str, path: Path) -> Any:
    if kind == "pdf":
        from assistant.records.pdf import PdfPages  # each kind is read by another library

        return PdfPages(path)
    if kind == "picture":
        return _Pictures()
    from assistant.records.docx import DocxPages

    return DocxPages(path)


class _Pictures:
    """Pictures of pages; each is named by its own command."""

    count = 0
    notes: tuple[str, ...] = ()

    def __init__(self) -> None:
        from assistant.records.recognition import (
            Recogniser,  # takes a second, which readers of files needn't wait
        )

        self.recogniser = Recogniser()


def _recognised(pages: Any, picture: Path) -> dict[str, Any]:
    try:
        read = pages.recogniser.page(picture)
        return {"text": read.text, "state": read.state, "why": read.why}
    except MemoryError:
        raise
    except Exception as error:
        return {"damaged": _words(error)}


def _text(pages: Any, number: int) -> dict[str, Any]:
    try:
        text, state = pages.text(number)
    except MemoryError:
        raise
    except Exception as error:  # a damaged page is said, and the next one read
        return {"page": number, "damaged": _words(error)}
    return {"page": number, "text": text, "state": state}


def _drawing(pages: Any, number: int, target: Path) -> dict[str, Any]:
    try:
        dpi, whole = pages.draw(number, target)
        return {"page": number, "dpi": dpi, "whole": whole}
    except MemoryError:
        raise
    except Exception as error:
        return {"page": number, "damaged": _words(error)}


def _words(error: Exception) -> str:
    return error.problems[0].what if isinstance(error, Refused) else "it is damaged"


def _answer(out: IO[str], answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
