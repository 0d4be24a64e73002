"""The words in a picture of a page, read by RapidOCR, whose models come in its wheel: nothing is fetched, no service asked.

Runs in a process of its own, since OpenCV and ONNX Runtime are native code: see `reader_process`. Each word carries how
sure the model is of the letter of which it is least sure. A word under `SURE` is marked as doubtful, and a page whose
words leave writing uncovered, or of whose words too many are doubtful, is unread in part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import rapidocr
from numpy.typing import NDArray
from rapidocr.utils.process_img import get_rotate_crop_image

from assistant.core.record.marks import TICKED, UNTICKED, UNTOLD, doubtful
from assistant.core.text import compiled
from assistant.core.value import Value, replace
from assistant.records.page import BLANK, RECOGNISED, UNREADABLE, clean
from assistant.records.picture import (
    Area,
    BrokenPicture,
    DrawnBox,
    Picture,
    boxes_on,
    cover_of,
    evened,
    ink_of,
    is_blank,
    load,
)

SURE = 0.8
"""The probability of a word's least sure letter under which it is doubtful. Of 837 wrong words of made-up scans 85% lie
under it, of 8,077 right ones 4%."""
_SURE_ON_A_BAD_PAGE = 0.95
_MOST_DOUBTFUL = 0.03
"""The share of doubtful words from which a page is unread in part."""
_BAD = 0.08
"""The share of doubtful words from which a page is so bad that more is asked of each word."""
_MOST_LOST = 0.02
"""The share of the writing under no word from which a page is unread in part."""
_LEAST_LOST = 3.0
"""Ink under no word, in squares of a line's height, that is a word or two and is never overlooked."""
_LONGEST_SIDE = 2600
_DETECTED_SIDE = 1760
_BATCH = 6
_HEIGHT = 48
_SAMPLE = 8
_TURNED = 0.85
_TILT = 0.3
_STEEPEST = 20.0
_LONG_LINE, _FEW_LINES = 8, 3
_CELL_GAP = 1.6
"""The gap between words, in heights of the line, from which they stand in columns."""
_OTHER_SIGNS = re.compile(
    r"[^\x20-\x7e\u00a0-\u024f\u0391-\u03c9\u2010-\u2044\u20ac\u2122\u2150-\u215e\u2190-\u22ff]"
)
_BOX_SIGNS = frozenset("□☐■▢☑☒口囗区凶図回日田")

Quad = NDArray[np.float32]
"""The four corners of a line of words, from its upper left, clockwise."""


class Word(Value):
    """A word as it was read, where it stands, and how sure its least sure letter is, 0 to 1."""

    text: str
    area: Area
    sure: float


class PageRead(Value):
    """A page's words in lines, with its marks, its state as in `ReadPage`, and why it is not read."""

    text: str
    state: str
    why: str = ""


