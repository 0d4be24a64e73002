"""`imr case add`, `new` and `show`, as a shell meets them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.ask import Asking
from assistant.records import reading
from benchmarks.pdf_writer import picture_pdf, text_pdf
from tests.cli.conftest import Imr

NOTE = "PROGRESS NOTE\nDate of visit: May 10, 2014\nNeck pain."
FILMS = "RADIOLOGY REPORT\nDate of study: July 12, 2014\nNo loosening."
CASE = """\
id: neck
title: Neck films
practice: yes
documents: []
timeline: []
items:
  "1": {service: radiographs of the neck, region: cervical spine, prompt_set: cervical-radiography}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.yaml").write_text(CASE, "utf-8")
    return folder


def made(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def documents(folder: Path) -> dict[str, tuple[str, str, int]]:
    read = library.rules_for(library.open_case(folder)).case
    return {one.id: (one.title, str(one.date or ""), one.pages) for one in read.documents.values()}


BUNDLE = text_pdf([NOTE, "more of it", FILMS])
PAGES = "\f".join([NOTE, "more of it", FILMS])
"""The same as text, which takes no process of its own to read."""


# -- confirming -----------------------------------------------------------------------------------


def test_enter_takes_what_is_proposed(imr: Imr, case: Path, tmp_path: Path) -> None:
    status, out, err = imr("case", "add", case, made(tmp_path / "b.pdf", BUNDLE), typed="\n")
    assert (status, err) == (0, "")
    assert "1  p. 1-2        2014-05-10  Progress note" in out
    assert "b.pdf: 3 pages, brought in as progress-note-2014-05-10, radiology-report-2014-07-12." in out
    assert documents(case) == {
        "progress-note-2014-05-10": ("Progress note", "2014-05-10", 2),
        "radiology-report-2014-07-12": ("Radiology report", "2014-07-12", 1),
    }


CORRECTED = "2\nconsul\nJane Roe, M.D.\n12 July 2014\nattending provider\nno\nfilms\n\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (CORRECTED, {"progress-note-2014-05-10": 2, "films": 1}),
        ("new 2\n\n", {"progress-note-2014-05-10": 1, "document": 1, "radiology-report-2014-07-12": 1}),
        ("join 2\n\n", {"progress-note-2014-05-10": 3}),
        ("one\n\n", {"progress-note-2014-05-10": 3}),
        ("split 1,2-3\n\n", {"progress-note-2014-05-10": 1, "document": 2}),
        ("out 1\n\n", {"radiology-report-2014-07-12": 1}),
        ("none\n", {}),
        (
            "?\npage 2\nlist 1-2\nnonsense\nnew 1\njoin 1\nout 9\nsplit 1\npage 99\nlist 9\n\x1b[2J\nnone\n",
            {},
        ),
        (
            "1\n-\n\n\nnonsense\n-\n\n\nradiology-report-2014-07-12\na b\nnote\n\n",
            {"note": 2, "radiology-report-2014-07-12": 1},
        ),
    ],
)
def test_what_is_proposed_can_be_corrected(
    imr: Imr, case: Path, tmp_path: Path, typed: str, expected: dict[str, int]
) -> None:
    status, out, err = imr("case", "add", case, made(tmp_path / "b.txt", PAGES), typed=typed)
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    assert {name: pages for name, (_, _, pages) in documents(case).items()} == expected


def test_a_correction_is_what_the_case_says(imr: Imr, case: Path, tmp_path: Path) -> None:
    imr("case", "add", case, made(tmp_path / "b.txt", PAGES), typed=CORRECTED)
    listed = library.rules_for(library.open_case(case)).case.documents["films"]
    assert (listed.title, listed.author, listed.sent_by) == (
        "Consultation report",
        "Jane Roe, M.D.",
        "attending provider",
    )


def test_pages_that_are_left_out_are_told(imr: Imr, case: Path, tmp_path: Path) -> None:
    out = imr("case", "add", case, made(tmp_path / "b.txt", PAGES), typed="out 1\n\n")[1]
    assert "Left out, in no document: page 1, 2." in out


def test_replies_that_end_leave_the_case_as_it_was(imr: Imr, case: Path, tmp_path: Path) -> None:
    status, _, err = imr("case", "add", case, made(tmp_path / "b.txt", PAGES), typed="?\n")
    assert (status, documents(case)) == (2, {})
    assert "The replies ended before the last question" in err


def test_many_documents_are_not_all_listed_at_once(imr: Imr, case: Path, tmp_path: Path) -> None:
    pages = [
        NOTE.replace("May 10", f"May {day}").replace("2014", str(year))
        for year in (2012, 2013)
        for day in range(1, 29)
    ]
    out = imr("case", "add", case, made(tmp_path / "b.pdf", text_pdf(pages)), typed="list 30-31\n\n")[1]
    assert "... 31 more ..." in out
    assert out.count("Progress note") == 20 + 5 + 2
    assert len(documents(case)) == 56


