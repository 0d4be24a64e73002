"""Reads a PDF or Word file in a process of its own: a crash or an endless page costs that page, not the import."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.records.read_page import STATES, UNREADABLE, ReadPage
from assistant.records.reading_text import clean

NEEDED = {"pdf": ("pypdfium2", "PDF"), "docx": ("docx", "Word")}
INSTALL = "pip install 'imr-assistant[documents]'"

_AT_ONCE = 1 << 16

OPENING_SECONDS = 120.0
PAGE_SECONDS = 60.0
MOST_FAILURES = 25
"""After so many pages that took the reader down the file is given up."""


class ReaderApart:
    """A file that is read page by page; a context manager. Raises `Refused` for a file that can't be read at all."""

    def __init__(self, kind: str, path: Path, name: str) -> None:
        self._kind = kind
        self._path = path
        self._where = one_line(name)
        self._failures = 0
        self._require()
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self.pages, self.notes = self._start()

    def __enter__(self) -> ReaderApart:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def texts(self, first: int, last: int) -> Iterator[ReadPage]:
        """The pages from `first` to `last` in order; one that can't be read is `UNREADABLE` and says why."""
        number = first
        while number <= last:
            self._send(["text", number, last])
            while number <= last:
                answer = self._receive(PAGE_SECONDS)
                if answer is None:
                    self._restart()
                    yield ReadPage(number, "", UNREADABLE, "it can't be read: the reader failed on it")
                    number += 1
                    break
                yield _page(number, answer)
                number += 1

    def draw(self, number: int, target: Path) -> tuple[int, bool]:
        """Draws a page into a file: the dots per inch, 0 where it can't be drawn, and whether all of it was drawn."""
        self._send(["draw", number, str(target)])
        answer = self._receive(PAGE_SECONDS)
        if answer is None:
            self._restart()
            return 0, False
        return int(answer.get("dpi", 0)), bool(answer.get("whole"))

    def close(self) -> None:
        """Ends the reading."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _require(self) -> None:
        from importlib.util import find_spec

        module, words = NEEDED[self._kind]
        if find_spec(module) is None:
            raise refuse(
                f"{words} files can't be read here yet.", self._where, f"Install what reads them: {INSTALL}"
            )

    def _start(self) -> tuple[int, tuple[str, ...]]:
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._rest = b""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.records.reader_process", self._kind, str(self._path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            bufsize=0,
            start_new_session=True,
        )
        try:
            answer = self._receive(OPENING_SECONDS)
            if answer is None:
                raise refuse(
                    "The file can't be read: the reader failed on it.",
                    self._where,
                    "Ask for it again, or print it to a PDF.",
                )
            if "refused" in answer:
                raise refuse(str(answer["refused"]), self._where, str(answer.get("fix", "")))
        except BaseException:
            self.close()
            raise
        return int(answer["pages"]), tuple(str(note) for note in answer["notes"])

    def _restart(self) -> None:
        self.close()
        self._failures += 1
        if self._failures > MOST_FAILURES:
            raise refuse(
                f"The file is too damaged: the reader failed on {self._failures} pages.",
                self._where,
                "Ask for it again.",
            )
        self._start()

    def _send(self, command: list[object]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # what is received next says so
            self._process.stdin.write(f"{json.dumps(command)}\n".encode())

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; None where the process has died, or has said nothing for so long."""
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        parts = [self._rest]
        end = time.monotonic() + seconds
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([pipe], [], [], max(0.0, end - time.monotonic()))
            data = os.read(pipe, _AT_ONCE) if ready else b""
            if not data:
                return None
            parts.append(data)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        answer = json.loads(line)
        return answer if isinstance(answer, dict) else None


def _page(number: int, answer: dict[str, Any]) -> ReadPage:
    state = str(answer.get("state", UNREADABLE))
    if "damaged" in answer or answer.get("page") != number or state not in STATES:
        return ReadPage(number, "", UNREADABLE, str(answer.get("damaged", "it is damaged")))
    return ReadPage(number, clean(str(answer["text"])), state)
