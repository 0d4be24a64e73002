"""`imr prompts`: what it prints, its JSON against the schemas, and its exit status."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import run
from tests import earlier

ROOT = Path(__file__).resolve().parents[2]
SET = (ROOT / "prompts" / "cervical-radiography.yaml").read_text(encoding="utf-8")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(["prompts", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def as_json(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> tuple[int, Any]:
    status, out, _ = printed(capsys, name, *arguments, "--json")
    made = json.loads(out)
    schema = json.loads((ROOT / "schemas" / "output" / f"prompts-{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(made)
    return status, made


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    status, rows = as_json(capsys, "list")
    assert status == 0
    by_id = {row["id"]: row for row in rows}
    assert by_id["cervical-radiography"]["criteria"] == 7
    assert "red-flags-neck" not in by_id  # a block that sets share
    status, out, _ = printed(capsys, "list")
    assert status == 0
    assert "Radiography of the cervical spine" in out


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    status, made = as_json(capsys, "show", "cervical-radiography")
    assert status == 0
    assert len(made["prompts"]) == 13
    status, out, _ = printed(capsys, "show", "cervical-radiography")
    assert status == 0
    for said in (
        "Which red flags does the record show?",
        "Asked where prior surgery: procedure: operation.",
        "routine-radiography argues AGAINST the treatment",
        "Table 8-8, p. 182",
        "2016-05-27, unread; in force 2017-12-01 to 2019-04-17",
        "`imr prompts unverified cervical-radiography` lists them.",
        "CAUTION where duration: over 6 weeks",
    ):
        assert said in out


def test_check_of_what_comes_with_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    _, rows = as_json(capsys, "check", "cervical-radiography", "opioids")
    made = {row["prompt_set"]: row for row in rows}["cervical-radiography"]
    assert made["cells"] > 1000
    assert made["gaps"] == made["dead_prompts"] == made["dead_criteria"] == []
    case = next(c for c in made["reference_cases"] if c["case"] == "cervical-radiographs-after-fusion")
    assert (case["published"], case["suggested"], case["agrees"]) == ("upheld", "upheld", True)
    opioids = {row["prompt_set"]: row for row in rows}["opioids"]["reference_cases"]
    assert ("overturned", None, None) in {(c["suggested"], c["published"], c["agrees"]) for c in opioids}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("examples:", "exampels:", None),
        ('when: {red_flags: {some: "yes"}}\n    argues', 'when: {red_flags: {some: "yes"}, prior_surgery.procedure: fusion}\n    argues', "gaps"),
        ("when: {prior_imaging: any}", "when: {prior_imaging: any, prior_surgery: [none], operated: \"yes\"}", "dead_prompts"),
        ("when: {films_since_surgery: clean}", "when: {films_since_surgery: clean, prior_surgery: none}", "dead_criteria"),
        ('      - says: ""', "", "missing_sentences"),
    ],
)  # fmt: skip
def test_check_of_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, found: str | None
) -> None:
    text, _, examples = SET.partition("\nexamples:")
    text += "\nexamples:" + examples if found is None else ""
    assert old in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    if found is None:
        status, _, err = printed(capsys, "check", str(path))
        assert status == 2
        assert f"{path}, line " in err
        assert "Did you mean `examples`" in err
        return
    status, (made,) = as_json(capsys, "check", str(path))
    assert status == 1
    assert made[found]
    assert printed(capsys, "check", str(path))[1].rstrip().endswith("NOT sound")


def test_a_file_of_the_first_language_is_checked_as_before(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / f"{earlier.SET}.yaml"
    path.write_text(earlier.TEXT, encoding="utf-8")
    status, (made,) = as_json(capsys, "check", str(path))
    assert (status, made["gaps"], made["dead_criteria"]) == (0, [], [])
    path.write_text(earlier.TEXT.replace("silent:", "silence:"), encoding="utf-8")
    status, _, err = printed(capsys, "check", str(path))
    assert (status, "Did you mean `silent`" in err) == (2, True)


def test_what_is_no_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = printed(capsys, "check", "cervical-radiografy")
    assert (status, "There is no prompt set" in err) == (2, True)
    status, _, err = printed(capsys, "check", "red-flags-neck")
    assert (status, "a block that sets share" in err) == (2, True)
    status, out, _ = printed(capsys, "show", "muscle-relaxants")
    assert "Argues AGAINST where not found in the record: Does the record state muscle spasm" in out
    status, _, err = printed(capsys, "show", str(tmp_path / "none.yaml"))
    assert (status, "There is no such file" in err) == (2, True)


def test_nothing_that_a_terminal_obeys_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    titled = SET.replace("title: Radiography of the cervical spine", 'title: "\\e[2J\\u202eRadiography"')
    assert titled != SET
    path.write_text(titled, encoding="utf-8")
    status, out, _ = printed(capsys, "show", str(path))
    assert status == 0
    assert not {"\x1b", "\u202e"} & set(out)


def test_check_looks_at_the_letters_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ROOT / "prompts" / "letter" / "frame.yaml"
    status, out, _ = printed(capsys, "check", str(own))
    assert status == 0
    assert f"{own}: " in out
    assert "texts of the letter, none missing" in out
    path = tmp_path / "frame.yaml"
    path.write_text(own.read_text("utf-8").replace("in {{ licence }}", "in {{ license }}", 1), "utf-8")
    status, _, err = printed(capsys, "check", str(path))
    assert status == 2
    assert f"{path}, line " in err
    assert "`license` can't be named here. Name only `licence`." in err
    broken = {library.FRAME: path.read_text("utf-8")}
    monkeypatch.setattr(library, "letter_texts", lambda: broken)
    status, _, err = printed(capsys, "check")
    assert status == 2
    assert "prompts/letter/frame.yaml, line " in err


def test_the_editions_of_a_set_are_a_table_by_years(capsys: pytest.CaptureFixture[str]) -> None:
    """Both editions of a year in which one followed the other, and what is unread with a mark."""
    for name, rows in (
        ("lumbar-mri", [["mri", "2004", "2004", "2016", "2019?", "2020?", "2020?"], ["mtus-low-back"]]),
        (
            "hypnotics",
            [
                ["benzodiazepines", "2009", "2009", "2016", "2017?", "2017?", "2017?", "2017?"],
                ["drugs", "none", "none", "2017", "2017", "2017", "2017"],
            ],
        ),
    ):
        status, out, _ = printed(capsys, "editions", name)
        assert status == 0
        lines = [line.split() for line in out.splitlines()]
        assert [row for row in rows if row not in lines] == []
        assert max(map(len, out.splitlines())) <= 90


@pytest.mark.parametrize("name", ["physical-therapy", "epidural-injection"])
def test_a_long_condition_is_shown_by_its_name_which_is_told_once(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status, out, _ = printed(capsys, "show", name)
    told = [line for line in out.splitlines() if not line.lstrip().startswith("[")]
    assert status == 0
    assert max(map(len, told)) < 2_000
    named = {
        one
        for line in told
        if line.lstrip().startswith(("Asked where", "Speaks of", "Met where"))
        for one in re.findall("“[^”]*”", line)
    }
    defined = {line.lstrip().split(" is so where ")[0] for line in told if " is so where " in line}
    assert named
    assert named <= defined