# -- without asking -------------------------------------------------------------------------------


def test_yes_takes_everything_and_a_refused_file_keeps_no_other_out(
    imr: Imr, case: Path, tmp_path: Path
) -> None:
    files = [
        made(tmp_path / "a.txt", NOTE),
        made(tmp_path / "b.pdf", BUNDLE[:800]),
        made(tmp_path / "c.txt", FILMS),
    ]
    status, _, err = imr("case", "add", case, *files, "--yes")
    assert status == 1
    assert "b.pdf: The PDF file has no end" in err
    assert len(documents(case)) == 2
    assert imr("case", "add", case, files[1], "-y")[0] == 2
    assert imr("case", "add", case, files[0], "-y")[:2] == (
        0,
        "a.txt: already in the case as progress-note-2014-05-10; skipped.\n",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--split", "1,2-"], [1, 2]), (["--whole"], [3]), ([], [2, 1])],
)
def test_parts_can_be_given(
    imr: Imr, case: Path, tmp_path: Path, options: list[str], expected: list[int]
) -> None:
    assert imr("case", "add", case, made(tmp_path / "b.txt", PAGES), "--yes", *options)[0] == 0
    assert [pages for _, _, pages in documents(case).values()] == expected


def test_its_result_as_json_fits_its_schema(
    imr: Imr, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "find_recogniser", lambda: None)  # it takes a second, and reads nothing here
    imr("review", case, "--plain")
    scan = picture_pdf([(300, 400, bytes([200, 20]) * 60_000)])
    files = [made(tmp_path / "a.pdf", scan), made(tmp_path / "b.txt", ""), made(tmp_path / "c.txt", NOTE)]
    imr("case", "add", case, files[2], "-y")
    status, out, _ = imr("case", "add", case, *files, "--yes", "--json")
    told = json.loads(out)
    schema = json.loads(library.read_text(library.folder("schemas") / "output" / "case-add.schema.json"))
    Draft202012Validator(schema).validate(told)
    assert status == 1
    assert [one["status"] for one in told["files"]] == ["added", "refused", "known"]
    assert len(told["open_sessions"]) == 1


def test_without_a_recogniser_the_way_to_install_it_is_told(
    imr: Imr, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "find_recogniser", lambda: None)
    scan = made(tmp_path / "a.pdf", picture_pdf([(300, 400, bytes([200, 20]) * 60_000)]))
    out = imr("case", "add", case, scan, typed="\n")[1]
    assert " ".join(out.split()).count("imr-assistant[documents]") == 2, (
        "before it is confirmed, and at the end"
    )
    assert "not readable by search: page 1" in out
    shown = json.loads(imr("case", "show", case, "--json")[1])["documents"]
    assert [(one["unreadable"], one["original"]) for one in shown] == [([1], "originals/a.pdf")]
    assert "not readable by search: page 1" in imr("case", "show", case)[1]


def test_an_open_session_is_told(imr: Imr, case: Path, tmp_path: Path) -> None:
    imr("review", case, "--plain")
    out = imr("case", "add", case, made(tmp_path / "a.txt", NOTE), "-y")[1]
    assert "is open on this case; `imr resume " in out
    other = tmp_path / "other"
    other.mkdir()
    (other / "case.yaml").write_text(CASE, "utf-8")
    assert "is open" not in imr("case", "add", other, tmp_path / "a.txt", "-y")[1]


# -- a list of documents --------------------------------------------------------------------------

LIST = """\
documents:
  - {original: b.txt, from_pages: 1, id: first, type: Letter, author: A. Poe, date: 2014-05-10, ur_report: no}
  - {original: b.txt, from_pages: 3}
"""


