"""Files of the kinds that people send, made for the tests; none is anybody's record."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import docx
import msgspec
from docx.enum.text import WD_BREAK

from assistant.records.reading import ReaderApart, Recogniser
from benchmarks.pdf_writer import pdf, picture_pdf, text_pdf

NOTE = "PROGRESS NOTE\nDate of visit: May 10, 2014\nAttending provider\n\nNeck pain is unchanged after the fusion."
FILMS = "RADIOLOGY REPORT\nDate of study: July 12, 2014\n\nThere is no evidence of loosening.\nElectronically signed by Ann Poe, M.D."
CASE = """\
# facts
id: neck
title: Neck films
documents: []
timeline: []
items:
  "1": {service: radiographs of the neck, region: cervical spine, prompt_set: cervical-radiography}
"""

WIDTH, HEIGHT = 306, 396
PAPER = bytes([250]) * (WIDTH * HEIGHT)
INK = bytes([250, 250, 20, 250]) * (WIDTH * HEIGHT // 4)


def case_folder(folder: Path, text: str = CASE) -> Path:
    """A case without documents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(text, "utf-8")
    return folder


def written(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def bundle() -> bytes:
    """A PDF of three documents: a note of two pages, a report of one, a review report of two."""
    return text_pdf(
        [
            f"{NOTE}\nPage 1 of 2",
            "PROGRESS NOTE, continued\nDate of visit: May 10, 2014\nPlan: films.\nPage 2 of 2",
            FILMS,
            "UTILIZATION REVIEW DETERMINATION\nDate: April 20, 2014\nDate of injury: 10/31/2012\nThe request is denied.",
            "The guideline is quoted here.",
        ]
    )


def scan(pictures: Sequence[bytes] = (INK,), texts: Sequence[str] = ()) -> bytes:
    """A PDF whose pages are pictures, some with a line of text over them."""
    return picture_pdf([(WIDTH, HEIGHT, one) for one in pictures], texts)


def form() -> bytes:
    """A PDF whose words stand in a form field, in a text box over the page and in a note at its margin."""
    objects = [
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (suspects pseudarthrosis) /Rect [100 600 400 620]"
        " /DA (/F1 10 Tf 0 g) /F 4 >>",
        "<< /Type /Annot /Subtype /Text /Contents (see the film of June) /Rect [10 10 30 30] >>",
        "<< /Type /Annot /Subtype /FreeText /Contents (typed over the page) /DA (/F1 10 Tf) /Rect [100 500 400 520] >>",
    ]
    catalogue = "/AcroForm << /Fields [4 0 R] /DR << /Font << /F1 3 0 R >> >> /DA (/F1 10 Tf 0 g) /NeedAppearances true >>"
    stream = b"BT /F1 9 Tf 40 760 Td (Diagnosis:) Tj ET"
    return pdf([(stream, "")], objects=objects, extra=catalogue, page_extra="/Annots [4 0 R 5 0 R 6 0 R]")


def locked() -> bytes:
    """A PDF that opens with a password only."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >>" % (b"o" * 32, b"u" * 32)
    return text_pdf([NOTE]).replace(b"/Root 1 0 R", b"/Root 1 0 R /ID [<00><00>] /Encrypt " + lock)


def word_file(*pages: Sequence[str], header: str = "", table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file with a page for each list of paragraphs, and a table at its end."""
    made = docx.Document()
    if header:
        made.sections[0].header.paragraphs[0].text = header
    for number, paragraphs in enumerate(pages):
        if number:
            made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for paragraph in paragraphs:
            made.add_paragraph(paragraph)
    if table:
        grid = made.add_table(len(table), len(table[0]))
        for row, cells in enumerate(table):
            for column, text in enumerate(cells):
                grid.cell(row, column).text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def broken_word_file() -> bytes:
    """A Word file whose text breaks off in the middle."""
    whole = zipfile.ZipFile(io.BytesIO(word_file(["words"])))
    out = io.BytesIO()
    with whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            data = whole.read(name)
            made.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)
    return out.getvalue()


class FakeRecogniser(Recogniser):
    """Answers every picture with the same, as the real one would, and counts how many it was asked to read."""

    name: str = "RapidOCR 9.9"
    answer: dict[str, str] | None = None
    pictures: list[str] = msgspec.field(default_factory=list)

    def open(self) -> ReaderApart:
        return cast(ReaderApart, self)

    def read(self, picture: Path) -> dict[str, str] | None:
        self.pictures.append(picture.name)
        return {"text": "", "state": "blank"} if picture.read_bytes().count(20) == 0 else self.answer

    def end(self) -> None:
        """There is no process to end."""

    def close(self) -> None:
        """There is no process to close."""


def recogniser(*lines: str, state: str = "recognised", why: str = "") -> FakeRecogniser:
    """A recogniser that reads these lines in every picture."""
    return FakeRecogniser(answer={"text": "\n".join(lines), "state": state, "why": why})
