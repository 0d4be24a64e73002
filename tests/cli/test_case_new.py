"""`imr case new`: a case by questions or from a file, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import library
from assistant.cli.ask import Asking
from benchmarks.pdf_writer import text_pdf
from tests.cli.conftest import Imr

TYPED = """Neck films, 2014



chronic neck pain
Oct 31 2012
flexion: "views"
neck
cervical-radiography

4/20/2014
MTUS


"""
FILE = """\
# made by hand
id: neck
title: Neck films
documents:
  - {original: note.txt, id: note, type: Progress note}
  # the bundle
  - {original: b.pdf, from_pages: 1, id: films, type: Radiology report}
timeline:
  - {date: 2014-05-10, says: Seen., page: "note:1", quote: Neck pain}
items:
  "1": {service: s, region: cervical spine, prompt_set: cervical-radiography, page: "films:1"}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a case's file and the documents that it names."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "case.yaml").write_text(FILE, "utf-8")
    (folder / "note.txt").write_text("PROGRESS NOTE\nNeck pain", "utf-8")
    (folder / "b.pdf").write_bytes(text_pdf(["RADIOLOGY REPORT", "more"]))
    return folder


def left(tmp_path: Path) -> set[str]:
    return {path.name for path in tmp_path.iterdir()} - {"config", "log.sqlite", "given"}


def test_a_case_by_questions_can_be_reviewed(imr: Imr, tmp_path: Path) -> None:
    status, out, err = imr("case", "new", typed=TYPED)
    assert (status, err) == (0, "")
    assert "imr case add neck-films-2014 FILE..." in out
    made = library.rules_for(library.open_case(tmp_path / "neck-films-2014")).case
    assert made.title == "Neck films, 2014"
    assert not made.practice
    assert made.fact("case.claim.injury.date") == "2012-10-31"
    assert made.items["1"].service == 'flexion: "views"'
    assert str(made.items["1"].ur_date) == "2014-04-20"
    assert (tmp_path / "neck-films-2014" / "case.yaml").stat().st_mode & 0o077 == 0
    assert imr("review", "neck-films-2014/", "--plain")[0] == 1, "it was parked at the first question"


def test_the_set_is_proposed_from_the_words_of_the_service(imr: Imr, tmp_path: Path) -> None:
    typed = "T\n\n\nlow back pain\n\nx-rays of the low back\n\n\n\n\n\nyes\na gym membership\n\n\n\n\n\n\n\n"
    assert imr("case", "new", "folder", typed=typed)[0] == 0
    items = library.rules_for(library.open_case(tmp_path / "folder")).case.items
    assert (items["1"].prompt_set, items["1"].region) == ("lumbar-radiographs", "lumbar spine")
    assert (items["2"].prompt_set, items["2"].region) == ("general", "lumbar spine")


def test_what_is_no_reply_is_asked_again(imr: Imr, tmp_path: Path) -> None:
    typed = "\nT\nNo Such\nt\nmaybe\nyes\n-\nFeb 30 2014\n-\ns\nneck\n99\ncervical-radiography\n\n\n\nyes\nthe other\n\n\n\n\n\n\n\n"
    status, out, _ = imr("case", "new", "folder", typed=typed)
    assert status == 0
    for words in (
        "An answer is needed here.",
        "small letters",
        "neither yes nor no",
        "is no date",
        "is none of them",
    ):
        assert words in out
    made = library.rules_for(library.open_case(tmp_path / "folder")).case
    assert (made.id, made.practice, list(made.items)) == ("t", True, ["1", "2"])


def test_a_reply_is_taken_back_and_what_follows_it_is_asked_anew(imr: Imr, tmp_path: Path) -> None:
    typed = "<\nT\nshort\n<\n<\nAnother title\nother\nyes\n\n\nfilms of the neck\n\n<\n<\nx-rays of the low back\n\n\n\n\n\n\n<\nyes\na gym membership\n\n\n\n\n\n\n\n"
    status, out, _ = imr("case", "new", "folder", typed=typed)
    assert status == 0
    assert "This is the first question." in out
    made = library.rules_for(library.open_case(tmp_path / "folder")).case
    assert (made.title, made.id, made.practice) == ("Another title", "other", True)
    assert [one.service for one in made.items.values()] == ["x-rays of the low back", "a gym membership"]
    assert made.items["1"].prompt_set == "lumbar-radiographs"
    assert out.count("Which prompt set reviews it?") == 3


