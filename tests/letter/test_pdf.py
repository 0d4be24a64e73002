"""The letter as a PDF file: what a reader of PDF files gets out of it, and what the file doesn't hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.letter import Letter
from assistant.letter.document import LetterSentence
from assistant.letter.formats import each_page, pieces
from assistant.records.reading import ReaderApart

pytest.importorskip("typst", reason="the extra for letters isn't installed")
from assistant.letter.pdf import to_pdf

PARTS = ("determination", "record", "both")


def pages(data: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "letter.pdf"
    path.write_bytes(data)
    with ReaderApart("pdf", path, path.name) as reader:
        return [" ".join(page.text.split()) for page in reader.texts(1, reader.pages)]


def test_it_reads_in_the_order_of_the_letter(letter: Letter, tmp_path: Path) -> None:
    for part in PARTS:
        text = " ".join(pages(to_pdf(letter, part), tmp_path))
        places = [text.find(piece.text[:40], 0) for piece in pieces(letter, part) if piece.kind == "heading"]
        assert -1 not in places
        assert places == sorted(places)


def test_every_page_has_its_heading_the_digest_and_its_number(letter: Letter, tmp_path: Path) -> None:
    made = pages(to_pdf(letter, "both"), tmp_path)
    for number, text in enumerate(made, 1):
        assert text.startswith(each_page(letter, "both").head)
        assert text.endswith(f"SHA-256 {letter.body_hash} Page {number} of {len(made)}")


def test_what_is_sent_has_no_more_than_three_pages(letter: Letter, tmp_path: Path) -> None:
    assert len(pages(to_pdf(letter, "determination"), tmp_path)) <= 3


def test_it_is_tagged_and_holds_no_author_machine_or_time(letter: Letter) -> None:
    made = to_pdf(letter, "determination")
    assert b"/MarkInfo" in made
    assert b"/StructTreeRoot" in made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert not re.search(rb"/Author|/CreationDate|/ModDate|xmp:CreateDate|xmp:ModifyDate|dc:creator", made)


def test_the_same_letter_gives_the_same_bytes(letter: Letter) -> None:
    assert to_pdf(letter, "both") == to_pdf(letter, "both")


def test_foreign_text_is_set_as_it_is(letter: Letter, tmp_path: Path) -> None:
    hostile = '#panic("x") *b* = h $x$ @a <b> [c] \\n "q" // ж א'
    top = replace(letter.tops[0], lines=(LetterSentence(f"To: {hostile}"),))
    text = pages(to_pdf(replace(letter, tops=(top, *letter.tops[1:])), "determination"), tmp_path)[0]
    assert '#panic("x") *b* = h $x$ @a <b> [c] \\n "q" //' in text


def test_a_character_that_no_font_has_is_named(letter: Letter) -> None:
    top = replace(letter.tops[0], lines=(LetterSentence("To: 中"),))
    with pytest.raises(Refused, match=r"no font that comes with the program has 中.*docx or text"):
        to_pdf(replace(letter, tops=(top, *letter.tops[1:])), "determination")