class Recogniser:
    """The models, loaded once for many pages; on one core, since pages are read side by side."""

    def __init__(self) -> None:
        models = Path(rapidocr.__file__).parent / "models"
        engine = rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            }
        )
        cv2.setNumThreads(1)
        self._detector: Any = engine._load_det_model()
        self._reader: Any = engine._load_rec_model()
        self._letters: Sequence[str] = self._reader.postprocess_op.character

    def page(self, path: Path) -> PageRead:
        """The words of a PGM file; a picture that is broken, or of which no word can be read, says so."""
        try:
            picture = _fitting(load(path))
        except BrokenPicture as broken:
            return PageRead("", UNREADABLE, str(broken))
        if is_blank(picture):
            return PageRead("", BLANK)
        even = evened(picture)
        read = self._read(picture, even)
        if (
            read.state != RECOGNISED and read.lost
        ):  # lines were missed: looked for again, where shadows are gone
            read = max(read, self._read(even, even), key=lambda one: one.merit)
        return PageRead(read.text, read.state, read.why)

    def _read(self, picture: Picture, even: Picture) -> _Attempt:
        lines, picture, even = self._lines(picture, even)
        if not any(line.letters for line in lines):
            return _Attempt("", UNREADABLE, "no words were found in its picture", 0.0, True)
        placed = [_placed(line) for line in lines]
        height = float(np.median([line.height for line in lines]))
        ink = ink_of(picture)
        boxes = [
            box
            for box in boxes_on(ink, ink_of(picture, 0.7), height)
            if not any(_is_letter(box, line) for line in placed)
        ]
        words = [word for line in placed for word in _words(line, boxes)]
        cover = cover_of(
            ink_of(picture, 0.15), [word.area for word in words], [box.area for box in boxes], height
        )
        lost = sum(dots for area, dots in cover.left) / height**2
        return _judged(words, boxes, cover.lost, lost, picture.shape[1])

    def _lines(self, picture: Picture, even: Picture) -> tuple[list[_Line], Picture, Picture]:
        """The lines of a page, and the page the right way up with its lines level; doubtful ones are read twice."""
        quads = self._detected(picture)
        if not len(quads):
            return [], picture, even
        wide = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
        high = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
        if float(high[high > 1.5 * wide].sum()) > float(wide[wide > 1.5 * high].sum()):
            picture, even = _turned(picture, 1), _turned(even, 1)
            quads = self._detected(picture)
        letters = self._letters_of(picture, quads)
        if _sureness(letters) < _TURNED:
            other = _turned(picture, 2)
            size = np.array([picture.shape[1], picture.shape[0]], np.float32)
            longest = np.argsort(-np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1))[:_SAMPLE]
            sample = self._letters_of(other, np.ascontiguousarray((size - quads[longest])[:, [2, 3, 0, 1]]))
            if _sureness(sample) > _sureness([letters[one] for one in longest]):
                picture, even = other, _turned(even, 2)
                quads = self._detected(picture)
                letters = self._letters_of(picture, quads)
        doubted = [
            at for at, line in enumerate(letters) if not line or min(sure for _, sure, _, _ in line) < SURE
        ]
        for at, again in zip(doubted, self._letters_of(even, quads[doubted]), strict=True):
            if _sureness([again]) > _sureness([letters[at]]):
                letters[at] = again
        tilt = _tilt(quads) if len(quads) else 0.0
        if _TILT < abs(tilt) < _STEEPEST:
            even = _levelled(even, quads, tilt)[0]
            picture, quads = _levelled(picture, quads, tilt)
        return [_Line(*one) for one in zip(quads, letters, strict=True)], picture, even

    def _detected(self, picture: Picture) -> NDArray[np.float32]:
        longest = max(picture.shape)
        scale = min(1.0, _DETECTED_SIDE / longest)
        seen = (
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            if scale < 1
            else picture
        )
        found = self._detector(cv2.cvtColor(np.asarray(seen, np.uint8), cv2.COLOR_GRAY2BGR)).boxes
        if found is None:
            return np.zeros((0, 4, 2), np.float32)
        return np.asarray(found, np.float32) / np.float32(scale)

    def _letters_of(
        self, picture: Picture, quads: NDArray[np.float32]
    ) -> list[list[tuple[str, float, float, float]]]:
        """For each line its letters: the sign, how sure it is, and where it begins and ends, as shares of the line."""
        colours = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        crops = [get_rotate_crop_image(colours, quad.copy()) for quad in quads]
        shapes = [crop.shape[1] / max(1, crop.shape[0]) for crop in crops]
        found: list[list[tuple[str, float, float, float]]] = [[] for _ in crops]
        order = sorted(range(len(crops)), key=shapes.__getitem__)
        for begin in range(0, len(order), _BATCH):
            members = [one for one in order[begin : begin + _BATCH] if min(crops[one].shape[:2]) > 0]
            if not members:
                continue
            widest = max(320 / _HEIGHT, *(shapes[one] for one in members))
            batch = np.stack([self._reader.resize_norm_img(crops[one], widest) for one in members])
            guesses = self._reader.session(batch.astype(np.float32))
            for one, guess in zip(members, guesses, strict=True):
                found[one] = self._decoded(guess, shapes[one] / widest)
        return found

    def _decoded(self, guess: NDArray[np.float32], share: float) -> list[tuple[str, float, float, float]]:
        """The letters that the model's steps say (CTC): a sign said in steps on end is one, the empty sign parts two."""
        signs, sure = guess.argmax(axis=1), guess.max(axis=1)
        whole = len(signs) * min(1.0, share)
        letters: list[tuple[str, float, float, float]] = []
        before = 0
        for step, sign in enumerate(signs.tolist()):
            if sign and sign == before:
                text, least, begin, _ = letters[-1]
                letters[-1] = text, max(least, float(sure[step])), begin, (step + 1) / whole
            elif sign:
                letters.append((self._letters[sign], float(sure[step]), step / whole, (step + 1) / whole))
            before = sign
        return letters


