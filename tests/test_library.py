"""Finding and reading the data files, and refusing what can't be read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.core.record.pages import split_pages
from assistant.core.rules.rules import read_prompt_set
from assistant.core.value import replace

CASE = "cervical-radiographs-after-fusion"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the smallest thing that is a case on disk."""
    (tmp_path / "records").mkdir()
    (tmp_path / "case.yaml").write_text("id: c\n", "utf-8")
    return tmp_path


def refused(path: Path | str) -> str:
    with pytest.raises(Refused) as caught:
        library.find_case(str(path))
    return str(caught.value)


def test_the_data_folders_are_found() -> None:
    for name in ("prompts", "schemas", "casebank"):
        assert library.folder(name).is_dir()
    with pytest.raises(Refused, match="Install the program again"):
        library.folder("nonsense")


def test_a_case_of_the_bank_is_found_by_its_name_or_its_beginning() -> None:
    assert CASE in library.case_names()
    assert library.find_case(CASE).path == library.folder("casebank") / CASE
    assert library.find_case("cervical-radiographs-after").path.name == CASE


def test_a_case_that_is_not_there_is_refused_with_those_that_are() -> None:
    said = refused("nonsense")
    assert "There is no case “nonsense”." in said
    assert CASE in said
    assert "There is no case.yaml in this folder." in refused(f"no{os.sep}such")


def test_a_beginning_of_several_cases_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("neck-films", "neck-fusion"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.yaml").write_text("id: c\n", "utf-8")
    monkeypatch.setattr(library, "folder", lambda name: tmp_path)
    assert "“neck” could be several cases: neck-films, neck-fusion." in refused("neck")


def own_case(home: Path, name: str, case: str) -> Path:
    (home / name).mkdir(parents=True)
    (home / name / "case.yaml").write_text(f"title: t\nid: {case} # said so\n", "utf-8")
    return home / name


def test_own_cases_of_several_homes_are_found_by_their_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    lumbar, knee = own_case(first, "a", "lumbar-17"), own_case(second, "b", "'knee-18'")
    monkeypatch.setenv("IMR_CASES", os.pathsep.join((str(first), str(second))))
    assert library.own_cases() == [("lumbar-17", lumbar), ("knee-18", knee)]
    assert library.find_case("lumbar-17").path == lumbar
    assert library.find_case("knee-1").path == knee
    assert library.find_case("b").path == knee
    assert dict(library.all_cases())[CASE] == library.folder("casebank") / CASE
    twin = own_case(second, "c", "lumbar-17")
    said = refused("lumbar-17")
    assert str(lumbar) in said
    assert str(twin) in said


def test_a_home_that_is_named_and_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_CASES", str(tmp_path / "gone"))
    assert "IMR_CASES names no folder." in refused("lumbar-17")
    monkeypatch.delenv("IMR_CASES")
    assert [home.name for home in library.case_homes()] == ["cases"]


def test_a_hostile_name_is_refused_visibly(tmp_path: Path) -> None:
    for name in ("\x1b[2J", "\u202egnp", "a\nb", "x" * 200, "[/x]"):
        said = refused(name)
        assert "\x1b" not in said
        assert "\u202e" not in said
    assert "\x1b" not in refused(tmp_path / "\x1b[2J")


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    refused(name)


def test_an_item_in_a_region_for_which_its_set_is_not_is_refused_with_the_line_of_the_case() -> None:
    case = library.find_case("epidural-second-without-relief")
    was = "    region: lumbar spine\n"
    line = case.text[: case.text.index(was)].count("\n") + 1
    other = replace(case, text=case.text.replace(was, "    region: shoulder\n"))
    with pytest.raises(Refused, match="and not for the shoulder") as caught:
        library.rules_for(other)
    assert caught.value.problems[0].where.endswith(f"case.yaml, line {line}")


def test_a_folder_is_read_with_its_documents(folder: Path) -> None:
    (folder / "records" / "b-note.txt").write_bytes("\ufeffone\r\ntwo\f\nthree\f".encode())
    (folder / "records" / "a-note.md").write_text("all", "utf-8")
    (folder / "records" / "scan.pdf").write_bytes(b"%PDF")
    (folder / "records" / "folder.txt").mkdir()
    case = library.find_case(str(folder))
    assert dict(case.pages) == {"a-note": ("all",), "b-note": ("one\ntwo", "three")}
    assert case.page_counts == {"a-note": 1, "b-note": 2}
    assert case.files["b-note"] == folder / "records" / "b-note.txt"
    assert case.text == "id: c\n"


def test_a_case_without_records_has_no_pages(folder: Path) -> None:
    (folder / "records").rmdir()
    assert library.find_case(str(folder)).pages == {}


def test_two_documents_of_one_name_are_refused(folder: Path) -> None:
    for ending in ("txt", "md"):
        (folder / "records" / f"note.{ending}").write_text("", "utf-8")
    assert "Two documents are called note." in refused(folder)


def test_a_record_that_is_not_utf_8_is_refused_with_its_line(folder: Path) -> None:
    (folder / "records" / "note.txt").write_bytes(b"one\ntwo \xff\n")
    said = refused(folder)
    assert "The file is not UTF-8 text." in said
    assert "note.txt, line 2" in said


def test_a_record_that_may_not_be_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "records" / "note.txt").write_text("", "utf-8")

    def denied(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert "The file can't be read: Permission denied. Check its permissions." in refused(folder)


def test_a_file_that_is_too_large_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "LARGEST_FILE", 3)
    assert "larger than 64 MiB" in refused(folder)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="This is a folder"):
        library.read_text(tmp_path)
    with pytest.raises(Refused, match="There is no such file"):
        library.read_text(tmp_path / "nothing")


