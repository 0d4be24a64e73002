"""Pages of a PDF file, by PDFium. Runs in a process of its own, since PDFium is native code: see `reader_process`."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from assistant.core.problem import refuse
from assistant.records.page import BLANK, PICTURE, TEXT, clean

MOST_PAGES = 20_000
_MOST_CHARACTERS = 20_000_000
_FEW_WORDS = 40
"""A page with fewer words than this and a large picture is taken for a scan: a fax line or a stamp is no text layer."""
_LARGE_PICTURE = 0.25
"""The share of the page from which a picture is large."""
_MOST_ODD = 0.3
"""The share of characters that are no characters from which a text layer is taken for illegible."""
_DOTS_PER_INCH = 300
_MOST_DOTS = 40_000_000
_LONGEST_SIDE = 12_000
_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\uffff]")
_PASSWORD = 4
_SECURITY = 5
_LIGATURES = str.maketrans(
    {chr(0xFB00 + n): letters for n, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
)


class PdfPages:
    """An open PDF file. `notes` are sentences about what in it is no page, such as attached files."""

    def __init__(self, path: Path) -> None:
        """Opens the file; raises `Refused`, without naming it, for one that can't be read."""
        try:
            self._pdf = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            if error.err_code in (_PASSWORD, _SECURITY):
                raise refuse(
                    "The file is protected by a password.", "", "Save it without a password."
                ) from None
            raise refuse(
                "The PDF file is damaged; no page of it can be read.", "", "Ask for it again."
            ) from None
        self.count = len(self._pdf)
        if self.count == 0:
            raise refuse("The PDF file has no pages.", "", "Ask for it again.")
        if self.count > MOST_PAGES:
            raise refuse(f"The file has more than {MOST_PAGES:,} pages.", "", "Split it.")
        if self._pdf.get_formtype() == pdfium.FORMTYPE_XFA_FULL:
            raise refuse(
                "This is an Adobe form (XFA) whose words no other program can read.",
                "",
                "Print it to a PDF file with Adobe Reader.",
            )
        self._pdf.init_forms()
        attached = self._pdf.count_attachments()
        self.notes = [f"{attached} attached file(s) inside it were not read."] if attached else []

    def text(self, number: int) -> tuple[str, str]:
        """The text layer of a page from 1, and its state: `TEXT`, `BLANK`, or `PICTURE` where words may stand in one."""
        page = self._pdf[number - 1]
        remarks: list[str] = []
        if pdfium.FPDFPage_GetAnnotCount(page) > 0:
            remarks = list(self._remarks(page))
            if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
                page.close()
                page = self._pdf[number - 1]
        layer = page.get_textpage()
        if layer.count_chars() > _MOST_CHARACTERS:
            raise refuse("The page holds more than 20 million characters.")
        text = _as_printed(layer.get_text_range())
        folded = " ".join(text.split())
        text = "\n".join([text, *(one for one in remarks if " ".join(one.split()) not in folded)])
        state = TEXT
        if len(text.split()) < _FEW_WORDS:
            state = _state_of(page, text)
        elif _is_illegible(text):
            state = PICTURE
        layer.close()
        page.close()
        return text, state

    def draw(self, number: int, target: Path) -> tuple[int, bool]:
        """Draws a page in greys into a PGM file: its dots per inch, and whether every picture on it was drawn."""
        page = self._pdf[number - 1]
        width, height = (max(side, 1.0) / 72 for side in page.get_size())
        dpi = min(_DOTS_PER_INCH, (_MOST_DOTS / (width * height)) ** 0.5, _LONGEST_SIDE / max(width, height))
        bitmap = page.render(scale=dpi / 72, grayscale=True)
        data = memoryview(bytes(bitmap.buffer))
        with target.open("wb") as file:
            file.write(b"P5 %d %d 255\n" % (bitmap.width, bitmap.height))
            for row in range(bitmap.height):
                file.write(data[row * bitmap.stride : row * bitmap.stride + bitmap.width])
        bitmap.close()
        whole = all(
            _is_whole(one) for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
        )
        page.close()
        return int(dpi), whole

    def _remarks(self, page: Any) -> Iterator[str]:
        """The words of a page's form fields and notes, which belong to no text layer."""
        form = self._pdf.formenv
        for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
            note = pdfium.FPDFPage_GetAnnot(page, index)
            if not note:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(note)
            if kind == pdfium.FPDF_ANNOT_WIDGET and form is not None:
                found = _words(pdfium.FPDFAnnot_GetFormFieldValue, form, note)
            elif kind in (pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP):
                found = _words(pdfium.FPDFAnnot_GetStringValue, note, b"Contents")
            else:
                found = ""
            pdfium.FPDFPage_CloseAnnot(note)
            if found.strip():
                yield _as_printed(found)


def _words(read: Any, *arguments: Any) -> str:
    """What one of PDFium's functions with a buffer for UTF-16 as its last arguments gives."""
    size = read(*arguments, None, 0)
    if not 2 < size <= 2 * _MOST_CHARACTERS:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(*arguments, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")


def _as_printed(text: str) -> str:
    """The text with whole letters for ligatures, and with the hyphen where a word was parted at the end of a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)
    return text.replace("\ufffe", "-\n").replace("\x02", "-\n").replace("\xad", "-")


def _state_of(page: Any, text: str) -> str:
    """The state of a page with few words."""
    marks = list(page.get_objects(max_depth=4))
    if not marks and not text.strip():
        return BLANK
    if not text.strip() or _is_illegible(text) or any(_is_large_picture(page, one) for one in marks):
        return PICTURE
    return TEXT


def _is_large_picture(page: Any, mark: Any) -> bool:
    if mark.type != pdfium.FPDF_PAGEOBJ_IMAGE:
        return False
    if mark.level > 0:  # its bounds are those of the form it stands in
        return True
    left, bottom, right, top = mark.get_bounds()
    width, height = page.get_size()
    return bool((right - left) * (top - bottom) >= _LARGE_PICTURE * width * height)


def _is_whole(picture: Any) -> bool:
    """Whether a picture can be unpacked; PDFium draws nothing at all for one that can't."""
    try:
        picture.get_bitmap().close()
    except pypdfium2.PdfiumError:
        return False
    return True


def _is_illegible(text: str) -> bool:
    """Whether too many of the characters are none: what fonts without a proper encoding leave behind."""
    seen = text[:4000]
    return len(_ODD.findall(seen)) > _MOST_ODD * len("".join(seen.split()))


# Words in pictures of pages, read by Tesseract, a program of its own that may or may not be installed.


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
    for found, sureness, word in _recognised_words(table):
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


def _recognised_words(table: str) -> Iterator[tuple[list[str], float, str]]:
    """Each word with its block, paragraph and line, and its sureness."""
    for row in table.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t", _TSV_COLUMNS - 1)
        if len(cells) == _TSV_COLUMNS and cells[0] == _WORD_LEVEL and cells[11].strip():
            try:
                yield cells[2:5], float(cells[10]), cells[11].strip()
            except ValueError:
                continue