class _Attempt(Value):
    """A reading of a page; `merit` compares it with another, `lost` says that lines may have been missed."""

    text: str
    state: str
    why: str
    merit: float
    lost: bool


class _Line(Value):
    """A line's corners and its letters: the sign, how sure, and where it begins and ends, as shares of the line."""

    quad: Quad
    letters: Sequence[tuple[str, float, float, float]]

    @property
    def height(self) -> float:
        return float(np.linalg.norm(self.quad[3] - self.quad[0])) or 1.0


def _turned(picture: Picture, quarters: int) -> Picture:
    return np.ascontiguousarray(np.rot90(picture, quarters))


def _sureness(lines: Sequence[Sequence[tuple[str, float, float, float]]]) -> float:
    """How sure the letters of lines are on the whole, 0 to 1."""
    every = [sure for line in lines for _, sure, _, _ in line]
    return sum(every) / len(every) if every else 0.0


def _fitting(picture: Picture) -> Picture:
    longest = max(picture.shape)
    if longest <= _LONGEST_SIDE:
        return picture
    scale = _LONGEST_SIDE / longest
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _tilt(quads: NDArray[np.float32]) -> float:
    """By how many degrees the lines of a page fall to the right; 0 where too few are long enough to tell."""
    along = quads[:, 1] - quads[:, 0]
    lengths = np.linalg.norm(along, axis=1)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    long = along[lengths >= _LONG_LINE * heights]
    if len(long) < _FEW_LINES:
        return 0.0
    return float(np.median(np.degrees(np.arctan2(long[:, 1], long[:, 0]))))


def _levelled(
    picture: Picture, quads: NDArray[np.float32], tilt: float
) -> tuple[Picture, NDArray[np.float32]]:
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    paper = int(np.median(picture))
    level = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(paper,))
    moved = cv2.transform(quads, turn)
    return np.asarray(level, np.uint8), np.asarray(moved, np.float32)


class Letter(Value):
    """A sign as it was read, where it stands, and how sure it is."""

    sign: str
    area: Area
    sure: float


def _placed(line: _Line) -> list[Letter]:
    """The letters of a line on the page; that of a space is empty."""
    quad, height = line.quad, line.height
    left, right = float(quad[:, 0].min()), float(quad[:, 0].max())
    slope = float((quad[1, 1] - quad[0, 1]) / max(1.0, float(quad[1, 0] - quad[0, 0])))
    found = []
    for sign, sure, begin, end in line.letters:
        start, stop = left + begin * (right - left), left + end * (right - left)
        top = float(quad[0, 1]) + slope * (start - left)
        found.append(Letter(sign.strip(), Area(start, top, stop, top + height), sure))
    return found


