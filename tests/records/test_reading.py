"""Pages stay pages, words stay words, and what can't be read is never said to have been."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from assistant import machine
from assistant.core.problem import Refused
from assistant.records import reading
from assistant.records.page import BLANK, PICTURE, RECOGNISED, TEXT, UNREADABLE, ReadPage, read_pages
from assistant.records.reading import (
    PageJournal,
    ReaderApart,
    ReadFile,
    Recogniser,
    find_recogniser,
    read_record_file,
)
from benchmarks.pdf_writer import pdf, picture_pdf, text_pdf
from tests.records.made_files import (
    FILMS,
    INK,
    NOTE,
    PAPER,
    FakeRecogniser,
    broken_word_file,
    bundle,
    form,
    locked,
    recogniser,
    scan,
    word_file,
    written,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def read(
    path: Path,
    data: bytes,
    by: Recogniser | None = None,
    kind: str = "pdf",
    told: list[str] | None = None,
) -> ReadFile:
    def progress(what: str, done: int, total: int) -> None:
        if told is not None:
            told.append(f"{what} {done}/{total}")

    file = written(path / f"file.{kind}", data)
    with PageJournal(path / "journal") as journal:
        return read_record_file(kind, file, file.name, journal, by, progress)


def states(made: ReadFile) -> list[str]:
    return [page.state for page in made.pages]


# -- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_in_the_order_of_its_words(place: Path, turn: int) -> None:
    row = b"BT /F1 10 Tf 72 %d Td (%s) Tj 200 0 Td (%s) Tj ET\n"
    stream = b"".join(
        row % (700 - 20 * n, b"Date of visit: %d" % n, b"Claim number %d" % n) for n in range(9)
    )
    text = read(place, pdf([(stream, "")], page_extra=f"/Rotate {turn}")).pages[0].text
    assert text.split("\n")[0].split() == "Date of visit: 0 Claim number 0".split()
    assert text.index("visit: 0") < text.index("visit: 8")


def test_pages_of_a_pdf_stay_pages(place: Path) -> None:
    told: list[str] = []
    made = read(place, bundle(), told=told)
    assert states(made) == [TEXT] * 5
    assert made.pages[2].text.startswith("RADIOLOGY REPORT\nDate of study: July 12, 2014")
    assert [page.number for page in made.pages] == [1, 2, 3, 4, 5]
    assert told == [f"read {n}/5" for n in range(1, 6)]


def test_a_word_parted_at_the_end_of_a_line_keeps_its_hyphen_and_its_line(place: Path) -> None:
    assert (
        read(place, text_pdf(["suspects pseud-\narthrosis here"])).pages[0].text
        == "suspects pseud-\narthrosis here"
    )


def test_an_empty_page_is_blank_and_counts_as_read(place: Path) -> None:
    made = read(place, text_pdf([NOTE, ""]))
    assert states(made) == [TEXT, BLANK]
    assert made.unread == ()


def test_words_in_form_fields_and_notes_are_words_of_the_page(place: Path) -> None:
    (page,) = read(place, form()).pages
    for words in ("Diagnosis:", "suspects pseudarthrosis", "see the film of June", "typed over the page"):
        assert page.text.count(words) == 1


def test_a_letter_in_a_drawn_box_ticks_it_and_is_no_word(place: Path) -> None:
    boxes = b"80 755 10 10 re S 180 755 10 10 re S BT /F1 9 Tf 1 0 0 1 82.3 757.5 Tm (X) Tj"
    words = b" 1 0 0 1 95 757.5 Tm (Approved) Tj 1 0 0 1 195 757.5 Tm (Denied) Tj ET"
    (page,) = read(place, pdf([(boxes + words, "")])).pages
    assert page.text.split() == ["\u2612", "Approved", "\u2610", "Denied"]


def test_boxes_in_the_columns_of_a_table_stand_behind_the_words_of_their_row(place: Path) -> None:
    boxes = b"300 755 10 10 re S 360 755 10 10 re S BT /F1 9 Tf 1 0 0 1 362.3 757.5 Tm (X) Tj"
    (page,) = read(place, pdf([(boxes + b" 1 0 0 1 40 757.5 Tm (Knee brace) Tj ET", "")])).pages
    assert page.text.split() == ["Knee", "brace", "\u2610", "\u2612"]


def test_a_page_is_never_two_pages(place: Path) -> None:
    stream = b"BT /F1 9 Tf 40 760 Td (one\\ftwo\\000) Tj ET"
    (page,) = read(place, pdf([(stream, "")])).pages
    assert "\f" not in page.text
    assert "\x00" not in page.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (locked(), "protected by a password"),
        (pdf([]), "damaged; no page|has no pages"),
        (b"%PDF-1.4\nnothing\n%%EOF", "damaged; no page"),
        (
            text_pdf([NOTE], extra="/NeedsRendering true /AcroForm << /XFA [(a) 4 0 R] /Fields [] >>"),
            "Adobe form",
        ),
    ],
)
def test_a_pdf_that_can_not_be_read_is_refused(place: Path, data: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        read(place, data)
    assert caught.value.problems[0].where == "file.pdf"
    assert caught.value.problems[0].fix


def test_files_inside_a_pdf_are_told(place: Path) -> None:
    data = text_pdf(
        [NOTE], extra="/Names << /EmbeddedFiles << /Names [(a) << /F (a) /EF << /F 4 0 R >> >>] >> >>"
    )
    assert read(place, data).notes == ("1 attached file inside it was not read.",)


# -- pictures of pages ----------------------------------------------------------------------------


def test_without_a_recogniser_a_page_that_is_a_picture_is_not_read(place: Path) -> None:
    made = read(place, scan([INK, INK], ["FAX 1/2 RECEIVED", NOTE + " word" * 40]))
    assert states(made) == [PICTURE, TEXT]
    assert made.unread == (1,)
    assert made.pages[0].text == "FAX 1/2 RECEIVED", "its few words can still be found"


def test_fonts_without_letters_are_no_text_layer(place: Path) -> None:
    codes = "".join(f"\\{n:03o}" for n in (1, 2, 3, 4, 5, 6)) * 20
    (page,) = read(place, pdf([(f"BT /F1 9 Tf 40 760 Td ({codes}) Tj ET".encode(), "")])).pages
    assert page.state == PICTURE


@pytest.fixture
def fake() -> FakeRecogniser:
    return recogniser("PROGRESS NOTE", "suspects pseudarthrosis")


def test_the_words_of_a_picture_are_read_and_marked_so(place: Path, fake: FakeRecogniser) -> None:
    told: list[str] = []
    made = read(place, scan([INK, INK], ["", "FAX 1/2"]), fake, told=told)
    assert states(made) == [RECOGNISED, RECOGNISED]
    assert made.pages[0].text == "PROGRESS NOTE\nsuspects pseudarthrosis"
    assert made.pages[1].text == "FAX 1/2\nPROGRESS NOTE\nsuspects pseudarthrosis"
    assert made.recognised_by == "RapidOCR 9.9"
    assert told == ["read 1/2", "read 2/2", "recognise 0/2", "recognise 1/2", "recognise 2/2"]
    assert not list(place.glob("*.pgm")), "no picture of a page is left behind"


def test_the_empty_back_of_a_sheet_is_blank(place: Path, fake: FakeRecogniser) -> None:
    assert states(read(place, scan([PAPER]), fake)) == [BLANK]


def test_a_picture_that_can_not_be_unpacked_is_not_blank(place: Path, fake: FakeRecogniser) -> None:
    broken = picture_pdf([(306, 396, PAPER)]).replace(b"/FlateDecode", b"/JPXDecode  ")
    (page,) = read(place, broken, fake).pages
    assert (page.state, page.why) == (UNREADABLE, "a picture on it is broken")


def test_a_page_that_is_read_in_part_keeps_its_words_and_counts_as_unread(place: Path) -> None:
    partly = recogniser("Denies \u2039fewer\u203a", state=UNREADABLE, why="1 of its 2 words is doubtful")
    made = read(place, scan(), partly)
    assert (made.pages[0].state, made.pages[0].why) == (UNREADABLE, "1 of its 2 words is doubtful")
    assert made.pages[0].text == "Denies \u2039fewer\u203a"
    assert made.unread == (1,)


def test_a_recognition_that_fails_leaves_the_page_unread(place: Path) -> None:
    (page,) = read(place, scan(), FakeRecogniser()).pages
    assert (page.state, page.why) == (UNREADABLE, "its picture can't be read")


def test_what_was_read_without_a_recogniser_is_read_on_with_it(place: Path, fake: FakeRecogniser) -> None:
    assert states(read(place, scan([INK, PAPER], ["", NOTE + " word" * 40]))) == [PICTURE, TEXT]
    told: list[str] = []
    assert states(read(place, scan([INK, PAPER]), fake, told=told)) == [RECOGNISED, TEXT]
    assert told == ["recognise 0/1", "recognise 1/1"]


def test_a_recogniser_that_is_killed_costs_the_page_and_starts_no_other(place: Path) -> None:
    found = find_recogniser()
    if found is None:
        pytest.skip("RapidOCR is not installed")
    process = found.open()
    process.end()
    assert process.read(place / "none.pgm") is None
    assert process._process is None


# -- what takes the reader down -------------------------------------------------------------------

CRASHES = """
import os, sys, json
print(json.dumps({"pages": 4, "notes": []}), flush=True)
for line in sys.stdin:
    command, first, last = json.loads(line)
    for page in range(first, last + 1):
        if page == 2:
            %s
        print(json.dumps({"page": page, "text": "words", "state": "text"}), flush=True)
