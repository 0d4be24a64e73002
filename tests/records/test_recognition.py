"""What a scan lost is not read: words are sure or marked, and a page with more to it is unread in part."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("rapidocr", reason="RapidOCR, which reads scans, is not installed")

import numpy as np
from PIL import Image, ImageDraw

from assistant.core.record.marks import without_doubt
from assistant.records.page import BLANK, RECOGNISED, UNREADABLE
from assistant.records.picture import Area, BrokenPicture, boxes_on, cover_of, ink_of, is_blank, load
from assistant.records.recognition import PageRead, Recogniser, Word, laid_out
from tests.prove import scale
from tests.records.made_scans import HEIGHT, NOTE, SPOILED, WIDTH, Grey, form, typed, written


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser()


LINES = NOTE if scale.ALL else "\n".join(NOTE.split("\n")[n][:60].rpartition(" ")[0] for n in (0, 5, 9))
"""The note; where not everything is tried, how three of its lines begin."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def read(recogniser: Recogniser, page: Grey, folder: Path) -> PageRead:
    return recogniser.page(written(page, folder / "page.pgm"))


@pytest.mark.parametrize("spoiled", ["turned left", "light", "skewed"][: scale.of(1, 3)])
def test_a_legible_scan_is_read_word_for_word_whichever_way_it_lies(
    recogniser: Recogniser, tmp_path: Path, spoiled: str
) -> None:
    page = typed(LINES)[: HEIGHT // scale.of(2, 1)]  # where not everything is tried, without the empty half
    made = read(recogniser, SPOILED[spoiled](page), tmp_path)
    assert (made.state, made.why) == (RECOGNISED, "")
    found, true = words(without_doubt(made.text)), words(LINES)
    assert len(set(true) & set(found)) >= 0.95 * len(set(true))
    assert made.text.index("carpenter") < made.text.index("Impression") < made.text.index("loosening")


def test_a_page_with_words_that_can_not_be_read_is_unread_in_part_and_marks_them(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    made = read(recogniser, SPOILED["faxed badly"](typed(LINES)), tmp_path)
    assert made.state == UNREADABLE
    assert re.search(r"\d+ of its \d+ words are doubtful", made.why)
    sure = set(words(re.sub("\u2039[^\u203a]*\u203a", " ", made.text)))
    assert len(sure - set(words(LINES))) <= 0.1 * len(sure), "what isn't marked is nearly all right"


def test_writing_that_no_word_covers_is_lost_and_rules_and_specks_are_no_writing() -> None:
    ink = ink_of(typed())
    lines = [Area(60, 115 + number * 50, 1250, 150 + number * 50) for number in range(10)]
    assert cover_of(ink, lines, [], 25.0).lost < 0.01
    half = cover_of(ink, lines[:5], [], 25.0)
    assert 0.35 < half.lost < 0.65
    assert min(area.top for area, _ in half.left) > 350
    ruled = typed("")
    ruled[500:503, 100:1100] = ruled[200:1200, 700:703] = ruled[900:903, 900:903] = 0
    assert cover_of(ink_of(ruled), [], [], 25.0).left == ()


def test_boxes_on_a_scan_are_read_with_their_ticks(recogniser: Recogniser, tmp_path: Path) -> None:
    """Those that touch a line of the form too: below the boxes, above them, at the side of one; each in a row apart."""
    rows = [
        [("Sleepy", False), ("Constipated", True), ("Nausea", False), ("None", False)],
        [("Off work", True), ("Modified work", False), ("Full duty", False)],
    ]
    touched, apart = [("Modified work", True), ("Full duty", False)], [("Off work", False)]
    picture = Image.fromarray(form([*rows, apart, touched, apart, touched, apart, touched]))
    for line in ((60, 433, 1200, 433), (60, 553, 1200, 553), (90, 670, 90, 750)):
        ImageDraw.Draw(picture).line(line, fill=0, width=2)
    made = read(recogniser, np.asarray(picture, np.uint8), tmp_path)
    found = [" ".join(line.split()) for line in made.text.split("\n") if line.strip()]
    assert found[:2] == [
        "\u2610 Sleepy \u2612 Constipated \u2610 Nausea \u2610 None",
        "\u2612 Off work \u2610 Modified work \u2610 Full duty",
    ]
    assert found[3::2] == ["\u2612 Modified work \u2610 Full duty"] * 3


def test_empty_paper_is_blank_and_pale_words_are_not() -> None:
    paper = np.full((HEIGHT, WIDTH), 240, np.float64)
    noisy = np.asarray(np.clip(np.random.default_rng(3).normal(paper, 4), 0, 255), np.uint8)
    assert is_blank(noisy)
    shadowed = noisy.copy()
    shadowed[:, :12] = 30
    assert is_blank(shadowed), "the shadow at the edge of the sheet is nothing written"
    assert not is_blank(SPOILED["faint"](typed()))
    assert not is_blank(SPOILED["white on black"](typed()))


def test_blank_paper_is_told_without_looking_for_words(recogniser: Recogniser, tmp_path: Path) -> None:
    assert read(recogniser, np.full((HEIGHT, WIDTH), 250, np.uint8), tmp_path) == PageRead("", BLANK)


def test_letters_and_cells_of_a_table_are_no_boxes() -> None:
    page = typed("DOOR ODD BOB QUOD DB\nO D B 0 8 Q")
    page[600:800:40, 100:400] = 0
    page[600:762, 100:400:40] = 0
    assert boxes_on(ink_of(page), ink_of(page, 0.7), 24.0) == []


@pytest.mark.parametrize(
    "data", [b"", b"P5 10 10 255\nshort", b"P6 1 1 255\nabc", b"P5 a b c\n", b"P5 0 0 255\n"]
)
def test_a_broken_picture_costs_its_page_and_says_so(
    recogniser: Recogniser, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "page.pgm"
    path.write_bytes(data)
    with pytest.raises(BrokenPicture):
        load(path)
    assert recogniser.page(path) == PageRead("", UNREADABLE, "its picture is broken")


def test_a_day_or_a_label_that_ran_on_into_a_word_is_parted() -> None:
    for read, line in [
        ("MD4/29/2019", "MD 4/29/2019"),
        ("RoeDate: 5/24/19", "Roe Date: 5/24/19"),
        ("DOB: 01/02/1960", "DOB: 01/02/1960"),
        ("L4/5 and T12/L1 on 5/4/19", "L4/5 and T12/L1 on 5/4/19"),
        ("update: none", "update: none"),
        ("Pell, MDAssistant: Roe", "Pell, MD Assistant: Roe"),
        ("PellDate of Surgery: 5/4/19", "Pell Date of Surgery: 5/4/19"),
        ("McDonald: none", "McDonald: none"),
    ]:
        words = [Word(one, Area(100 * at, 0, 100 * at + 95, 20), 1.0) for at, one in enumerate(read.split())]
        assert laid_out(words, 1_000) == line