def _is_letter(box: DrawnBox, line: Sequence[Letter]) -> bool:
    """Whether what was taken for a box is a letter: one that was surely read there, with others close beside it."""
    inside = [at for at, letter in enumerate(line) if letter.sign and _is_in(letter, box)]
    if len(inside) != 1 or not line[inside[0]].sign.isalnum() or line[inside[0]].sure < SURE:
        return len(inside) > 1 and all(line[at].sure >= SURE and line[at].sign.isalnum() for at in inside)
    at = inside[0]
    beside = [line[other] for other in (at - 1, at + 1) if 0 <= other < len(line)]
    near = max(1.1 * box.area.width, 0.6 * line[at].area.height)
    return any(
        other.sign.isalnum() and abs(other.area.middle[0] - box.area.middle[0]) < near for other in beside
    )


def _is_in(letter: Letter, box: DrawnBox) -> bool:
    x = letter.area.middle[0]
    edge = 0.1 * box.area.width
    return (
        box.area.left + edge < x < box.area.right - edge
        and letter.area.top < box.area.middle[1] < letter.area.bottom
    )


def _words(line: Sequence[Letter], boxes: Sequence[DrawnBox]) -> list[Word]:
    """The words of a line: what stands between its spaces and the boxes on it; what was read of a box is none."""
    beside = [
        box for box in boxes if line and line[0].area.top < box.area.middle[1] < line[0].area.bottom
    ] or list(boxes)
    found: list[Word] = []
    own: list[Letter] = []
    for letter in [*line, Letter("", Area(0, 0, 0, 0), 1.0)]:
        in_box = any(_is_in(letter, box) for box in beside)
        apart = own and any(
            own[-1].area.middle[0] < box.area.middle[0] < letter.area.middle[0]
            and letter.area.top < box.area.middle[1] < letter.area.bottom
            for box in beside
        )
        if own and (apart or in_box or not letter.sign):
            found.append(_word(own))
            own = []
        if letter.sign and not in_box:
            own.append(letter)
    return found


def _word(letters: Sequence[Letter]) -> Word:
    text = unicodedata.normalize("NFKC", "".join(letter.sign for letter in letters))
    sure = min(letter.sure for letter in letters)
    if _OTHER_SIGNS.search(text) and not set(text) <= _BOX_SIGNS:
        sure = 0.0  # the model knows other scripts too, and sees them in blots
    first, last = letters[0].area, letters[-1].area
    return Word(text, Area(first.left, first.top, last.right, first.bottom), sure)


def _judged(
    words: list[Word], boxes: Sequence[DrawnBox], lost: float, lost_squares: float, width: float
) -> _Attempt:
    """The page's text with its marks, and whether all of it is read."""
    told = [word for word in words if any(char.isalnum() for char in word.text)]
    unsure = sum(word.sure < SURE for word in told)
    share = unsure / (len(told) or 1)
    least = _SURE_ON_A_BAD_PAGE if share >= _BAD else SURE
    text = clean(laid_out([_marked(word, least) for word in words] + [_as_word(box) for box in boxes], width))
    merit = sum(len(word.text) for word in told if word.sure >= SURE) * (1.0 - lost)
    whys = []
    if not told:
        whys.append("no words were found in its picture")
    if unsure > 1 and share > _MOST_DOUBTFUL:
        whys.append(f"{unsure} of its {len(told)} words are doubtful")
    missed = lost > _MOST_LOST and lost_squares > _LEAST_LOST
    if missed:
        whys.append(f"{max(1, round(100 * lost))}% of its writing was not read")
    return _Attempt(text, UNREADABLE if whys else RECOGNISED, ", ".join(whys), merit, missed)


def _marked(word: Word, least: float) -> Word:
    text = "".join(UNTOLD if sign in _BOX_SIGNS else sign for sign in word.text)
    return replace(word, text=doubtful(text) if word.sure < least else text)


def _as_word(box: DrawnBox) -> Word:
    sign = {True: TICKED, False: UNTICKED, None: UNTOLD}[box.ticked]
    return Word(sign, box.area, 1.0)


