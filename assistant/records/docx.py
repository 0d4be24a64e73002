"""Pages of a Word file (.docx). Runs in a process of its own, like PDF files: see `reader_process`.

A Word file has no pages of its own. They are taken from the page breaks that its writer set and from those that
Word noted when it last saved the file; without either the file is one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.parser import parse_xml

from assistant.core.problem import refuse
from assistant.core.record.marks import SYMBOLS, TICKED, UNTICKED
from assistant.records.page import PICTURE, TEXT

MOST_PAGES = 20_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_WORDS = frozenset(
    {
        f"{_W}t",
        "{http://schemas.openxmlformats.org/drawingml/2006/main}t",
        "{http://schemas.openxmlformats.org/officeDocument/2006/math}t",
    }
)
_SILENT = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "tblPr", "sectPr")
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURES = frozenset(
    {
        "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic",
        "{urn:schemas-microsoft-com:vml}imagedata",
    }
)
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_HEADER = RELATIONSHIP_TYPE.HEADER
_BESIDE = frozenset(
    getattr(RELATIONSHIP_TYPE, name) for name in ("HEADER", "FOOTER", "FOOTNOTES", "ENDNOTES", "COMMENTS")
)
_FEW_WORDS = 40


class DocxPages:
    """An open Word file; headers stand on the first page, footers, notes and comments on the last."""

    notes: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """Opens the file; raises `Refused`, without naming it, for one that can't be read."""
        try:
            document = docx.Document(str(path))
        except MemoryError:
            raise
        except Exception:  # python-docx and lxml raise whatever comes up first in a damaged file
            raise refuse("The Word file is damaged and can't be read.", "", "Ask for it again.") from None
        writing = _Writing()
        writing.body(document.element.body)
        beside = list(_beside(document))
        headers = [text for is_head, text in beside if is_head]
        others = [text for is_head, text in beside if not is_head]
        self._pages = writing.pages
        if len(self._pages) > 1 and self._pages[-1].is_empty:
            self._pages.pop()  # the end of the last section
        self._pages[0].lines[:0] = headers
        self._pages[-1].lines += others
        if all(page.is_empty for page in self._pages):
            raise refuse("The Word file holds no words.", "", "Ask for it again.")
        if len(self._pages) > MOST_PAGES:
            raise refuse(f"The file has more than {MOST_PAGES:,} pages.", "", "Split it.")
        self.count = len(self._pages)

    def text(self, number: int) -> tuple[str, str]:
        """The text of a page from 1, and its state: `TEXT`, or `PICTURE` where it is little beside pictures."""
        page = self._pages[number - 1]
        scanned = page.pictures and len(page.text.split()) < _FEW_WORDS
        return page.text, PICTURE if scanned else TEXT

    def draw(self, number: int, target: Path) -> tuple[int, bool]:
        """Word files can't be drawn."""
        raise refuse("The pictures of a Word file are not read.", "", "Print it to a PDF file.")


class _Page:
    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self.pictures = 0

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines).strip("\n")

    @property
    def is_empty(self) -> bool:
        return not self.pictures and not self.text.strip()