def test_what_is_wrong_in_a_case_names_its_file(folder: Path) -> None:
    with pytest.raises(Refused) as caught:
        library.rules_for(library.find_case(str(folder)))
    assert str(folder / "case.yaml") in str(caught.value)


def test_pages_are_parted_by_form_feeds() -> None:
    for text, pages in [
        ("", ("",)),
        ("\n\none\n\n", ("one",)),
        ("one\ftwo", ("one", "two")),
        ("one\f", ("one",)),
        ("one\f\n\n", ("one",)),
        ("one\f\ftwo", ("one", "", "two")),
        ("  one\r\n two", ("  one\n two",)),
    ]:
        assert split_pages(text) == pages


def test_the_sources_are_every_prompt_file_and_answer_schema() -> None:
    made = library.sources()
    assert {"review", "cervical-radiography"} <= set(made.prompts)
    assert {"yes-no", "weeks"} <= set(made.schemas)


# -- quotes, and records that a case doesn't list ------------------------------------------------


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    return Path(shutil.copytree(library.find_case(CASE).path, tmp_path / "case"))


def ruled(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        library.rules_for(library.open_case(path))
    return str(caught.value)


def changed(path: Path, old: str, new: str) -> int:
    """The line of the change."""
    case = path / "case.yaml"
    text = case.read_text("utf-8")
    assert old in text
    case.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_quote_that_is_not_on_its_page_is_refused_with_its_line(seed: Path) -> None:
    line = changed(seed, "quote: a cervical diskectomy and fusion", "quote: a lumbar diskectomy and fusion")
    said = ruled(seed)
    assert "These words are not on progress-note-2014-05-10:1" in said
    assert f"{seed / 'case.yaml'}, line {line}:" in said


def test_a_quote_without_a_page_is_refused(seed: Path) -> None:
    changed(seed, '    page: "ur-report-2014-04-20:1"\n', "")
    assert "A `quote` stands without its `page`." in ruled(seed)


def test_a_record_that_the_case_does_not_list_is_refused(seed: Path) -> None:
    (seed / "records" / "letter.txt").write_text("words", "utf-8")
    said = ruled(seed)
    assert "doesn't list the document `letter`" in said
    assert str(seed / "records" / "letter.txt") in said
    assert "List it under `documents`" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("practice: yes", "practice: maybe", "`practice` can't be `maybe`. Write yes or no."),
        ("practice: yes", "practice: [yes]", "`practice` can't be a list"),
        ("practice: yes", "practice: 1", "`practice` can't be `1`"),
        ("ur_report: yes", "ur_report: maybe", "`ur_report` can't be `maybe`. Write yes or no."),
    ],
)
def test_what_is_yes_or_no_is_nothing_else(seed: Path, old: str, new: str, says: str) -> None:
    line = changed(seed, old, new)
    said = ruled(seed)
    assert says in said
    assert f"line {line}:" in said