# The words of a page in the order in which they are read.

_MANY_ROWS = 8
_GUTTER = range(30, 71, 2)


def laid_out(words: Sequence[Word], width: float) -> str:
    """The words in lines, those in columns of a table parted by spaces; columns of running text one after the other."""
    rows = _rows(words)
    gutter = _gutter(rows, width)
    if gutter is not None:
        rows = _by_column(rows, gutter)
    lines: list[str] = []
    before: list[Word] = []
    for row in rows:
        height = median(word.area.height for word in row)
        if before:
            gap = min(word.area.top for word in row) - max(word.area.bottom for word in before)
            if gap > 0.9 * height or gap < -3 * height:
                lines.append("")
        lines.append(_line(row, height))
        before = row
    return "\n".join(lines)


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """The words by line, from the top, each line from the left."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.area.middle[1]):
        middle = word.area.middle[1]
        for row in reversed(rows[-4:]):
            beside = min(row, key=lambda one: abs(one.area.middle[0] - word.area.middle[0]))
            nearest = abs(beside.area.middle[1] - middle)
            if nearest < 0.45 * min(beside.area.height, word.area.height) and not any(
                _on_top(word, other) for other in row
            ):
                row.append(word)
                break
        else:
            rows.append([word])
    return [sorted(row, key=lambda one: one.area.left) for row in rows]


def _on_top(word: Word, other: Word) -> bool:
    wide = min(word.area.right, other.area.right) - max(word.area.left, other.area.left)
    return wide > 0.6 * min(word.area.width, other.area.width)


def _line(row: Sequence[Word], height: float) -> str:
    parts = [row[0].text]
    for before, word in pairwise(row):
        wide = word.area.left - before.area.right > _CELL_GAP * height
        parts += ["   " if wide else " ", word.text]
    return compiled(_RAN_ON).sub(" ", "".join(parts))


_RAN_ON = (
    r"(?<=[A-Za-z])(?=\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?!\d))"
    r"|(?<=[a-z\d])(?=(?:Date|DOB|DOI|Claim|Patient|Signed|Signature)\s*:)"
    r"|(?<=[a-z]{3})(?=[A-Z][a-z]{2,}(?: of [A-Z]?[a-z]+)?\s*:)|(?<=\b(?:MD|DO|DC|PT))(?=[A-Z][a-z]{2,}\s*:)"
)
"""Where a reader of pictures lost the space before a day or the label of a field."""


def _gutter(rows: Sequence[Sequence[Word]], width: float) -> float | None:
    """Where a page of two columns of running text is parted: many full lines on both sides, and next to none across."""
    best: tuple[int, float] | None = None
    for percent in _GUTTER:
        at = width * percent / 100
        both = across = 0
        for row in rows:
            left = [word for word in row if word.area.right <= at]
            right = [word for word in row if word.area.left >= at]
            if len(left) + len(right) < len(row):
                across += 1
            elif len(left) > 3 and len(right) > 3:
                gap = right[0].area.left - left[-1].area.right
                if gap > 0.8 * median(word.area.height for word in row):
                    both += 1
                else:
                    across += 1
        if both >= _MANY_ROWS and across <= 0.2 * both and (best is None or both > best[0]):
            best = both, at
    return best[1] if best else None


def _by_column(rows: Sequence[list[Word]], at: float) -> list[list[Word]]:
    """The rows with those on both sides of a gutter parted: left column, then right, between lines that go across."""
    made: list[list[Word]] = []
    left: list[list[Word]] = []
    right: list[list[Word]] = []
    for row in rows:
        if any(word.area.left < at < word.area.right for word in row):
            made += [*left, *right, row]
            left, right = [], []
            continue
        first = [word for word in row if word.area.right <= at]
        second = [word for word in row if word.area.left >= at]
        left += [first] if first else []
        right += [second] if second else []
    return [*made, *left, *right]