"""


@pytest.fixture
def reader_that(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a reader in the place of the real one that does something at page 2."""
    real = machine.subprocess.Popen

    def put(what: str, script: str = CRASHES) -> None:
        def popen(command: list[str], **more: object) -> object:
            return real([sys.executable, "-c", script % what if "%s" in script else script], **more)  # type: ignore[call-overload]

        monkeypatch.setattr(machine.subprocess, "Popen", popen)

    return put


@pytest.mark.parametrize("what", ["os.kill(os.getpid(), 11)", "import time; time.sleep(60)", "sys.exit(3)"])
def test_a_page_that_takes_the_reader_down_costs_that_page(
    place: Path, reader_that: Callable[..., None], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(reading, "PAGE_SECONDS", 0.5)
    reader_that(what)
    made = read(place, bundle())
    assert states(made) == [TEXT, UNREADABLE, TEXT, TEXT]
    assert made.pages[1].why


def test_a_file_that_takes_the_reader_down_at_once_is_refused(
    place: Path, reader_that: Callable[..., None]
) -> None:
    reader_that("", "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(Refused, match="the reader failed on it"):
        read(place, bundle())


def test_a_file_of_nothing_but_such_pages_is_given_up(
    place: Path, reader_that: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_FAILURES", 1)
    reader_that("", CRASHES.replace("if page == 2", "if True") % "sys.exit(3)")
    with pytest.raises(Refused, match="too damaged"):
        read(place, bundle())


def test_a_reader_that_was_left_alone_ends(place: Path) -> None:
    reader = ReaderApart("pdf", written(place / "a.pdf", bundle()), "a.pdf")
    assert reader._process is not None
    process = reader._process._process
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0
    reader.close()


def test_without_the_library_the_install_command_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for kind in ("pdf", "docx"):
        with pytest.raises(Refused, match=r"pip install 'imr-assistant\[documents\]'"):
            ReaderApart(kind, place, "a")


# -- Word -----------------------------------------------------------------------------------------


def test_page_breaks_of_a_word_file_are_pages(place: Path) -> None:
    made = read(
        place, word_file(["one", "1"], ["two"], header="A Header", table=[["Level", "C5-C6"]]), kind="docx"
    )
    assert [page.text for page in made.pages] == ["A Header\none\n1", "two\nLevel\tC5-C6"]
    assert states(made) == [TEXT, TEXT]


def element(name: str, **attributes: str) -> object:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def test_the_breaks_that_word_noted_are_pages_once(place: Path) -> None:
    made = docx.Document()
    made.add_paragraph("one")
    made.add_paragraph().add_run()._r.append(element("w:br", type="page"))
    run = made.add_paragraph().add_run()
    run._r.append(element("w:lastRenderedPageBreak"))
    run.add_text("two, up to")
    run._r.append(element("w:lastRenderedPageBreak"))
    run.add_text("three")
    last = made.add_paragraph("four")
    last._p.get_or_add_pPr().append(element("w:pageBreakBefore"))
    made.save(str(place / "a.docx"))
    pages = read(place, (place / "a.docx").read_bytes(), kind="docx").pages
    assert [page.text for page in pages] == ["one", "two, up to", "three", "four"]


def test_what_a_writer_struck_out_is_not_read_and_what_stands_in_boxes_is(place: Path) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("kept ")
    struck = element("w:del")
    struck.append(element("w:r"))  # type: ignore[attr-defined]
    gone = element("w:delText")
    gone.text = "struck"  # type: ignore[attr-defined]
    struck[0].append(gone)  # type: ignore[index]
    added = element("w:ins")
    added.append(element("w:r"))  # type: ignore[attr-defined]
    text = element("w:t")
    text.text = "added"  # type: ignore[attr-defined]
    added[0].append(text)  # type: ignore[index]
    paragraph._p.append(struck)
    paragraph._p.append(added)
    made.save(str(place / "a.docx"))
    (page,) = read(place, (place / "a.docx").read_bytes(), kind="docx").pages
    assert page.text == "kept added"


def test_a_word_file_of_pictures_is_not_read(place: Path, fake: FakeRecogniser) -> None:
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )
    made = docx.Document()
    made.add_picture(str(written(place / "a.png", png)))
    made.save(str(place / "a.docx"))
    assert states(read(place, (place / "a.docx").read_bytes(), fake, kind="docx")) == [PICTURE]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04" + b"x" * 50, word_file([]), broken_word_file()],
    ids=["cut", "empty", "broken"],
)
def test_a_word_file_that_can_not_be_read_is_refused(place: Path, data: bytes) -> None:
    with pytest.raises(Refused, match="Word file"):
        read(place, data, kind="docx")


# -- plain text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (b"one\r\ntwo\r", ["one\ntwo"]),
        (b"one\ftwo\f", ["one", "two"]),
        (b"one\f\ftwo", ["one", "", "two"]),
        (b"\xef\xbb\xbfone", ["one"]),
        (
            "e\u0301 \u05e9\u05dc\u05d5\u05dd \u202ea \x1b[2J".encode(),
            ["e\u0301 \u05e9\u05dc\u05d5\u05dd \u202ea \x1b[2J"],
        ),
    ],
)
def test_a_text_is_taken_as_it_is_and_a_form_feed_ends_a_page(
    place: Path, data: bytes, pages: list[str]
) -> None:
    assert read_pages(written(place / "a.txt", data), "a.txt") == pages


