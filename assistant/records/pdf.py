"""Pages of a PDF file, by PDFium. Runs in a process of its own, since PDFium is native code: see `reader_process`."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from assistant.core.problem import refuse
from assistant.core.record.marks import SYMBOLS, TICKED, UNTICKED, UNTOLD
from assistant.core.text import counted
from assistant.core.value import Value, replace
from assistant.records.page import BLANK, PICTURE, TEXT

MOST_PAGES = 20_000
_MOST_CHARACTERS = 20_000_000
_FEW_WORDS = 40
"""A page with fewer words than this and a large picture is taken for a scan: a fax line or a stamp is no text layer."""
_LARGE_PICTURE = 0.25
"""The share of the page from which a picture is large."""
_MOST_ODD = 0.3
"""The share of characters that are no characters from which a text layer is taken for illegible."""
_DOTS_PER_INCH = 200
_MOST_DOTS = 40_000_000
_LONGEST_SIDE = 6_000
_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\uffff]")
_PASSWORD = 4
_SECURITY = 5
_LIGATURES = str.maketrans(
    {chr(0xFB00 + n): letters for n, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
    | {chr(0xF000 + code): sign for code, sign in SYMBOLS["wingdings"].items()}
)
_BOX_SIDES = (5.0, 20.0)
"""The side of a box to be ticked, in points."""
_LABEL_GAP = 24.0
"""How far in points a label stands from its box at most."""
_TICK_SCALE = 3.0
_SAMPLED = 2_000
"""How many letters of a page tell which way its words lie."""
_EMPTY, _MARKED = 0.03, 0.08
"""The share of ink in a box up to which it is empty, and from which it is ticked."""


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
        self.notes = (
            [f"{counted(attached, 'attached file')} inside it {'was' if attached == 1 else 'were'} not read."]
            if attached
            else []
        )

    def text(self, number: int) -> tuple[str, str]:
        """The text layer of a page from 1, and its state: `TEXT`, `BLANK`, or `PICTURE` where words may stand in one."""
        page = self._pdf[number - 1]
        _set_upright(page)
        remarks: list[str] = []
        boxes: list[_Box] = []
        if pdfium.FPDFPage_GetAnnotCount(page) > 0:
            remarks = list(self._remarks(page))
            boxes = list(self._ticks(page))
            if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
                page.close()
                page = self._pdf[number - 1]
        layer = page.get_textpage()
        if layer.count_chars() > _MOST_CHARACTERS:
            raise refuse("The page holds more than 20 million characters.")
        boxes += _drawn_boxes(page, boxes)
        text, unlabelled = _with_boxes(layer, boxes)
        text = _as_printed(text)
        remarks += unlabelled
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

    def _ticks(self, page: Any) -> Iterator[_Box]:
        """The boxes and round buttons of a page's form, which stand in no text layer."""
        form = self._pdf.formenv
        for index in range(pdfium.FPDFPage_GetAnnotCount(page) if form is not None else 0):
            note = pdfium.FPDFPage_GetAnnot(page, index)
            if not note:
                continue
            kind = pdfium.FPDFAnnot_GetFormFieldType(form, note)
            rect = pdfium.FS_RECTF()
            if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON) and (
                pdfium.FPDFAnnot_GetRect(note, rect)
            ):
                name = _words(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, note) or _words(
                    pdfium.FPDFAnnot_GetFormFieldName, form, note
                )
                ticked = bool(pdfium.FPDFAnnot_IsChecked(form, note))
                yield _Box(rect.left, rect.bottom, rect.right, rect.top, ticked, name.strip())
            pdfium.FPDFPage_CloseAnnot(note)


class _Box(Value):
    """A box to be ticked, its edges in points from the lower left; `ticked` is None where nobody can tell."""

    left: float
    bottom: float
    right: float
    top: float
    ticked: bool | None
    name: str = ""

    @property
    def sign(self) -> str:
        return {True: TICKED, False: UNTICKED, None: UNTOLD}[self.ticked]

    def is_on(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


def _set_upright(page: Any) -> None:
    """Turns a page that is shown turned so that its words stand in the order in which they were written."""
    if not page.get_rotation():
        return
    layer = page.get_textpage()
    angles = Counter(
        round(math.degrees(pdfium.FPDFText_GetCharAngle(layer.raw, at)) / 90) % 4 * 90
        for at in range(0, min(layer.count_chars(), _SAMPLED), 5)
    )
    layer.close()
    most = max(angles, key=angles.__getitem__, default=90)
    if most in (0, 180):
        page.set_rotation(most)


def _drawn_boxes(page: Any, known: list[_Box]) -> list[_Box]:
    """The small squares that are drawn on a page, with what was put into them."""
    squares: list[_Box] = []
    for mark in _paths(page):
        left, bottom, right, top = mark.get_bounds()
        wide, high = right - left, top - bottom
        if _BOX_SIDES[0] <= min(wide, high) and max(wide, high) <= min(_BOX_SIDES[1], 1.25 * min(wide, high)):
            one = _Box(left, bottom, right, top, None)
            if _is_square(mark) and not any(one.is_on(other) for other in [*known, *squares]):
                squares.append(one)
    if not squares:
        return []
    bitmap = page.render(scale=_TICK_SCALE, grayscale=True)
    greys = bitmap.to_numpy()
    greys = greys.reshape(greys.shape[:2])
    found = [replace(one, ticked=_is_ticked(greys, one, page.get_height())) for one in squares]
    bitmap.close()
    return found


def _paths(page: Any) -> Iterator[Any]:
    """The paths drawn on a page; its many pieces of text are passed over without an object of Python for each."""
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        raw = pdfium.FPDFPage_GetObject(page, number)
        if not raw:
            raise pypdfium2.PdfiumError("an object of the page can't be had")
        if pdfium.FPDFPageObj_GetType(raw) == pdfium.FPDF_PAGEOBJ_PATH:
            yield pypdfium2.PdfObject(raw, page=page)


def _is_square(path: Any) -> bool:
    """Whether a path goes along four sides and closes: a circle has curves, a cross or a tick has not so many sides."""
    count = pdfium.FPDFPath_CountSegments(path)
    if not 4 <= count <= 6:
        return False
    kinds = [
        pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path, number))
        for number in range(count)
    ]
    return kinds[0] == pdfium.FPDF_SEGMENT_MOVETO and all(
        kind == pdfium.FPDF_SEGMENT_LINETO for kind in kinds[1:]
    )


