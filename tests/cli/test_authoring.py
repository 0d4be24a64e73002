"""`imr prompts new, import, try, diff, editions, unverified, verify` and `check --watch`: a set of one's own, from copy to proof."""

from __future__ import annotations

import io
import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from assistant import library
from assistant.cli import prompts as commands
from assistant.cli.main import run
from assistant.core.problem import Refused
from assistant.core.rules import difference
from assistant.profile import verifications
from tests.prove import scale

ROOT = Path(__file__).resolve().parents[2]
LIKE = "muscle-relaxants"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for prompt files of one's own, with one set that was begun in it."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("IMR_PROMPTS", str(folder))
    assert run(["prompts", "new", "mine", "--like", LIKE]) == 0
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = run(["prompts", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def as_json(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> tuple[int, Any]:
    status, out, _ = said(capsys, name, *arguments, "--json")
    schema = json.loads((ROOT / "schemas" / "output" / f"prompts-{name}.schema.json").read_text("utf-8"))
    made = json.loads(out)
    Draft202012Validator(schema).validate(made)
    return status, made


def changed(own: Path, old: str, new: str, to: str = "mine") -> Path:
    text = (own / "mine.yaml").read_text("utf-8")
    assert old in text
    path = own / f"{to}.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


# -- a new one ------------------------------------------------------------------------------------


def test_a_set_is_begun_as_a_copy_that_is_sound_and_that_editors_can_check(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (own / "mine.yaml").read_text("utf-8")
    first, _, rest = text.partition("\n")
    head, _, schema = first.partition("=")
    assert head == "# yaml-language-server: $schema"
    assert json.loads(Path(schema).read_text("utf-8"))["$id"] == "prompt-set-2.schema.json"
    assert "\nid: mine\n" in rest
    assert "\nedition: 1\n" in rest
    assert said(capsys, "check", "mine")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("Mine", "--like", LIKE), "can't be a set's id"),
        (("mine", "--like", LIKE), "There is a prompt file `mine` already"),
        (("other", "--like", "review"), "is asked of every case"),
        (("other", "--like", "red-flags"), "is a block that sets share"),
        (("other", "--like", "nothing"), "There is no prompt set `nothing`"),
    ],
)
def test_what_can_be_no_new_set_is_refused(
    own: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], what: str
) -> None:
    status, _, err = said(capsys, "new", *arguments)
    assert (status, what in err) == (2, True), err


def test_a_file_that_is_there_is_not_written_over(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = said(capsys, "new", "other", "--like", LIKE, "-o", str(own / "mine.yaml"))
    assert (status, str(own / "mine.yaml") in err) == (2, True)


def test_every_set_that_comes_with_the_program_fits_the_schema_as_an_editor_reads_it() -> None:
    """An editor reads YAML 1.2, where dates are text and numbers under names become names."""
    schema = json.loads((ROOT / "schemas" / "prompt-set-2.schema.json").read_text("utf-8"))
    tried = 0
    for path in sorted((ROOT / "prompts").glob("*.yaml"))[:: scale.of(6, 1)]:
        data = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        if data.get("language") == 2:
            wrong = [error.message for error in Draft202012Validator(schema).iter_errors(plain(data))]
            assert wrong == [], path.name
            tried += 1
    assert tried >= 5


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float) else str(value)


# -- trying it ------------------------------------------------------------------------------------


def tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, replies: str, *arguments: str
) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(replies))
    status, out, err = said(capsys, "try", *arguments)
    assert status == 0, err
    return " ".join(out.split())


