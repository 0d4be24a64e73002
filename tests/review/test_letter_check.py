"""A file that goes around as a letter, held against the log: true ones pass, forged ones are named where they differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.core.session import Determination, Session
from assistant.core.value import replace
from assistant.letter import Letter, json_text, to_markdown, to_text
from assistant.letter.docx import to_docx
from assistant.records.pdf import drawings
from assistant.review.letter_check import LetterChecked, check_file
from tests.letter.reviewing import Signed, published

pytest.importorskip("typst", reason="the extra for letters isn't installed")
from assistant.letter.pdf import to_pdf

WRITERS: dict[str, Callable[[Letter, str], bytes]] = {
    "txt": lambda letter, part: to_text(letter, part).encode(),
    "md": lambda letter, part: to_markdown(letter, part).encode(),
    "json": lambda letter, part: json_text(letter, part).encode(),
    "pdf": to_pdf,
    "docx": to_docx,
}
BINARY = ("pdf", "docx")


@pytest.fixture
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """A signed session, and what composes its letters."""
    return published(tmp_path_factory.mktemp("published"))


def letter_of(signed: Signed) -> Letter:
    session, compose = signed
    return compose(session)


def checked(signed: Signed, file: Path) -> LetterChecked:
    return check_file(file, *signed, WRITERS.get(file.suffix[1:]), drawings)


def written(letter: Letter, form: str, part: str, tmp_path: Path) -> Path:
    file = tmp_path / f"{part}.{form}"
    file.write_bytes(WRITERS[form](letter, part))
    return file


@pytest.mark.parametrize("form", WRITERS)
def test_what_this_program_wrote_has_the_very_bytes(signed: Signed, form: str, tmp_path: Path) -> None:
    for part in ("determination", "record", "both"):
        found = checked(signed, written(letter_of(signed), form, part, tmp_path))
        assert (found.ok, found.part, found.same_bytes) == (True, part, True)


@pytest.mark.parametrize("form", WRITERS)
def test_a_forged_decision_is_named_though_the_right_digest_is_printed_on_it(
    signed: Signed, form: str, tmp_path: Path
) -> None:
    letter = letter_of(signed)

    def turned(text: str) -> str:
        return text.replace("Upheld (treatment not approved)", "Overturned (treatment approved)")

    sections = tuple(
        replace(
            section,
            blocks=tuple(
                replace(
                    block, sentences=tuple(replace(one, text=turned(one.text)) for one in block.sentences)
                )
                for block in section.blocks
            ),
        )
        for section in letter.sections
    )
    forged = replace(letter, sections=sections, body=turned(letter.body))
    file = written(forged, form, "determination", tmp_path)
    if form == "txt":
        file.write_text(turned(to_text(letter, "determination")))
    found = checked(signed, file)
    assert not found.ok
    assert "Overturned" in found.difference
    assert "Upheld" in found.difference


@pytest.mark.parametrize("form", BINARY)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda words: [*words[1:2], *words[:1], *words[2:]], "where the log has"),
        (lambda words: words[:-1], "lacks|where the log has"),
        (lambda words: [*words, "The appeal is waived."], "where the log has"),
    ],
    ids=["another order", "a sentence less", "a sentence more"],
)
def test_sentences_moved_left_out_or_added_are_named(
    signed: Signed, form: str, change: Callable[[list[str]], list[str]], said: str, tmp_path: Path
) -> None:
    letter = letter_of(signed)
    effect = next(one for one in letter.sections if one.title.startswith("Effect"))
    told = effect.blocks[0].sentences
    words = change([one.text for one in told])
    forged = replace(effect.blocks[0], sentences=tuple(replace(told[0], text=text) for text in words))
    sections = tuple(
        replace(one, blocks=(forged, *one.blocks[1:])) if one is effect else one for one in letter.sections
    )
    found = checked(signed, written(replace(letter, sections=sections), form, "determination", tmp_path))
    assert not found.ok
    assert any(words in found.difference for words in said.split("|"))


def test_a_letter_written_before_an_addendum_is_known_as_that(signed: Signed, tmp_path: Path) -> None:
    files = [written(letter_of(signed), form, "determination", tmp_path) for form in ("txt", *BINARY)]
    session, compose = signed
    later = replace(session, addenda=("A page arrived later.",)), compose
    for file in files:
        found = checked(later, file)
        assert (found.ok, found.addenda, found.without_addenda) == (True, 0, 1), file.name
    again = checked(later, written(letter_of(later), "pdf", "determination", tmp_path))
    assert (again.ok, again.addenda, again.without_addenda) == (True, 1, 0)


def test_what_stands_on_every_page_may_break_after_a_hyphen(signed: Signed, tmp_path: Path) -> None:
    session, compose = signed

    def long_above(one: Session) -> Letter:
        return replace(compose(one), banner=("the-case-of-a-name-" * 12,))

    file = written(long_above(session), "pdf", "both", tmp_path)
    assert checked((session, long_above), file).same_bytes
    assert not checked(signed, file).ok


def test_a_picture_over_the_words_is_named(signed: Signed, tmp_path: Path) -> None:
    import pypdfium2

    file = written(letter_of(signed), "pdf", "determination", tmp_path)
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        picture = pypdfium2.PdfImage.new(document)
        bitmap = pypdfium2.PdfBitmap.new_native(8, 8, 4)
        picture.set_bitmap(bitmap)
        picture.set_matrix(pypdfium2.PdfMatrix().scale(200, 50).translate(60, 600))
        page.insert_obj(picture)
        page.gen_content()
        document.save(tmp_path / "covered.pdf")
    found = checked(signed, tmp_path / "covered.pdf")
    assert found.difference == "The file holds pictures, drawings or notes that the letter has not."


def test_hidden_words_in_a_word_file_are_named(signed: Signed, tmp_path: Path) -> None:
    import docx

    file = written(letter_of(signed), "docx", "determination", tmp_path)
    document = docx.Document(str(file))
    document.paragraphs[3].runs[0].font.hidden = True
    document.save(str(file))
    assert "hidden words" in checked(signed, file).difference


def test_a_word_file_that_was_only_saved_again_has_the_same_words(signed: Signed, tmp_path: Path) -> None:
    import docx

    file = written(letter_of(signed), "docx", "determination", tmp_path)
    docx.Document(str(file)).save(str(file))
    found = checked(signed, file)
    assert (found.ok, found.same_bytes) == (True, False)


def test_the_letter_of_another_decision_is_named(signed: Signed, tmp_path: Path) -> None:
    session, compose = signed
    made = Determination("overturned", "upheld", "The hardware has to be seen.")
    other = compose(replace(session, determinations={"1": made}))
    for form in WRITERS:
        assert not checked(signed, written(other, form, "both", tmp_path)).ok


def test_what_is_no_letter_is_refused_or_named(signed: Signed, tmp_path: Path) -> None:
    for name, data in {"a.pdf": b"%PDF-1.7 no", "b.docx": b"PK no"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Refused):
            checked(signed, tmp_path / name)
    with pytest.raises(Refused, match="has to end in"):
        checked(signed, tmp_path / "letter.odt")
    with pytest.raises(Refused, match="no such file"):
        checked(signed, tmp_path / "missing.pdf")
    twice = b'{"outcome": "overturn",' + WRITERS["json"](letter_of(signed), "both").lstrip()[1:]
    files = {"c.json": b"{", "d.json": json.dumps([1]).encode(), "e.txt": b"Dear Sir", "f.json": twice}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        assert not checked(signed, tmp_path / name).ok
