"""What a picture of a page shows besides its words: how much ink, which way it lies, and the boxes drawn on it.

Runs in the process that recognises words, since OpenCV is native code: see `reader_process`. Pictures are arrays of
greys, 0 black to 255 white, a row for each line of dots.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from assistant.core.value import Value

Picture = NDArray[np.uint8]
"""Greys of a page."""
Ink = NDArray[np.uint8]
"""1 where a dot is ink, 0 where it is paper."""

_MOST_DOTS = 48_000_000
_DARK = 110
"""The middle grey under which a page is taken for white on black."""
_SPECKS = 0.00005
"""The share of inked dots that are dust: about the ink of two full stops on a page."""
_WEAKEST = 5.0
"""How many greys ink must at least be darker than the paper around it."""
_ABOVE_NOISE = 5.0
"""How many times darker than the paper's own noise ink is."""
_MARGIN = 0.015


class BrokenPicture(Exception):
    """A picture that can't be read; its words say why."""


def load(path: Path) -> Picture:
    """The greys of a PGM file; raises `BrokenPicture` for another file, a broken one, or one of too many dots."""
    data = path.read_bytes()
    head, _, dots = data.partition(b"\n")
    try:
        kind, width, height, most = head.split()
        size = int(width), int(height)
    except ValueError:
        raise BrokenPicture("its picture is broken") from None
    if kind != b"P5" or most != b"255" or min(size) < 1 or size[0] * size[1] != len(dots):
        raise BrokenPicture("its picture is broken")
    if len(dots) > _MOST_DOTS:
        raise BrokenPicture("its picture is too large")
    return np.asarray(np.frombuffer(dots, np.uint8).reshape(size[1], size[0]), np.uint8)


def evened(picture: Picture) -> Picture:
    """The page as dark ink on even, light paper: shadows and tints taken out, pale ink made dark, noise let be."""
    page = 255 - picture if np.median(picture) < _DARK else picture
    paper = _paper(page)
    darker = cv2.subtract(paper, page).astype(np.float32)
    strong = float(np.percentile(darker[darker > _threshold(darker)], 75)) if _has_ink(darker) else 255.0
    even = 255.0 - darker * (230.0 / max(strong, _WEAKEST))
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def ink_of(picture: Picture, least: float = 0.35) -> Ink:
    """The ink of a page against the paper beside it (a local threshold), without what stands out at its very edge.

    `least` is how dark a dot is at least, as a share of the page's full ink: more of it gives thinner strokes.
    """
    page = 255 - picture if np.median(picture) < _DARK else picture
    darker = cv2.subtract(_paper(page), page).astype(np.float32)
    smooth = cv2.GaussianBlur(darker, (0, 0), 0.8)
    ink = (smooth > max(_threshold(darker), least * _strong(darker))).astype(np.uint8)
    return _without_edge(ink)


def is_blank(picture: Picture) -> bool:
    """Whether a page is empty paper, such as the back of a scanned sheet: nothing on it that could be a pale word."""
    page = 255 - picture if np.median(picture) < _DARK else picture
    darker = cv2.GaussianBlur(cv2.subtract(_paper(page), page).astype(np.float32), (0, 0), 1.5)
    ink = _without_edge((darker > _threshold(darker)).astype(np.uint8))
    return int(ink.sum()) <= _SPECKS * ink.size