@pytest.mark.parametrize("typed", ["", "T\n", TYPED[:-2], TYPED[:-1] + "no\n"])
def test_what_is_not_confirmed_is_not_written(imr: Imr, tmp_path: Path, typed: str) -> None:
    assert imr("case", "new", typed=typed)[0] == 2
    assert left(tmp_path) == set()


def test_a_case_from_a_file_comes_with_its_documents(imr: Imr, tmp_path: Path, files: Path) -> None:
    status, out, err = imr("case", "new", "--from", files / "case.yaml")
    assert (status, err) == (0, "")
    assert "b.pdf: Left out, in no document: page 2." in out
    folder = tmp_path / "neck"
    made = library.rules_for(library.open_case(folder)).case
    assert {one.id: one.original for one in made.documents.values()} == {
        "note": "originals/note.txt",
        "films": "originals/b.pdf",
    }
    assert (folder / "case.yaml").read_text("utf-8").startswith("# made by hand\nid: neck\n")
    assert left(tmp_path) == {"neck"}


def test_a_case_can_be_made_anew_from_its_own_folder(imr: Imr, tmp_path: Path, files: Path) -> None:
    imr("case", "new", "--from", files / "case.yaml")
    assert imr("case", "new", "copy", "--from", "neck/case.yaml")[0] == 0
    assert (tmp_path / "copy" / "case.yaml").read_text() == (tmp_path / "neck" / "case.yaml").read_text()
    assert (tmp_path / "copy" / "records" / "note.txt").read_text() == (
        tmp_path / "neck" / "records" / "note.txt"
    ).read_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: Neck films\n", "", "`title` is missing"),
        ("title: Neck films\n", "title: x\nextra: 1\n", "`extra` is not known here"),
        ("date: 2014-05-10", "date: May", "line 9: `date` can't be “May”"),
        ("prompt_set: cervical-radiography", "prompt_set: none", "none"),
        ("quote: Neck pain", "quote: Back pain", "These words are not on note:1"),
        ('page: "films:1"', 'page: "films:2"', "`films:2` is no page of the case file."),
        ("original: note.txt", "original: gone.txt", "gone.txt: There is no such file."),
        ("original: note.txt, ", "", "A document doesn't name its file."),
        ("original: b.pdf", "original: note.txt", "Several documents come from this file."),
        ("id: neck\n", "id: a b\n", "This `id` can't be the name of a folder."),
    ],
)
def test_a_case_that_is_wrong_is_refused_and_nothing_is_written(
    imr: Imr, tmp_path: Path, files: Path, old: str, new: str, says: str
) -> None:
    assert old in FILE
    (files / "case.yaml").write_text(FILE.replace(old, new), "utf-8")
    status, out, err = imr("case", "new", "--from", files / "case.yaml")
    assert (status, out) == (2, "")
    assert says in err
    assert ".new" not in err, "the draft's own folder is nobody's business"
    assert left(tmp_path) == set()


def test_a_folder_with_something_in_it_is_left_alone(imr: Imr, tmp_path: Path, files: Path) -> None:
    shutil.copytree(files, tmp_path / "neck")
    status, _, err = imr("case", "new", "--from", files / "case.yaml")
    assert status == 2
    assert "There is something here already." in err
    assert not (tmp_path / "neck" / "records").exists()


def test_a_stop_writes_nothing_and_says_so(imr: Imr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Asking, "line", stopped)
    status, _, err = imr("case", "new")
    assert (status, err) == (2, "imr: Stopped; nothing was written. Begin again with `imr case new`.\n")
    assert left(tmp_path) == set()