def _is_ticked(greys: Any, box: _Box, height: float) -> bool | None:
    edge = 0.2 * (box.right - box.left)
    top, bottom = (int((height - one) * _TICK_SCALE) for one in (box.top - edge, box.bottom + edge))
    left, right = (int(one * _TICK_SCALE) for one in (box.left + edge, box.right - edge))
    inside = greys[max(0, top) : bottom, max(0, left) : right]
    if not inside.size:
        return None
    share = float((inside < 160).mean())
    if share <= _EMPTY:
        return False
    return True if _MARKED <= share < 0.95 else None


def _with_boxes(layer: Any, boxes: list[_Box]) -> tuple[str, list[str]]:
    """The text of a page with a mark before the label of each box, and what is said of boxes without one.

    A box that nothing stands beside, as in a column of a table, is marked behind the words of its row.
    """
    text = layer.get_text_range()
    marks: list[tuple[int, float, str]] = []
    unlabelled: list[str] = []
    for box in boxes:
        if (inside := _mark_in(layer, box)) is not None and text[inside : inside + 1] in tuple(_INKED):
            text = f"{text[:inside]} {text[inside + 1 :]}"
        at = _label_at(layer, box, boxes)
        if at is None:
            if box.name:
                unlabelled.append(f"{box.sign} {box.name}")
            elif (at := _row_before(layer, box)) is not None and at < len(text):
                marks.append((at + 1, box.left, f" {box.sign}"))
        elif at < len(text):
            marks.append((at, box.left, f"{box.sign} "))
    for at, _, sign in sorted(marks, reverse=True):
        before = "" if at == 0 or text[at - 1].isspace() or sign[0] == " " else " "
        text = f"{text[:at]}{before}{sign}{text[at:]}"
    return text, unlabelled


_INKED = "xX✓✔✗✘"
"""Letters that are put into a box to tick it."""


def _mark_in(layer: Any, box: _Box) -> int | None:
    """Where in the text what stands in a ticked box stands."""
    if not box.ticked:
        return None
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    at = pdfium.FPDFText_GetCharIndexAtPos(layer, x, y, 3.0, 3.0)
    found = pdfium.FPDFText_GetTextIndexFromCharIndex(layer, at) if at >= 0 else -1
    return found if found >= 0 else None


def _label_at(layer: Any, box: _Box, boxes: list[_Box]) -> int | None:
    """Where in the text the label on the right of a box begins; None where none stands near."""
    middle = (box.bottom + box.top) / 2
    reach = max(3.0, (box.top - box.bottom) / 2)
    after = min(
        (one.left for one in boxes if one.left >= box.right and one.bottom < middle < one.top),
        default=box.right + _LABEL_GAP,
    )
    x = box.right + 1.0
    while x < min(after, box.right + _LABEL_GAP):
        at = pdfium.FPDFText_GetCharIndexAtPos(layer, x, middle, 1.5, reach)
        if at >= 0 and not chr(pdfium.FPDFText_GetUnicode(layer, at) or 32).isspace():
            found = pdfium.FPDFText_GetTextIndexFromCharIndex(layer, at)
            return found if found >= 0 else None
        x += 1.5
    return None


def _row_before(layer: Any, box: _Box) -> int | None:
    """Where in the text the last letter of the words on the left of a box stands; None where there are none."""
    middle, reach = (box.bottom + box.top) / 2, max(3.0, (box.top - box.bottom) / 2)
    x = box.left - 1.0
    while x > 0:
        at = pdfium.FPDFText_GetCharIndexAtPos(layer, x, middle, 1.5, reach)
        said = chr(pdfium.FPDFText_GetUnicode(layer, at) or 32) if at >= 0 else " "
        if not said.isspace() and said not in _INKED:
            found = pdfium.FPDFText_GetTextIndexFromCharIndex(layer, at)
            return found if found >= 0 else None
        x -= 1.5
    return None


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


def drawings(file: Path | bytes) -> dict[int, int]:
    """How many things of each kind lie on the pages of a PDF file besides words; notes are counted under -1."""
    counted: dict[int, int] = {-1: 0}
    with pypdfium2.PdfDocument(file) as document:
        for page in document:
            for one in page.get_objects(max_depth=8):
                if one.type != pdfium.FPDF_PAGEOBJ_TEXT:
                    counted[one.type] = counted.get(one.type, 0) + 1
            counted[-1] += pdfium.FPDFPage_GetAnnotCount(page)
    return counted