def test_a_list_says_what_would_be_asked(imr: Imr, case: Path, tmp_path: Path) -> None:
    made(tmp_path / "b.txt", PAGES)
    status, out, _ = imr("case", "add", case, "--manifest", made(tmp_path / "list.yaml", LIST))
    assert status == 0
    assert "Left out, in no document: page 2." in out
    assert documents(case) == {
        "first": ("Letter", "2014-05-10", 1),
        "radiology-report-2014-07-12": ("Radiology report", "2014-07-12", 1),
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "original: b.txt, from_pages: 1",
            "from_pages: 1",
            "list.yaml, line 2: In `documents` (line 1): `original` is missing.",
        ),
        ("from_pages: 1,", "", "line 2: Several documents come from this file."),
        ("from_pages: 3", "from_pages: 3-9", "The file has no page 9; it has 3."),
        (
            "from_pages: 3",
            "from_pages: x",
            "line 3: `from_pages` can't be “x”. Write it as 4, as 4-9, or as 12,14-16.",
        ),
        ("from_pages: 3", "from_pages: 3, id: FIRST", "Another document is called FIRST."),
        ("id: first", "id: a b", "Use letters, digits, dots and dashes"),
        ("date: 2014-05-10", "date: May", "`date` can't be “May”."),
        ("ur_report: no", "ur_report: maybe", "`ur_report` can't be `maybe`. Write yes or no."),
        ("author: A. Poe", "writer: A. Poe", "`writer` is not known here."),
        ("author: A. Poe", "author: [a]", "`author` is a list; text is wanted."),
        ("author: A. Poe", f'sha256: "{"0" * 64}"', "another hash"),
        ("documents:", "files: x\ndocuments:", "`files` is not known"),
        ("b.txt", "none.pdf", "none.pdf: There is no such file."),
    ],
)
def test_a_list_with_something_wrong_in_it_is_refused(
    imr: Imr, case: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    made(tmp_path / "b.txt", PAGES)
    assert old in LIST
    listed = made(tmp_path / "list.yaml", LIST.replace(old, new))
    status, _, err = imr("case", "add", case, "--manifest", listed)
    assert status == 2
    assert says in err
    assert documents(case) == {}


# -- wrong use ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["case", "add", "case"], "Name the files to bring in"),
        (["case", "add", "case", "a", "--manifest", "b"], "Name the files to bring in"),
        (["case", "add", "case", "a", "b", "--split", "1"], "--split is for one FILE"),
        (["case", "add", "case", "a", "--json"], "--json needs --yes or --manifest"),
        (["case", "add", "nonsense", "a"], "There is no case “nonsense”."),
        (["case", "add", "cervical-radiographs-after", "a.txt", "-y"], "This case belongs to the program."),
        (["case", "new", "--from", "nothing.yaml"], "There is no such file."),
    ],
)
def test_wrong_use_is_refused_in_words(imr: Imr, case: Path, arguments: list[str], says: str) -> None:
    status, out, err = imr(*arguments)
    assert (status, out) == (2, "")
    assert says in err


def test_without_the_libraries_the_install_command_is_named(
    imr: Imr, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(reading.NEEDED, "pdf", ("no_such_module", "PDF"))
    status, _, err = imr(
        "case", "add", case, made(tmp_path / "b.pdf", BUNDLE), made(tmp_path / "a.txt", NOTE), "-y"
    )
    assert status == 1
    assert "pip install 'imr-assistant[documents]'" in err
    assert len(documents(case)) == 1


# -- stopped --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_import_that_was_stopped_goes_on_where_it_was(
    imr: Imr, case: Path, tmp_path: Path, how: int
) -> None:
    file = made(
        tmp_path / "big.pdf", text_pdf([f"{NOTE}\n" + f"Page of words {n}. " * 50 for n in range(300)])
    )
    command = [sys.executable, "-m", "assistant", "case", "add", str(case), str(file), "--yes"]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=library._PACKAGE.parent
    )
    while started.poll() is None and not _noted(case):
        time.sleep(0.002)
    started.send_signal(how)
    _, err = started.communicate(timeout=60)
    noted = _noted(case)
    if noted and started.returncode:  # a very fast machine may have been done
        assert documents(case) == {}
        if how == signal.SIGINT:
            assert b"Give the same command again to go on there." in err
    before = [path.read_bytes()[:1000] for path in (case / ".import").glob("*.pages")]
    status, _, _ = imr("case", "add", case, file, "--yes")
    assert status == 0
    assert sum(pages for _, _, pages in documents(case).values()) == 300
    assert before or not started.returncode
    assert not (case / ".import").exists()


def _noted(case: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (case / ".import").glob("*.pages"))


def test_a_stop_is_told_with_its_page(
    imr: Imr, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.cli.output import ImportProgress

    real = ImportProgress.__call__

    def stop(self: ImportProgress, what: str, done: int, total: int) -> None:
        real(self, what, done, total)
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(ImportProgress, "__call__", stop)
    files = [made(tmp_path / "b.pdf", BUNDLE), made(tmp_path / "a.txt", NOTE)]
    status, _, err = imr("case", "add", case, *files, "-y")
    assert status == 1
    assert "Stopped at page 2 of 3 of b.pdf." in err
    assert documents(case) == {}


def test_a_stop_at_the_question_keeps_what_was_read(
    imr: Imr, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Asking, "line", stopped)
    status, _, err = imr("case", "add", case, made(tmp_path / "b.txt", PAGES))
    assert status == 1
    assert "Stopped before the documents of b.txt were confirmed." in err
    assert list((case / ".import").glob("*.pages"))