class _Writing:
    """Writes the body of a document out onto pages."""

    def __init__(self) -> None:
        self.pages = [_Page()]
        self._broken = False

    def body(self, element: Any) -> None:
        for child in element:
            self._element(child)

    def _element(self, element: Any) -> None:
        tag = element.tag
        if tag in _SILENT or tag == _FALLBACK or not isinstance(tag, str):
            return
        name = tag.removeprefix(_W)
        if tag in _WORDS:
            self._write((element.text or "").replace("\xad", ""))
        elif name == "br" and element.get(f"{_W}type") == "page":
            self._break()
        elif name == "lastRenderedPageBreak":
            if not self._broken and not self._at_start:
                self._break()
        elif name in _SIGNS:
            self._write(_SIGNS[name])
        elif name == "pPr":
            if _is_on(element.find(f"{_W}pageBreakBefore")) and not self._broken and not self._at_start:
                self._break()
        elif name == "tr":
            self._row(element)
        elif name == "sdt" and (box := element.find(f"{_W}sdtPr/{_W14}checkbox")) is not None:
            self._box(_is_on(box.find(f"{_W14}checked"), _W14))
        elif name == "checkBox":  # a form field as Word wrote them before 2010
            state = element.find(f"{_W}checked")
            self._box(_is_on(element.find(f"{_W}default") if state is None else state))
        elif name == "sym":
            self._symbol(element)
        elif name == "r" and (font := _symbol_font(element)):
            self._symbols(element, font)
        elif name == "p":
            self.body(element)
            self._line()
            if _ends_section(element):
                self._break()
        else:
            if tag in _PICTURES:
                self.pages[-1].pictures += 1
            if name == "txbxContent" and self.pages[-1].lines[-1]:
                self._line()
            self.body(element)

    def _row(self, row: Any) -> None:
        """A row of a table as one line, its cells parted by tabs."""
        cells = [child for child in row if child.tag in (f"{_W}tc", f"{_W}sdt")]
        for number, cell in enumerate(cells):
            if number:
                self._join()
                self._write("\t")
            self.body(cell)

    def _box(self, ticked: bool) -> None:
        before = self.pages[-1].lines[-1]
        self._write(f"{'' if not before or before[-1].isspace() else ' '}{TICKED if ticked else UNTICKED} ")

    def _symbol(self, symbol: Any) -> None:
        """A sign of a font of symbols: a box is one, whatever else there is stays unsaid."""
        known = SYMBOLS.get(str(symbol.get(f"{_W}font", "")).lower(), {})
        code = str(symbol.get(f"{_W}char", ""))
        sign = (
            known.get(int(code, 16) & 0xFF, "")
            if len(code) == 4 and code.isalnum() and code.isascii()
            else ""
        )
        if sign:
            self._box(sign == TICKED)

    def _symbols(self, run: Any, font: str) -> None:
        """A run set in a font of symbols, whose letters are none: boxes among them are boxes."""
        for child in run:
            if child.tag != f"{_W}t":
                self._element(child)
                continue
            for sign in child.text or "":
                box = SYMBOLS[font].get(ord(sign) & 0xFF)
                if box is not None:
                    self._box(box == TICKED)
                elif sign.isspace():
                    self._write(sign)

    def _write(self, text: str) -> None:
        if text.strip():
            self._broken = False
        *whole, last = text.replace("\r", "\n").split("\n")
        for line in whole:
            self.pages[-1].lines[-1] += line
            self._line()
        self.pages[-1].lines[-1] += last

    def _line(self) -> None:
        self.pages[-1].lines.append("")

    def _join(self) -> None:
        """Takes back the end of the last paragraph, for the next cell of the same row."""
        lines = self.pages[-1].lines
        if len(lines) > 1 and not lines[-1]:
            lines.pop()

    @property
    def _at_start(self) -> bool:
        return len(self.pages) == 1 and self.pages[0].is_empty

    def _break(self) -> None:
        self.pages.append(_Page())
        self._broken = True


def _is_on(switch: Any, space: str = _W) -> bool:
    return switch is not None and switch.get(f"{space}val") in (None, "1", "true", "on")


def _symbol_font(run: Any) -> str:
    """The font of symbols that a run is set in, in small letters; empty for letters that are read as they stand."""
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    named = "" if fonts is None else str(fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi") or "").lower()
    return named if named in SYMBOLS else ""


def _ends_section(paragraph: Any) -> bool:
    """Whether a section ends with the paragraph, and the next one begins on a new page."""
    section = paragraph.find(f"{_W}pPr/{_W}sectPr")
    if section is None:
        return False
    kind = section.find(f"{_W}type")
    return kind is None or kind.get(f"{_W}val") not in ("continuous", "nextColumn")


def _beside(document: Any) -> Iterator[tuple[bool, str]]:
    """The words that stand outside the body, each once: whether they are a header's, and the words."""
    seen: set[str] = set()
    for relation in document.part.rels.values():
        if relation.reltype not in _BESIDE or relation.is_external:
            continue
        part = relation.target_part
        writing = _Writing()
        writing.body(part.element if hasattr(part, "element") else parse_xml(part.blob))
        text = "\n".join(page.text for page in writing.pages).strip()
        if text and text not in seen:
            seen.add(text)
            yield relation.reltype == _HEADER, text