@pytest.mark.parametrize(
    ("was", "now", "line_of"),
    [
        ("levels: [C4-C5, C5-C6]", "levels: [C4-C5, L4-L5]", "levels: [C4-C5, L4-L5]"),
        ("procedure: fusion", "procedure: fused", "procedure: fused"),
        (
            "views: [anteroposterior, lateral, flexion, extension]",
            "views: [anteroposterior, sideways]",
            "sideways",
        ),
        ("modality: radiographs", "modality: pictures", "modality: pictures"),
    ],
)
def test_a_fact_that_no_question_can_take_is_refused_with_its_line(
    seed: Path, was: str, now: str, line_of: str
) -> None:
    file = seed / "case.yaml"
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, now, 1), "utf-8")
    line = next(n for n, said in enumerate(file.read_text("utf-8").splitlines(), 1) if line_of in said)
    with pytest.raises(Refused, match=f"case.yaml, line {line}: .*can't take this"):
        library.rules_for(library.open_case(seed))


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("documents_recieved: 2014-09-01", r"line \d+: `documents_recieved` is not known here. Did you mean"),
        ("priorty: standard", "Did you mean `priority`"),
        ("documents_received: 2199-01-01", r"line \d+: .* a day that has not come yet"),
        ("documents_received: 2014-02-30", r"line \d+: .*February 2014 has 28 days"),
        ("priority: urgent", "Write standard or expedited or formulary"),
    ],
)
def test_a_fact_of_the_claim_that_can_t_be_is_refused_with_its_line(
    tmp_path: Path, fact: str, said: str
) -> None:
    folder = Path(shutil.copytree(library.find_case("cervical-radiographs-after").path, tmp_path / "case"))
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(text.replace("claim:\n", f"claim:\n  {fact}\n", 1), "utf-8")
    with pytest.raises(Refused, match=said):
        library.rules_for(library.open_case(folder))


def test_other_facts_of_the_claim_may_be_called_anything(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(library.find_case("cervical-radiographs-after").path, tmp_path / "case"))
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(
        text.replace("claim:\n", "claim:\n  employer_state: CA\n  documents_received: 2014-09-01\n", 1),
        "utf-8",
    )
    library.rules_for(library.open_case(folder))


def test_a_set_is_made_once_and_anew_where_a_file_that_it_is_made_of_differs() -> None:
    own = library.sources()
    made = read_prompt_set("cervical-radiography", own)
    assert read_prompt_set("cervical-radiography", library.sources()) is made
    for name in ("cervical-radiography", "guidelines", "own-citations"):
        other = replace(own, prompts={**own.prompts, name: f"{own.prompts[name]}# another text\n"})
        assert read_prompt_set("cervical-radiography", other) is not made


def test_a_folder_that_is_no_case_hides_none_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / CASE).mkdir()
    assert library.find_case(CASE).path == library.folder("casebank") / CASE
    (tmp_path / "pages").mkdir()
    with pytest.raises(Refused, match=r"no case\.yaml in this folder"):
        library.find_case("pages")
