"""Files become documents of a case in one step: whole, noticed when they come twice, and mended when they are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.core.record.case import Case
from assistant.core.value import replace
from assistant.records import case_folder as case_store
from assistant.records.case_folder import CaseStore, original_file, original_problems
from assistant.records.importing import Importer
from assistant.records.reading import Recogniser
from benchmarks.pdf_writer import text_pdf
from tests.records.made_files import (
    CASE,
    FILMS,
    INK,
    NOTE,
    bundle,
    case_folder,
    recogniser,
    scan,
    word_file,
    written,
)


def silent(what: str, done: int, total: int) -> None:
    """Tells nobody."""


def bring(folder: Path, *files: Path, by: Recogniser | None = None) -> list[str]:
    """Brings files in as they are proposed; the ids of the documents that were made or mended."""
    made: list[str] = []
    with CaseStore(folder) as store:
        importer = Importer(store, by, silent)
        for file in files:
            arrived = importer.arrive(file)
            if arrived.known:
                made += importer.mend(arrived)
                continue
            parts = importer.propose(arrived)
            importer.store_parts(arrived, parts)
            made += [part.id for part in parts]
    return made


def case(folder: Path) -> Case:
    return library.rules_for(library.open_case(folder)).case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return case_folder(tmp_path / "case")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "bundle.pdf", bundle())


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- what a case has afterwards -------------------------------------------------------------------


def test_a_bundle_becomes_documents_with_their_pages(folder: Path, file: Path) -> None:
    names = [
        "progress-note-2014-05-10",
        "radiology-report-2014-07-12",
        "utilization-review-report-2014-04-20",
    ]
    assert bring(folder, file) == names
    made = case(folder)
    assert [one.pages for one in made.documents.values()] == [2, 1, 2]
    assert [one.from_pages for one in made.documents.values()] == ["1-2", "3", "4-5"]
    report = made.documents["utilization-review-report-2014-04-20"]
    assert report.is_ur_report
    assert report.sent_by == "claims administrator"
    assert made.documents["radiology-report-2014-07-12"].author == "Ann Poe, M.D."
    assert library.open_case(folder).pages[names[0]][1].startswith("PROGRESS NOTE, continued")
    assert {one.original for one in made.documents.values()} == {"originals/bundle.pdf"}
    assert original_file(str(folder), names[2]) == str(folder / "originals" / "bundle.pdf")
    assert (folder / "originals" / "bundle.pdf").read_bytes() == file.read_bytes()


def test_each_kind_of_file_is_brought_in(folder: Path, tmp_path: Path) -> None:
    files = [
        written(tmp_path / "a.txt", f"{NOTE}\fpage two\f\f"),
        written(tmp_path / "b.md", f"# Operative report\n\nDate of operation: 2014-02-12\n{FILMS}"),
        written(tmp_path / "c.docx", word_file(["Consultation report", "June 3, 2014"], ["two"])),
    ]
    assert bring(folder, *files) == [
        "progress-note-2014-05-10",
        "operative-report-2014-02-12",
        "consultation-report-2014-06-03",
    ]
    assert [one.pages for one in case(folder).documents.values()] == [3, 1, 2]
    assert (
        folder / "records" / "progress-note-2014-05-10.txt"
    ).read_bytes() == f"{NOTE}\fpage two\f\f".encode()


def test_only_the_owner_can_read_what_was_brought_in(folder: Path, file: Path) -> None:
    bring(folder, file)
    for path in folder.rglob("*"):
        if path.name != "case.yaml":
            assert path.stat().st_mode & 0o077 == 0, path


def test_nothing_is_left_of_the_work(folder: Path, file: Path) -> None:
    bring(folder, file)
    assert sorted(path.name for path in folder.iterdir()) == ["case.yaml", "originals", "records"]


def test_documents_and_files_of_one_name_stand_side_by_side(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [written(tmp_path / "a.txt", NOTE), written(tmp_path / "other" / "a.txt", f"{NOTE} More.")]
    assert bring(folder, *files) == ["progress-note-2014-05-10", "progress-note-2014-05-10-2"]
    assert [one.original for one in case(folder).documents.values()] == [
        "originals/a.txt",
        "originals/a-2.txt",
    ]


def test_a_document_of_unknown_type_is_called_after_its_file(folder: Path, tmp_path: Path) -> None:
    assert bring(folder, written(tmp_path / "Scan 0012 (final).txt", "words")) == ["scan-0012-final"]


def test_a_hostile_file_name_makes_a_harmless_one(folder: Path, tmp_path: Path) -> None:
    assert bring(folder, written(tmp_path / "..\x1b[2J\u202e.txt", "words"))
    (kept,) = (folder / "originals").iterdir()
    assert not set(kept.name) & set("\x1b\u202e/")
    assert case(folder).documents


def test_words_of_every_kind_come_through(folder: Path, tmp_path: Path) -> None:
    words = f"{NOTE}\n\x1b[2J \u202eabc\u202c e\u0301 \u05e9\u05dc\u05d5\u05dd \u2028 end"
    (name,) = bring(folder, written(tmp_path / "a.txt", words))
    assert library.open_case(folder).pages[name] == (words,)


# -- the same file twice --------------------------------------------------------------------------


def test_the_same_file_twice_is_noticed(folder: Path, file: Path, tmp_path: Path) -> None:
    bring(folder, file)
    before = everything(folder)
    assert bring(folder, written(tmp_path / "renamed.pdf", file.read_bytes()), file) == []
    assert everything(folder) == before


def test_a_text_that_lies_there_by_hand_is_known(tmp_path: Path) -> None:
    folder = case_folder(tmp_path / "case", CASE.replace("documents: []", "documents: [{id: a, type: Note}]"))
    (folder / "records").mkdir()
    written(folder / "records" / "a.txt", NOTE)
    with CaseStore(folder) as store:
        assert Importer(store, None, silent).arrive(written(tmp_path / "b.txt", NOTE)).known == ("a",)


def test_a_document_with_the_words_of_another_is_told(folder: Path, tmp_path: Path) -> None:
    bring(folder, written(tmp_path / "a.txt", NOTE))
    with CaseStore(folder) as store:
        importer = Importer(store, None, silent)
        arrived = importer.arrive(written(tmp_path / "b.md", f"{NOTE}\n"))
        (part,) = importer.propose(arrived)
        assert importer.twin(part, arrived.read) == "progress-note-2014-05-10"


# -- what is removed or changed afterwards --------------------------------------------------------


@pytest.mark.parametrize("harm", ["removed", "changed", "original removed", "original changed"])
def test_what_is_removed_or_changed_is_noticed_and_restored(folder: Path, file: Path, harm: str) -> None:
    bring(folder, file)
    whole = everything(folder)
    name = "radiology-report-2014-07-12"
    path = folder / ("originals/bundle.pdf" if "original" in harm else f"records/{name}.txt")
    if "removed" in harm:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"no evidence", b"evidence") + b" ")
    if "original" in harm:
        assert [one.where for one in original_problems(folder, case(folder))] == [str(path)]
        with pytest.raises(Refused, match=r"is gone|no longer the file"):
            original_file(str(folder), name)
    else:
        with pytest.raises(
            Refused, match=r"is not in records/|has been changed since it was brought in"
        ) as caught:
            case(folder)
        assert "Bring originals/bundle.pdf in again" in str(caught.value)
    assert bring(
        folder, file if "changed" in harm or "original" in harm else folder / "originals" / "bundle.pdf"
    )
    assert everything(folder) == whole
    assert list(original_problems(folder, case(folder))) == []


def test_two_that_are_missing_are_restored_one_after_the_other(folder: Path, tmp_path: Path) -> None:
    files = [written(tmp_path / "a.txt", NOTE), written(tmp_path / "b.txt", FILMS)]
    names = bring(folder, *files)
    whole = everything(folder)
    for name in names:
        (folder / "records" / f"{name}.txt").unlink()
    assert bring(folder, *files) == names
    assert everything(folder) == whole


# -- pages that search can't read -----------------------------------------------------------------


def test_pages_without_words_are_listed_and_read_once_a_recogniser_is_there(
    folder: Path, tmp_path: Path
) -> None:
    file = written(tmp_path / "scan.pdf", scan([INK, INK, INK], ["", NOTE + " word" * 40, "FAX"]))
    assert bring(folder, file) == ["document", "progress-note-2014-05-10"]
    made = list(case(folder).documents.values())
    assert sum(len(one.unreadable) for one in made) == 2
    by = recogniser("suspects pseudarthrosis")
    assert bring(folder, file, by=by)
    made = list(case(folder).documents.values())
    assert sum(len(one.recognised) for one in made) == 2
    assert not any(one.unreadable for one in made)
    assert {one.recognised_by for one in made if one.recognised} == {"RapidOCR 9.9"}
    assert bring(folder, file, by=by) == [], "what was read isn't read again"


def test_a_page_that_was_not_wholly_read_is_tried_again_by_another_recogniser_only(
    folder: Path, tmp_path: Path
) -> None:
    by = recogniser("wm", state="unreadable", why="1 of its 1 words is doubtful")
    file = written(tmp_path / "scan.pdf", scan())
    assert bring(folder, file, by=by) == ["scan"]
    assert case(folder).documents["scan"].unreadable == (1,)
    assert bring(folder, file, by=by) == []
    assert len(by.pictures) == 1
    assert bring(folder, file, by=replace(by, name="RapidOCR 9.10")) == ["scan"]


# -- cuts and failures ----------------------------------------------------------------------------


def test_a_text_that_the_case_could_not_open_is_refused_and_the_case_is_as_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(folder)
    file = written(tmp_path / "long.pdf", text_pdf([NOTE + " word" * 100]))
    monkeypatch.setattr("assistant.records.case_folder.LARGEST_FILE", 400)
    with pytest.raises(Refused, match=r"larger than 64 MiB.*Part the file"):
        bring(folder, file)
    monkeypatch.undo()
    assert {name: data for name, data in everything(folder).items() if ".import" not in name} == before


@pytest.mark.parametrize("step", range(1, 7))
def test_a_cut_at_any_step_leaves_the_case_whole(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Every write of the last step is cut off in turn; the case stays what it was, and the next import mends it."""
    count = 0
    real = case_store.write_text

    def cut(path: Path, text: str, settled: bool = True) -> None:
        nonlocal count
        count += 1
        if count == step:
            raise KeyboardInterrupt
        real(path, text, settled)

    monkeypatch.setattr(case_store, "write_text", cut)
    try:
        bring(folder, file)
    except KeyboardInterrupt:
        assert not case(folder).documents
    else:
        assert step > 5, "the ids, three texts and the case are written"
    monkeypatch.undo()
    bring(folder, file)
    assert len(case(folder).documents) == 3
    assert not (folder / ".import").exists()