def _paper(page: Picture) -> Picture:
    """The grey of the paper at each dot: what is lightest around it, smoothly."""
    height, width = page.shape
    scale = 8
    small = cv2.resize(page, (max(1, width // scale), max(1, height // scale)), interpolation=cv2.INTER_AREA)
    light = cv2.dilate(small, np.ones((7, 7), np.uint8))
    smooth = cv2.medianBlur(light, 7) if min(light.shape) > 7 else light
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _threshold(darker: NDArray[np.float32]) -> float:
    """How much darker than the paper a dot of ink is at least: above the noise of the paper, whose middle is taken."""
    middle = float(np.median(darker))
    noise = 1.4826 * float(np.median(np.abs(darker - middle)))
    return max(_WEAKEST, middle + _ABOVE_NOISE * noise)


def _has_ink(darker: NDArray[np.float32]) -> bool:
    return bool(np.count_nonzero(darker > _threshold(darker)) > 0)


def _strong(darker: NDArray[np.float32]) -> float:
    """How much darker than the paper the page's ink is where it is whole."""
    inked = darker[darker > _threshold(darker)]
    return float(np.percentile(inked, 75)) if inked.size else 255.0


def _without_edge(ink: Ink) -> Ink:
    """The ink without the shadows that a scanner leaves along the edge of the sheet."""
    height, width = ink.shape
    kept = ink.copy()
    rows, columns = max(1, int(height * _MARGIN)), max(1, int(width * _MARGIN))
    kept[:rows] = kept[height - rows :] = 0
    kept[:, :columns] = kept[:, width - columns :] = 0
    return kept


# Ink that no word covers.

_LONG = 6
"""How many times as long as the words are high a stroke is that is a rule and no letter."""


class Area(Value):
    """A rectangle of dots: the left, top, right and bottom edge."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Cover(Value):
    """How much of a page's writing stands under words that were read: dots of ink, and what was left, as areas of it."""

    ink: int
    left: tuple[tuple[Area, int], ...]

    @property
    def lost(self) -> float:
        """The share of the writing that no word covers."""
        uncovered = sum(dots for _, dots in self.left)
        return uncovered / (self.ink or 1)


def cover_of(ink: Ink, words: list[Area], boxes: list[Area], line_height: float) -> Cover:
    """How far words cover the writing of a page; lines of forms, boxes, specks and large pictures are no writing."""
    rest = _without_rules(ink, line_height)
    for box in boxes:
        _clear(rest, box, 0.25 * box.height)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    wide, high, dots = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    writing = (
        (high >= 0.3 * line_height)
        & (high <= 3.0 * line_height)
        & (wide <= 12 * line_height)
        & (dots >= 0.02 * line_height**2)
        & (dots >= 0.04 * wide * high)
    )
    writing[0] = False
    left = np.where(writing[labels], np.uint8(1), np.uint8(0))
    total = int(left.sum())
    for word in words:
        _clear(left, word, 0.3 * word.height)
    return Cover(total, tuple(_clumps(left, line_height)))


def _clumps(left: Ink, line_height: float) -> list[tuple[Area, int]]:
    """What is left in pieces as words are: letters beside each other are one; single specks are none."""
    near = cv2.dilate(left, np.ones((1, max(3, int(0.8 * line_height))), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    dots = np.bincount(labels.ravel(), weights=left.ravel(), minlength=count)
    found = []
    for number in range(1, count):
        x, y, wide, high = (int(one) for one in stats[number, :4])
        if wide >= 1.6 * line_height and high >= 0.4 * line_height and dots[number] >= 0.1 * line_height**2:
            found.append((Area(x, y, x + wide, y + high), int(dots[number])))
    return found


def _without_rules(ink: Ink, line_height: float) -> Ink:
    length = max(20, int(_LONG * line_height))
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    rules |= cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(cv2.subtract(ink, cv2.dilate(rules, np.ones((3, 3), np.uint8))), np.uint8)


def _clear(ink: Ink, area: Area, more: float) -> None:
    top, bottom = int(max(0, area.top - more)), int(max(0, area.bottom + more + 1))
    left, right = int(max(0, area.left - more)), int(max(0, area.right + more + 1))
    ink[top:bottom, left:right] = 0


# Boxes drawn on a page, to be ticked.

_SIDE = 0.82
"""The share of each side of a box that is ink at least."""
_CORNER = 0.2
_SMALLEST, _LARGEST = 0.55, 1.7
"""The side of a box, in heights of a line."""
_RULE = 2.2
"""How many times as long as the words are high a stroke is at least that is a line of the form, and no side of a box."""
_EMPTY, _MARKED, _FULL = 0.04, 0.1, 0.95
"""The share of ink inside a box: up to the first it is empty, from the second on ticked, from the third on a black square."""


class DrawnBox(Value):
    """A square drawn on a page; `ticked` is None where nobody can tell."""

    area: Area
    ticked: bool | None


def boxes_on(ink: Ink, sharp: Ink, line_height: float) -> list[DrawnBox]:
    """What may be boxes on a page: squares about as high as a line that stand alone. Letters may be among them.

    `sharp` is the ink with thin strokes, in which the inside of a box shows. Only level and upright strokes are looked
    at, so that a cross that goes beyond the box, or its label, is no part.
    """
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    least = max(5, round(0.28 * line_height))
    level = cv2.morphologyEx(_thick(whole, 3, 1), cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    upright = cv2.morphologyEx(_thick(whole, 1, 3), cv2.MORPH_OPEN, np.ones((least, 1), np.uint8))
    strokes = np.asarray(cv2.bitwise_or(level, upright), np.uint8)
    found: list[DrawnBox] = []
    for area in _squares(strokes, line_height, 0.8):
        if _is_box(whole, area):
            found.append(DrawnBox(area, _ticked(_cut(sharp, area))))
    rules = _rules(whole, line_height)
    for area in _squares(np.asarray(cv2.subtract(strokes, rules), np.uint8), line_height, 0.6):
        fitted = _up_to_rule(area, rules)
        if fitted and not any(_meet(fitted, one.area) for one in found) and _is_box(whole, fitted):
            found.append(DrawnBox(fitted, _ticked(_cut(sharp, area))))
    return found


def _squares(strokes: Ink, line_height: float, least: float) -> Iterator[Area]:
    """What of some strokes hangs together and is about as wide as high, and as high as a line."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    for number in range(1, count):
        x, y, wide, high = (int(one) for one in stats[number, :4])
        side = max(wide, high)
        if _SMALLEST * line_height <= side <= _LARGEST * line_height and min(wide, high) >= least * side:
            yield Area(x, y, x + wide, y + high)


def _cut(ink: Ink, area: Area) -> Ink:
    return ink[int(area.top) : int(area.bottom), int(area.left) : int(area.right)]


def _is_box(whole: Ink, area: Area) -> bool:
    square = _cut(whole, area)
    return min(square.shape) > 0 and min(_sides(square)) >= _SIDE and min(_corners(square)) >= _CORNER


def _rules(ink: Ink, line_height: float) -> Ink:
    """The lines of a form, longer than a box is wide, with the dots right beside them."""
    length = max(12, round(_RULE * line_height))
    level = cv2.morphologyEx(_thick(ink, 3, 1), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(_thick(ink, 1, 3), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(cv2.bitwise_or(_thick(level, 1, 7), _thick(upright, 7, 1)), np.uint8)


def _up_to_rule(area: Area, rules: Ink) -> Area | None:
    """A box with the one of its sides that lies on a line of the form; None where there is no such line, or several.

    Between two lines stands a cell of a table, or of a row of them for one letter each.
    """
    left, top, right, bottom = (int(one) for one in (area.left, area.top, area.right, area.bottom))
    near = max(3, (bottom - top) // 4)
    before = rules[max(0, top - near) : top, left:right].mean(axis=1) > 0.5
    below = rules[bottom : bottom + near, left:right].mean(axis=1) > 0.5
    beside = rules[top:bottom, max(0, left - near) : left].mean(axis=0) > 0.5
    behind = rules[top:bottom, right : right + near].mean(axis=0) > 0.5
    if sum(bool(one.any()) for one in (before, below, beside, behind)) != 1:
        return None
    return Area(
        left - int(beside.sum()),
        top - int(before.sum()),
        right + int(behind.sum()),
        bottom + int(below.sum()),
    )


def _meet(one: Area, other: Area) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def _corners(square: Ink) -> tuple[float, ...]:
    """The share of ink in each corner: round letters have none there."""
    near = max(3, square.shape[0] // 7)
    return tuple(
        _share(square[rows, columns])
        for rows in (slice(None, near), slice(-near, None))
        for columns in (slice(None, near), slice(-near, None))
    )


def _thick(ink: Ink, rows: int, columns: int) -> Ink:
    return np.asarray(cv2.dilate(ink, np.ones((rows, columns), np.uint8)), np.uint8)


def _sides(square: Ink) -> tuple[float, ...]:
    """The share of ink along each side of a square, in whichever of the rows at its edge there is most."""
    near = max(3, square.shape[0] // 5)
    return (
        float(_thick(square[:near], 3, 1).mean(axis=1).max()),
        float(_thick(square[-near:], 3, 1).mean(axis=1).max()),
        float(_thick(square[:, :near], 1, 3).mean(axis=0).max()),
        float(_thick(square[:, -near:], 1, 3).mean(axis=0).max()),
    )


def _ticked(square: Ink) -> bool | None:
    """Whether something is drawn inside the sides of a square."""
    height, width = square.shape
    down, across = max(3, round(0.22 * height)), max(3, round(0.22 * width))
    inside = _share(square[down : height - down, across : width - across])
    if inside <= _EMPTY:
        return False
    return True if _MARKED <= inside < _FULL else None


def _share(ink: Ink) -> float:
    return float(ink.mean()) if ink.size else 0.0
