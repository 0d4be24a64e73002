"""Scans made for tests and measurements: typed pages as pictures, spoiled in the ways in which scans are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Grey = NDArray[np.uint8]

WIDTH, HEIGHT = 1275, 1650
NOTE = """\
The patient is a 52 year old carpenter who returns for follow up of neck pain radiating to the right shoulder.
He denies fever, chills, night sweats, or unexplained weight loss. No bowel or bladder incontinence.
Current medications: gabapentin 300 mg TID, tramadol 50 mg prn, ibuprofen 600 mg, omeprazole 20 mg daily.
Cervical spine: flexion 40 degrees, extension 30 degrees with pain, rotation 45 degrees to the right.
Motor strength is 5/5 in the deltoids, biceps, triceps and intrinsics bilaterally. Hoffmann sign is absent.
Impression: status post anterior cervical discectomy and fusion C5-6 and C6-7. Rule out pseudarthrosis.
Plan: request authorization for flexion and extension radiographs of the cervical spine.
Work status: temporarily totally disabled until re-evaluation on 10/15/2015. No lifting over ten pounds.
He stumbled off a curb on 08/29/2015 and jerked his neck. Since then the right thumb is numb at times.
There is no evidence of loosening of the hardware. Prevertebral soft tissues are normal."""


def typed(text: str = NOTE, size: int = 23) -> Grey:
    """A page with the lines of a text, in the font that Pillow brings."""
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size)
    for number, line in enumerate(text.split("\n")):
        draw.text((70, 120 + number * int(size * 2.2)), line, font=font, fill=0)
    return np.array(picture, np.uint8)


def form(rows: list[list[tuple[str, bool]]]) -> Grey:
    """A page with rows of boxes, each before its label."""
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(23)
    for number, row in enumerate(rows):
        x, y = 90, 200 + 70 * number
        for label, ticked in row:
            draw.rectangle((x, y + 3, x + 20, y + 23), outline=0, width=2)
            if ticked:
                draw.line((x + 3, y + 6, x + 18, y + 21), fill=0, width=3)
                draw.line((x + 18, y + 6, x + 3, y + 21), fill=0, width=3)
            draw.text((x + 32, y), label, font=font, fill=0)
            x += 60 + int(draw.textlength(label, font=font)) + 40
    return np.array(picture, np.uint8)


def _noise(page: Grey, grade: float) -> NDArray[np.float64]:
    return np.asarray(page + np.random.default_rng(7).normal(0, grade, page.shape), np.float64)


def _grey(page: NDArray[np.float64]) -> Grey:
    return np.asarray(np.clip(page, 0, 255), np.uint8)


def _skewed(page: Grey, degrees: float) -> Grey:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderValue=(255,)), np.uint8)


def _speckled(page: Grey) -> Grey:
    seen = page.copy()
    seen[np.random.default_rng(7).random(page.shape) < 0.01] = 0
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.6), np.uint8)


def _faxed(page: Grey) -> Grey:
    small = cv2.resize(cv2.GaussianBlur(page, (0, 0), 1.0), (WIDTH * 2 // 3, HEIGHT * 2 // 3))
    return np.asarray(np.where(_noise(cv2.resize(small, (WIDTH, HEIGHT)), 30) < 150, 0, 255), np.uint8)


def _stamped(page: Grey) -> Grey:
    stamp = np.full(page.shape, 255, np.uint8)
    cv2.putText(stamp, "RECEIVED", (250, 500), cv2.FONT_HERSHEY_SIMPLEX, 4, 120, 14)
    return np.asarray(np.minimum(page, _skewed(stamp, 15)), np.uint8)


SPOILED: dict[str, Callable[[Grey], Grey]] = {
    "clean": lambda page: page,
    "light": lambda page: _grey(225 - (255.0 - _noise(page, 0)) * 0.16 + _noise(page * 0, 6)),
    "faint": lambda page: _grey(235 - (255.0 - _noise(page, 0)) * 0.07 + _noise(page * 0, 5)),
    "shaded": lambda page: _grey(_noise(page, 4) * np.linspace(1, 0.35, WIDTH)[None, :]),
    "speckled": _speckled,
    "skewed": lambda page: _skewed(page, 5),
    "upside down": lambda page: np.ascontiguousarray(np.rot90(page, 2)),
    "turned left": lambda page: np.ascontiguousarray(np.rot90(page)),
    "turned right": lambda page: np.ascontiguousarray(np.rot90(page, 3)),
    "white on black": lambda page: np.asarray(255 - page, np.uint8),
    "stamped": _stamped,
    "faxed badly": _faxed,
}


def written(page: Grey, path: Path) -> Path:
    """The page as a PGM file."""
    path.write_bytes(b"P5 %d %d 255\n" % (page.shape[1], page.shape[0]) + page.tobytes())
    return path