def test_a_set_is_walked_without_a_case_with_its_findings_live(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tried(capsys, monkeypatch, "2\n0\n10\nyes\n1\n1\n2\n2\nn\n", "mine", "--on", "2014-06-01")
    assert "stands: short-course argues FOR the treatment" in out
    assert "→ Overturned (treatment approved)" in out
    assert out.endswith("Every question that applies is answered.")


def test_a_reply_is_taken_back_the_reason_is_told_and_a_wrong_one_is_asked_again(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tried(capsys, monkeypatch, "2\n<\nhydrocodone\n?\n5\nq\n", "mine", "--on", "2014-06-01")
    assert "Back to relaxant." in out
    assert "! “hydrocodone” is not among the answers" in out
    assert "The guideline names some of them and judges each by itself." in out


def test_tables_groups_checklists_and_computed_answers_are_walked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = (
        "n\n" * 7
        + "2\n1\n5\n2013-06\n"
        + "1\n2013-09\n1\n2\n1\nn\n2\n"
        + "60\n2\n"
        + "2\n"
        + "n\n" * 2
        + "1\n"
        "yes\nno\nyes\nflexion, extension\n"
    )
    out = tried(capsys, monkeypatch, replies, "cervical-radiography", "--on", "2014-04-20")
    assert "stands: nonunion-or-instability argues FOR the treatment" in out
    assert "rebutted: routine-radiography by nonunion-or-instability" in out
    out = tried(capsys, monkeypatch, "1\n1\n1\n2\n700\n30\n\n", "hypnotics", "--on", "2014-06-01")
    assert "unread: mtus-chronic-pain/hypnotics, the MTUS chronic pain guideline of 2009" in out
    assert "the other answers come to 730" in out
    assert "nobody has read the edition of the MTUS in force" in out


def test_a_set_whose_proof_does_not_hold_is_tried_and_checked_and_opens_no_case(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(
        own, "  - gap: {relaxant: not_documented}\n    says: Which drug is requested is not known.\n", ""
    )
    assert said(capsys, "check", "mine")[0] == 1
    assert "Which muscle relaxant" in tried(capsys, monkeypatch, "", "mine")
    with pytest.raises(Refused, match="The proof of the prompt set `mine` doesn't hold"):
        library.hold_to_proof(["mine"], library.sources())
    library.hold_to_proof([LIKE], library.sources())
    path.unlink()
    changed_back = said(capsys, "new", "mine", "--like", LIKE)
    assert changed_back[0] == 0
    library.hold_to_proof(["mine"], library.sources())


# -- what a change turns --------------------------------------------------------------------------


def test_a_change_is_told_by_the_answers_that_it_turns(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference, "TRIED", scale.of(1_500, difference.TRIED))
    compare, known = difference.compare, []

    def once(*sets: Any, **more: Any) -> Any:
        known.append(known[0] if known else compare(*sets, **more))
        return known[0]

    monkeypatch.setattr(difference, "compare", once)
    later = changed(own, "supply: up to 21", "supply: up to 10", "later")
    status, (made,) = as_json(capsys, "diff", "mine", str(later))
    assert status == 1
    turned = [
        one
        for one in made["differences"]
        if one["old"] == {"decision": "overturned", "why": "carried"} and one["new"]["decision"] == "upheld"
    ]
    assert len(turned) == 1
    assert turned[0]["answers"]["supply"] == "15 to 21 days"
    assert turned[0]["answers"]["flare"] == "Yes"
    assert "Carisoprodol" not in turned[0]["answers"]["relaxant"]
    out = said(capsys, "diff", "mine", str(later))[1]
    assert "was Overturned (treatment approved)\n    is  Upheld (treatment not approved)" in out


def test_a_change_of_words_turns_nothing(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference, "TRIED", scale.of(1_500, difference.TRIED))
    later = changed(own, "ask: Which muscle relaxant is requested?", "ask: Which one is it?", "later")
    status, out, _ = said(capsys, "diff", "mine", str(later))
    assert (status, "no differences" in out) == (0, True)


# -- editions, and what was held against them -----------------------------------------------------


def test_editions_are_listed_with_what_is_known_of_each_place(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "editions", "mtus-neck")
    assert status == 0
    assert "2004: ACOEM Practice Guidelines" in out
    assert "in force 2007-06-15 to 2017-11-30" in out
    assert "mtus-neck/radiography: 2004 rules (Table 8-8, p. 182); 2016 unread; 2018 unread" in out
    _, rows = as_json(capsys, "editions")
    assert {"mtus-neck", "acr-neck"} <= {row["guideline"] for row in rows}
    status, _, err = said(capsys, "editions", "mtus-nek")
    assert (status, "Did you mean `mtus-neck`?" in err) == (2, True)


def test_what_most_examples_rest_on_is_the_first_to_be_held_against_its_source(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, rows = as_json(capsys, "unverified", "mine")
    counts = [row["examples"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0
    _, out, _ = said(capsys, "unverified", "mine")
    assert f"mine/{rows[0]['criterion']} --edition {rows[0]['edition']}   ({counts[0]} examples)" in out
    assert "{{" not in out


def test_a_criterion_is_ticked_off_by_edition_until_it_is_changed(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def waiting() -> set[tuple[str, str]]:
        _, rows = as_json(capsys, "unverified", "mine")
        return {(row["criterion"], row["edition"]) for row in rows}

    before = waiting()
    assert ("carisoprodol", "2009") in before
    status, out, _ = said(capsys, "verify", "mine/carisoprodol", "--edition", "2009", "--by", "A. Reader")
    assert (status, "held against the edition 2009 by A. Reader" in out) == (0, True)
    assert waiting() == before - {("carisoprodol", "2009")}
    assert said(capsys, "verify", "mine/carisoprodol", "--edition", "2009", "--by", "B. Reader")[0] == 0
    assert [one.by for one in verifications()] == ["B. Reader"]
    assert said(capsys, "list")[0] == 0  # the file of verifications is no prompt file
    changed(own, "when: {relaxant: carisoprodol}", "when: {relaxant: [carisoprodol, other]}")
    assert waiting() == before


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("carisoprodl", "--edition", "2009", "--by", "A"), "Did you mean `carisoprodol`?"),
        (("carisoprodol", "--edition", "2009", "--by", "A"), "Several sets have `carisoprodol`"),
        (("mine/carisoprodol", "--edition", "2010", "--by", "A"), "It argues in 2009, 2016, 2017."),
        (("mine/carisoprodol", "--edition", "2009", "--by", " "), "Nobody is named."),
    ],
)
def test_what_can_not_be_ticked_off_is_refused(
    own: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], what: str
) -> None:
    status, _, err = said(capsys, "verify", *arguments)
    assert (status, what in err) == (2, True), err


def test_a_file_of_verifications_that_is_malformed_is_refused_with_its_line(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "verified.yaml").write_text(
        "verified:\n  - {set: mine, criterion: a, edition: 1, by: A}\n", "utf-8"
    )
    status, _, err = said(capsys, "unverified", "mine")
    assert (status, "verified.yaml, line 2" in err) == (2, True), err


# -- on every save --------------------------------------------------------------------------------


def test_a_save_is_seen_and_a_look_without_one_is_not(own: Path) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            changed(own, "up to 21", "up to 20")

    assert len(list(islice(commands.saves(["mine"], wait), 2))) == 2
    assert len(waits) == 3


def test_what_is_refused_is_told_with_its_line_and_does_not_end_the_watch(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(own, "answer: supply", "answer: suply")
    monkeypatch.setattr(commands, "saves", lambda names: iter([None, None]))
    status, out, _ = said(capsys, "check", "--watch", "mine")
    assert status == 0
    assert out.count(f"{path}, line ") == 2
    assert "Did you mean `supply`?" in out


def test_a_slow_step_is_named_with_the_prompt_that_makes_it_slow() -> None:
    times = iter([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 9.0, 9.0])
    steps = commands.Steps("mine", lambda: next(times))
    steps("coding the conditions")
    steps("gaps from 2013-01-01")
    steps.end()

    class Found:
        widest = ("drugs", 400)

    told = list(steps.slow(Found()))  # type: ignore[arg-type]
    assert told == [
        "  SLOW gaps from 2013-01-01: 8 s",
        "  SLOW mostly for drugs, whose conditions tell 400 kinds of answers apart",
    ]


def test_the_questions_of_a_questionnaire_are_a_set_that_the_proof_takes(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "A Form.json"
    when = [{"question": "pain", "operator": "=", "answerBoolean": True}]
    asked: list[dict[str, Any]] = [
        {"linkId": "pain", "type": "boolean", "text": "Is there pain?"},
        {"linkId": "then", "type": "text", "text": "Weight <kg> {{ x }}: yes # no", "enableWhen": when},
        {
            "linkId": "rows",
            "type": "group",
            "repeats": True,
            "text": "Drugs",
            "item": [
                {"linkId": "m", "type": "string", "text": "Drug"},
                {"linkId": "d", "type": "decimal", "text": "Dose"},
            ],
        },
    ]
    questionnaire = {"resourceType": "Questionnaire", "title": "A form", "item": asked}
    form.write_text(json.dumps(questionnaire), "utf-8")
    status, out, _ = said(capsys, "import", str(form))
    assert (status, "a-form.yaml: 3 questions" in " ".join(out.split())) == (0, True)
    assert (own / "a-form.yaml").exists()
    status, out, _ = said(capsys, "check", "a-form")
    assert (status, "sound" in out) == (0, True)
    assert said(capsys, "import", str(form))[0] == 2
    asked.append({"linkId": "q", "type": "display", "text": "Thank you"})
    form.write_text(json.dumps(questionnaire), "utf-8")
    status, out, _ = said(capsys, "import", str(form), "--id", "other")
    assert (status, "item[3] (q): it is words to be shown" in out) == (1, True)
    form.write_text(json.dumps({**questionnaire, "item": [asked[2] | {"item": asked[3:]}]}), "utf-8")
    status, _, err = said(capsys, "import", str(form), "--id", "nothing")
    assert (status, "A Form.json, item[0] (rows).item[0] (q): It is words to be shown" in err) == (2, True)
    form.write_text('{"resourceType":\n "Questionnaire",]', "utf-8")
    status, _, err = said(capsys, "import", str(form))
    assert (status, "A Form.json:2: This is not JSON" in err) == (2, True)