def test_a_page_of_five_megabytes_is_a_page(place: Path) -> None:
    (page,) = read(place, b"word " * 1_000_000, kind="text").pages
    assert len(page.text) == 5_000_000


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"one\ncaf\xe9", "file.txt, line 2: The file is not UTF-8"),
        (b"\n\f \n", "no words"),
        (b"a" * 5000 + b"\0", "zero bytes"),
    ],
)
def test_a_text_that_is_none_is_refused(place: Path, data: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        read_pages(written(place / "file.txt", data), "file.txt")


# -- the journal ----------------------------------------------------------------------------------


def test_a_cut_costs_no_page_that_was_read(place: Path) -> None:
    told: list[str] = []

    def stop_at_three(what: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    file = written(place / "file.pdf", bundle())
    with PageJournal(place / "journal") as journal, pytest.raises(KeyboardInterrupt):
        read_record_file("pdf", file, file.name, journal, None, stop_at_three)
    made = read(place, bundle(), told=told)
    assert told == ["read 4/5", "read 5/5"]
    assert [page.text for page in made.pages] == [page.text for page in read(place / "..", bundle()).pages]


def test_a_journal_that_was_cut_in_a_line_counts_up_to_it(place: Path) -> None:
    read(place, bundle())
    journal = place / "journal"
    whole = journal.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        journal.write_bytes(whole[:cut])
        assert len(read(place, bundle()).pages) == 5
        assert journal.read_bytes() == whole


@pytest.mark.parametrize(
    "line", [b"[]\n", b"{}\n", b'{"page": 99, "text": "", "state": "text", "why": ""}\n', b"\xff\n"]
)
def test_a_journal_with_something_else_in_it_is_read_up_to_that(place: Path, line: bytes) -> None:
    with PageJournal(place / "journal") as journal:
        journal.begin(2, ())
        journal.note(ReadPage(1, "words", TEXT))
    with (place / "journal").open("ab") as file:
        file.write(line)
    with PageJournal(place / "journal") as journal:
        assert (journal.count, list(journal.pages)) == (2, [1])
        journal.note(ReadPage(2, FILMS, TEXT))
    with PageJournal(place / "journal") as journal:
        assert journal.pages[2].text == FILMS


def test_the_journal_is_for_its_owner_only(place: Path) -> None:
    read(place, bundle())
    assert (place / "journal").stat().st_mode & 0o777 == 0o600


# -- boxes to be ticked -----------------------------------------------------------------------------


def box_xml(inner: str) -> object:
    namespaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    )
    return parse_xml(inner.replace("NS", namespaces, 1))


def word_form(place: Path) -> bytes:
    """A Word form with boxes of every kind that Word has written."""
    made = docx.Document()
    new = made.add_paragraph("Side effects: ")
    for state, label in (("0", "Sleepy"), ("1", "Constipated")):
        new._p.append(
            box_xml(
                f'<w:sdt NS><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
                "<w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt>"
            )
        )
        new.add_run(f"{label} ")
    old = made.add_paragraph()
    for state, label in (
        ("<w:default w:val='0'/>", "Fever"),
        ("<w:default w:val='0'/><w:checked/>", "Chills"),
    ):
        old._p.append(
            box_xml(
                '<w:r NS><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:sizeAuto/>'
                f"{state}</w:checkBox></w:ffData></w:fldChar></w:r>"
            )
        )
        old.add_run(f"{label} ")
    signs = made.add_paragraph()
    for code, label in (("F0A8", "Numbness"), ("F0FE", "Weakness")):
        signs._p.append(box_xml(f'<w:r NS><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'))
        signs.add_run(f"{label} ")
    typed = made.add_paragraph()
    for sign, label in (("o", "Off work"), ("\u00fe", "Full duty")):
        run = typed.add_run(sign)
        run.font.name = "Wingdings"
        typed.add_run(f"{label} ")
    made.save(str(place / "form.docx"))
    return (place / "form.docx").read_bytes()


def test_boxes_of_a_word_form_stand_before_their_labels(place: Path) -> None:
    (page,) = read(place, word_form(place), kind="docx").pages
    assert page.text.split("\n") == [
        "Side effects: \u2610 Sleepy \u2612 Constipated",
        "\u2610 Fever \u2612 Chills",
        "\u2610 Numbness \u2612 Weakness",
        "\u2610 Off work \u2612 Full duty",
    ]


def test_boxes_drawn_on_a_page_are_read_with_their_ticks(place: Path) -> None:
    stream = (
        b"BT /F1 9 Tf 60 700 Td (Sleepy) Tj ET BT /F1 9 Tf 160 700 Td (Constipated) Tj ET"
        b" BT /F1 9 Tf 300 700 Td (Nausea) Tj ET BT /F1 9 Tf 40 650 Td (Denies fever.) Tj ET"
        b" 0.8 w 46 698 9 9 re S 146 698 9 9 re S 286 698 9 9 re S"
        b" 147 699 m 154 706 l 154 699 m 147 706 l S 40 600 200 20 re S"
    )
    (page,) = read(place, pdf([(stream, "")])).pages
    assert page.text.split("\n")[0].split() == "\u2610 Sleepy \u2612 Constipated \u2610 Nausea".split()
    assert sum(page.text.count(sign) for sign in "\u2610\u2612\u25a3") == 3, "a cell of a table is no box"


def test_boxes_of_a_pdf_form_stand_before_their_labels_or_under_their_names(place: Path) -> None:
    def field(name: str, left: int, bottom: int, state: str) -> str:
        return (
            f"<< /Type /Annot /Subtype /Widget /FT /Btn /T ({name}) /TU ({name} of the form) /V /{state} /AS /{state}"
            f" /Rect [{left} {bottom} {left + 10} {bottom + 10}] /F 4 /AP << /N << /Yes 6 0 R /Off 6 0 R >> >> >>"
        )

    empty = "<< /Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 0 >>\nstream\n\nendstream"
    objects = [field("sleepy", 46, 698, "Off"), field("constipated", 146, 698, "Yes"), empty]
    objects.append(field("signed", 500, 100, "Yes"))
    stream = b"BT /F1 9 Tf 60 700 Td (Sleepy) Tj ET BT /F1 9 Tf 160 700 Td (Constipated) Tj ET"
    data = pdf(
        [(stream, "")],
        objects=objects,
        extra="/AcroForm << /Fields [4 0 R 5 0 R 7 0 R] >>",
        page_extra="/Annots [4 0 R 5 0 R 7 0 R]",
    )
    (page,) = read(place, data).pages
    assert page.text.split("\n")[0].split() == "\u2610 Sleepy \u2612 Constipated".split()
    assert "\u2612 signed of the form" in page.text
