"""The letter as a Word file: its styles, what it reads back as, and what the file doesn't hold."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest

from assistant.core.value import replace
from assistant.letter import Letter
from assistant.letter.document import LetterSentence
from assistant.letter.docx import to_docx
from assistant.letter.formats import pieces
from assistant.records.reading import ReaderApart

STYLES = {"title": "Heading 1", "heading": "Heading 2", "subheading": "Heading 3", "point": "List Bullet"}


def told(letter: Letter, part: str) -> list[tuple[str, str]]:
    """What each paragraph is to say, and in which style."""
    return [
        (" ".join(f"{one.label} {one.text}".split()), STYLES.get(one.kind, "Normal"))
        for one in pieces(letter, part)
    ]


@pytest.mark.parametrize("part", ["determination", "record", "both"])
def test_it_reads_back_as_the_letter_in_real_styles(letter: Letter, part: str) -> None:
    document = docx.Document(io.BytesIO(to_docx(letter, part)))
    said = [(" ".join(one.text.split()), str(one.style.name)) for one in document.paragraphs if one.style]
    assert said == told(letter, part)


def test_every_page_has_a_heading_the_digest_and_fields_for_its_number(letter: Letter) -> None:
    section = docx.Document(io.BytesIO(to_docx(letter, "determination"))).sections[0]
    assert section.header.paragraphs[0].text.startswith(
        "PRACTICE - not a determination - Independent Medical"
    )
    assert section.footer.paragraphs[0].text == f"SHA-256 {letter.body_hash}"
    fields = re.findall(r"<w:instrText[^>]*>(\w+)<", section.footer._element.xml)
    assert fields == ["PAGE", "NUMPAGES"]


def test_it_holds_no_author_machine_or_time_and_is_the_same_again(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = to_docx(letter, "both")
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 1, 126, 0))
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    assert to_docx(letter, "both") == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = archive.namelist()
        core = archive.read("docProps/core.xml").decode()
    assert not [name for name in names if "app.xml" in name or "thumbnail" in name]
    assert not re.search("creator|lastModifiedBy|created|modified|description", core)


def test_foreign_text_is_text(letter: Letter) -> None:
    top = replace(letter.tops[0], lines=(LetterSentence("To: <w:p>&\u241b[31m 中"),))
    document = docx.Document(io.BytesIO(to_docx(replace(letter, tops=(top,)), "determination")))
    assert "To: <w:p>&\u241b[31m 中" in [one.text for one in document.paragraphs]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice isn't installed")
def test_libreoffice_opens_it_with_the_same_words(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(to_docx(letter, "determination"))
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "letter.docx")],
        check=True,
        capture_output=True,
        timeout=600,
    )
    with ReaderApart("pdf", tmp_path / "letter.pdf", "letter.pdf") as reader:
        text = " ".join(page.text for page in reader.texts(1, reader.pages))
    flat = re.sub(r"\s", "", text)
    for words, _ in told(letter, "determination"):
        assert re.sub(r"\s", "", words)[:60] in flat
