"""The letter as a Word file (.docx): real headings, lists and page fields, the digest on every page.

It holds no author, machine or time, and the same letter gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor

from assistant.letter.document import Letter
from assistant.letter.formats import EachPage, Piece, each_page, pieces

_STYLES = {
    "title": "Heading 1",
    "heading": "Heading 2",
    "subheading": "Heading 3",
    "point": "List Bullet",
}
_FONT = "Times New Roman"
_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of the archive: the earliest that it can hold."""


def to_docx(letter: Letter, part: str = "both") -> bytes:
    """The letter, or one of its two documents, as the bytes of a Word file."""
    document = docx.Document()
    _set_styles(document)
    _on_each_page(document, each_page(letter, part))
    titles = 0
    for piece in pieces(letter, part):
        _write(document, piece, new_page=piece.kind == "title" and titles > 0)
        titles += piece.kind == "title"
    _forget_the_writer(document, letter.tops[0].title)
    made = io.BytesIO()
    document.save(made)
    return _with_one_time(made)


def _write(document: Any, piece: Piece, new_page: bool) -> None:
    paragraph = document.add_paragraph(style=_STYLES.get(piece.kind, "Normal"))
    form = paragraph.paragraph_format
    form.page_break_before = True if new_page else None
    form.keep_with_next = True if "heading" in piece.kind or piece.kind == "title" or not piece.text else None
    if piece.label:
        paragraph.add_run(piece.label).bold = True
    if piece.label and piece.text:
        paragraph.add_run(" ") if piece.kind != "box" else paragraph.add_run().add_break()
    run = paragraph.add_run(piece.text)
    if piece.kind == "banner":
        run.bold = True
    if piece.kind in ("line", "letterhead"):
        form.space_after = Pt(0)
    if piece.kind == "footer":
        run.font.size = Pt(8.5)
    if piece.kind == "box":
        _frame_in(paragraph)


def _frame_in(paragraph: Any) -> None:
    """A line around a paragraph; paragraphs with equal lines that follow each other share one frame."""
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "6"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _set_styles(document: Any) -> None:
    for name, size in (("Normal", 10.5), ("Heading 1", 16), ("Heading 2", 12), ("Heading 3", 10.5)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for which in list(fonts.attrib):
            if "Theme" in which:
                del fonts.attrib[which]
        for which in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(which), _FONT)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    document.styles["List Bullet"].paragraph_format.space_after = Pt(2)
    for section in document.sections:
        section.page_width, section.page_height = Inches(8.5), Inches(11)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Inches(0.9)


def _on_each_page(document: Any, on_each: EachPage) -> None:
    section = document.sections[0]
    head = section.header.paragraphs[0]
    head.add_run(on_each.head).font.size = Pt(8)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.clear_all()
    foot.add_run(on_each.digest).font.size = Pt(7.5)
    line = section.footer.add_paragraph(style=foot.style)
    line.paragraph_format.tab_stops.add_tab_stop(Inches(6.5), WD_TAB_ALIGNMENT.RIGHT)
    before, _, rest = on_each.number.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        line.add_run(text).font.size = Pt(7.5)
        if field:
            _add_field(line, field)


def _add_field(paragraph: Any, code: str) -> None:
    """A field that Word fills in; until then it says 1."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        run.font.size = Pt(7.5)
        if kind == "":
            instruction = OxmlElement("w:instrText")
            instruction.text = code
            run._r.append(instruction)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _forget_the_writer(document: Any, title: str) -> None:
    """Takes out what says who made the file, with what and when; leaves the title, which screen readers read out."""
    properties = document.core_properties._element
    for child in list(properties):
        properties.remove(child)
    document.core_properties.title = title
    document.core_properties.language = "en-US"
    relations = document.part.package.rels
    for name, relation in list(relations.items()):
        if relation.reltype == RELATIONSHIP_TYPE.EXTENDED_PROPERTIES or "thumbnail" in relation.reltype:
            del relations[name]


def _with_one_time(made: io.BytesIO) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(made) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            written.writestr(entry, read.read(name))
    return out.getvalue()
