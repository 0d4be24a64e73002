"""Words in pictures of pages, read by Tesseract, a program of its own that may or may not be installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.records.reading_text import clean

INSTALL = {
    "darwin": "brew install tesseract",
    "win32": "winget install UB-Mannheim.TesseractOCR",
}
_INSTALL_LINUX = "apt install tesseract-ocr"
PAGE_SECONDS = 180.0
_QUESTION_SECONDS = 20.0
SUREST = 60.0
"""The mean confidence, of 100, from which a page counts as read. A typed page has 85 to 96, handwriting 20 to 50."""
_PAPER = 215
"""The grey, of 255, from which a dot is paper; lighter pencil than this no one reads either."""
_SPECKS = 0.00005
"""The share of darker dots that are dust: about the ink of two full stops on a page."""
_TSV_COLUMNS = 12
_WORD_LEVEL = "5"


def how_to_install() -> str:
    """What to do where Tesseract is missing."""
    command = INSTALL.get(sys.platform, _INSTALL_LINUX)
    return (
        f"Install Tesseract (`{command}`, or see tesseract-ocr.github.io) and bring the same file in again."
    )


@dataclass(frozen=True)
class Recognised:
    """What was read in a picture: the words in lines, and how sure of them the program is, 0 to 100."""

    text: str
    sureness: float


@dataclass(frozen=True)
class Tesseract:
    """The program that was found; `turns` says whether it can tell which way up a page lies."""

    program: str
    version: str
    turns: bool

    def read(self, picture: Path, dpi: int) -> Recognised | None:
        """The words in a picture; None where the program failed or took too long."""
        layout = ["--psm", "1"] if self.turns else []
        command = [self.program, str(picture), "stdout", "-l", "eng", "--dpi", str(dpi), *layout, "tsv"]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PAGE_SECONDS,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return _read_table(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None


def find_tesseract() -> Tesseract | None:
    """Tesseract with its English data, where it is on the PATH."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    version = _asked(program, "--version")
    languages = _asked(program, "--list-langs").split()
    found = re.search(r"tesseract\s+v?(\S+)", version)
    if found is None or "eng" not in languages:
        return None
    return Tesseract(program, found[1], "osd" in languages)


def is_blank(picture: Path) -> bool:
    """Whether a drawn page (a PGM file) is empty paper, such as the back of a scanned sheet."""
    _, _, dots = picture.read_bytes().partition(b"\n")
    dark = dots.translate(bytes(1 if grey < _PAPER else 0 for grey in range(256))).count(1)
    return dark <= _SPECKS * len(dots)


def _asked(program: str, question: str) -> str:
    try:
        done = subprocess.run(
            [program, question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_QUESTION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _read_table(table: str) -> Recognised:
    """The words of Tesseract's table, which has a row for each, in lines as they stood, and the mean sureness."""
    lines: list[str] = []
    place: list[str] = []
    weights: list[tuple[int, float]] = []
    for found, sureness, word in _words(table):
        if place[:1] != found[:1] and lines:
            lines.append("")
        if place != found:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
        place = found
        weights.append((len(word), sureness))
    letters = sum(length for length, _ in weights)
    mean = sum(length * sureness for length, sureness in weights) / letters if letters else 0.0
    return Recognised(clean("\n".join(lines)), mean)


def _words(table: str) -> Iterator[tuple[list[str], float, str]]:
    """Each word with its block, paragraph and line, and its sureness."""
    for row in table.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t", _TSV_COLUMNS - 1)
        if len(cells) == _TSV_COLUMNS and cells[0] == _WORD_LEVEL and cells[11].strip():
            try:
                yield cells[2:5], float(cells[10]), cells[11].strip()
            except ValueError:
                continue
