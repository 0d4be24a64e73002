"""`imr case find`: passages in words and as JSON, with nothing of the record obeyed by the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant import library
from assistant.cli.main import cli, run

CASE = "cervical-radiographs-after-fusion"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of the bundled case, to be changed."""
    return Path(shutil.copytree(library.folder("casebank") / CASE, tmp_path / "case"))


def find(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["case", "find", *arguments], standalone_mode=False)


def printed(*arguments: str) -> str:
    result = find(*arguments)
    assert result.exception is None
    return result.stdout


def rows(*arguments: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(printed(*arguments, "--json"))
    return made


def test_passages_are_shown_with_page_standing_and_the_words_marked() -> None:
    text = printed(CASE, "osteopenia")
    assert "1 passage for “osteopenia”." in text
    assert "xray-report-2014-07-12:1 · affirmed" in text
    assert "[Osteopenia] is appreciated." in text
    assert "Searched: 5 documents, 6 pages." in text


def test_json_holds_the_exact_words_and_their_place() -> None:
    found = rows(CASE, "loosening")
    pages = library.find_case(CASE).pages
    assert len(found) == 2
    for row in found:
        assert pages[row["document"]][row["page"] - 1][row["start"] :].startswith(row["quote"])
        assert (row["negated"], row["standing"], row["term"]) == (True, "negated", "loosening")


def test_a_prompt_finds_what_it_looks_for_in_groups() -> None:
    text = printed(CASE, "--prompt", "suspected")
    assert "2 passages, 2 mentions." in text
    assert "pseudarthrosis" in text
    assert text.count("· negated") == 2
    assert rows(CASE, "--prompt", "1.suspected") == rows(CASE, "--prompt", "suspected")


def test_the_limit_says_what_it_leaves_out() -> None:
    assert "1 passage for “flexion”, the best." in printed(CASE, "flexion", "--limit", "1")
    assert "more; --limit shows more." in printed(CASE, "--prompt", "views", "--limit", "1")


def test_a_passage_that_speaks_in_two_ways_is_shown_once() -> None:
    text = printed(CASE, "hardware loosening")
    assert "3 passages" in text
    assert "xray-report-2014-08-04:1 · hardware: affirmed, loosening: negated" in text
    assert "[hardware] at C4-C5" in text


def test_nothing_found_is_no_failure() -> None:
    assert "0 passages" in printed(CASE, "zebra")
    assert rows(CASE, "zebra") == []
    assert run(["case", "find", CASE, "zebra", "--json"]) == 0


def test_a_case_without_documents_says_so(case: Path) -> None:
    shutil.rmtree(case / "records")
    (case / "case.yaml").write_text(
        "id: bare\ntitle: Bare\npractice: yes\ndocuments: []\ntimeline: []\n"
        'items: {"1": {service: radiographs, region: cervical spine, prompt_set: cervical-radiography}}'
    )
    assert "no documents" in printed(str(case), "fever")
    assert rows(str(case), "fever") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((CASE,), "Give either words to find or --prompt"),
        ((CASE, "  "), "Give either words to find or --prompt"),
        ((CASE, "fever", "--prompt", "sought"), "Give either words to find or --prompt"),
        ((CASE, "--prompt", "conflict"), "There is no prompt “conflict” that looks for words"),
        (("nowhere", "fever"), "There is no case “nowhere”"),
        ((CASE, "fever", "--limit", "0"), "0 is not in the range"),
    ],
)
def test_wrong_use_is_refused(
    arguments: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["case", "find", *arguments]) == 2
    assert said in capfd.readouterr().err


def test_nothing_of_the_record_or_the_query_is_obeyed_by_the_terminal(case: Path) -> None:
    note = case / "records" / "progress-note-2014-05-10.txt"
    note.write_text(note.read_text() + "\n\x1b[2Jfever\x07 [b]\u202eod\n")
    text = printed(str(case), "fever")
    assert "[fever]" in text
    assert not set(text) & set("\x1b\x07\u202e")
    assert not set(printed(str(case), "\x1b[31m \u202e x")) & set("\x1b\u202e")


def test_pages_that_search_cannot_read_are_named(case: Path) -> None:
    file = case / "case.yaml"
    entry = "{id: progress-note-2014-07-17,"
    file.write_text(file.read_text().replace(entry, f"{entry} unreadable: [2],"))
    text = printed(str(case), "flexion")
    assert "Searched: 5 documents, 5 pages." in text
    assert "Not readable by search: 1 page (progress-note-2014-07-17: 2)." in text
    assert "progress-note-2014-07-17:2 ·" in text, "the words it has are found all the same"


def test_words_that_may_be_slips_are_told() -> None:
    assert "Spelled alike in the record, and not looked for: osteopenia" in printed(CASE, '"osteopania"')
    assert "alike" not in printed(CASE, "osteopenia")


def test_a_long_passage_is_shown_around_the_words(case: Path) -> None:
    note = case / "records" / "progress-note-2014-05-10.txt"
    note.write_text(note.read_text() + "\n\n" + "and word " * 40 + "zebra " + "and word " * 40)
    text = printed(str(case), "zebra")
    assert "…" in text
    assert "[zebra]" in text
    assert len(text) < 900