def test_a_file_that_changes_while_it_is_read_is_kept_as_it_was_copied(folder: Path, file: Path) -> None:
    copied = file.read_bytes()
    with CaseStore(folder) as store:
        importer = Importer(store, None, silent)
        arrived = importer.arrive(file)
        written(file, "something else")
        importer.store_parts(arrived, importer.propose(arrived))
    assert (folder / "originals" / "bundle.pdf").read_bytes() == copied


def test_one_import_at_a_time(folder: Path) -> None:
    with CaseStore(folder), pytest.raises(Refused, match="Documents are being brought into this case"):
        CaseStore(folder)
    CaseStore(folder).__exit__()


def test_a_full_disk_is_told_and_the_case_is_as_it_was(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str, settled: bool = True) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(case_store, "write_text", full)
    with pytest.raises(Refused, match="No space left on device"):
        bring(folder, file)
    monkeypatch.undo()
    assert not case(folder).documents


def test_a_refused_file_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    before = everything(folder)
    for name, data in (("a.pdf", bundle()[:900]), ("b.pdf", b"%PDF-1.4\n%%EOF"), ("c.txt", b"\xff")):
        with pytest.raises(Refused):
            bring(folder, written(tmp_path / name, data))
    assert everything(folder) == before


def test_a_case_may_not_send_the_viewer_elsewhere(folder: Path, file: Path) -> None:
    bring(folder, file)
    text = (folder / "case.yaml").read_text("utf-8")
    for path in ("/etc/hostname", "originals/../case.yaml", "../bundle.pdf"):
        (folder / "case.yaml").write_text(text.replace("originals/bundle.pdf", path), "utf-8")
        with pytest.raises(Refused, match=r"outside originals|names no file"):
            original_file(str(folder), "radiology-report-2014-07-12")
