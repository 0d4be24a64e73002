"""The search sequence and the reviewer's own citations: where they are asked, what they do, and a signed letter on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from assistant import library, profile
from assistant.cli.main import cli
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.review.conversation import Conversation
from assistant.review.rederive import rederive
from assistant.review.review import Review
from assistant.review.views import context

CASE: dict[str, Any] = {
    "id": "walker",
    "title": "A walker",
    "practice": "yes",
    "provenance": "Made up.",
    "claim": {"complaint": "low back pain", "region": "low back"},
    "documents": [
        {
            "id": "ur-report",
            "type": "Utilization review report",
            "author": "reviewer",
            "date": "2019-04-20",
            "sent_by": "claims administrator",
            "ur_report": "yes",
        },
        {
            "id": "note",
            "type": "Progress note",
            "author": "attending provider",
            "date": "2019-03-10",
            "sent_by": "attending provider",
        },
    ],
    "timeline": [],
    "items": {
        "1": {
            "service": "a walker",
            "region": "low back",
            "prompt_set": "general",
            "drug": "tizanidine",
            "ur_decision": {"date": "2019-04-20", "decision": "denied"},
            "page": "ur-report:1",
            "quote": "The walker is not certified.",
        }
    },
}
GENERAL: dict[str, Any] = {
    "case": {
        "qualifications": {
            "certification": "Occupational Medicine",
            "licence": "California",
            "years": 6,
            "hours": 24,
        },
        "conflict": "none",
        "documents": "complete",
        "timeline": "confirmed",
    },
    "1": {
        "purpose": {
            "value": "to walk without help",
            "evidence": [{"document": "note", "page": 1, "quote": "to walk without help"}],
        },
        "searched": [
            {"step": "mtus", "place": "none", "edition": "the MTUS of 2019", "found": "nothing"},
            {"step": "acoem_odg", "place": "none", "edition": "both of 2019", "found": "nothing"},
            {"step": "other", "place": "none", "edition": "2018", "found": "recommendation"},
        ],
    },
}
RELAXANT: dict[str, Any] = {
    "relaxant": {
        "value": "tizanidine",
        "evidence": [{"document": "note", "page": 1, "quote": "Tizanidine"}],
    },
    "weeks_taken": "not_documented",
    "supply": "not_documented",
    "flare": "not_documented",
    "tried": "not_documented",
    "spasticity": "not_documented",
}


def source(**changed: Any) -> dict[str, Any]:
    return {
        "tier": "national",
        "kind": "guideline",
        "by": "the Example Society",
        "title": "Walking aids",
        "year": 2018,
        "place": "chapter 3, p. 41",
        "quote": "A walker {{ is }} recommended where 12 steps can't be walked.",
        "argues": "for",
        "bears": "This worker needs help to walk.",
        "rebuts": "nothing",
        "cited_by": "reviewer",
        "level": "unrated",
    } | changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records = tmp_path / "walker" / "records"
    records.mkdir(parents=True)
    (records / "ur-report.txt").write_text("The walker is not certified.\n", "utf-8")
    (records / "note.txt").write_text(
        "A walker is asked for, to walk without help.\nTizanidine at night.\n", "utf-8"
    )
    return records.parent


def imr(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli, [*args, "--log", str(folder.parent / "log.sqlite")], catch_exceptions=False
    )


def reviewed(
    folder: Path,
    answers: dict[str, Any],
    decision: str = "overturned",
    rulings: dict[str, Any] | None = None,
    acknowledge: dict[str, str] | None = None,
    decided: str = "2019-04-20",
    prompt_set: str = "general",
) -> dict[str, Any]:
    item = CASE["items"]["1"] | {
        "prompt_set": prompt_set,
        "ur_decision": {"date": decided, "decision": "denied"},
    }
    (folder / "case.yaml").write_text(yaml.safe_dump(CASE | {"items": {"1": item}}), "utf-8")
    file = folder.parent / "answers.json"
    whole = {
        "reviewer": "reference",
        "answers": GENERAL | {"1": answers},
        "determinations": {"1": {"decision": decision, "reason": "What was found says so."}},
        "rulings": {"1": rulings or {}},
        "acknowledge": acknowledge or {},
        "sign": True,
    }
    file.write_text(json.dumps(whole), "utf-8")
    result = imr(folder, "review", str(folder), "--answers", str(file), "--json")
    data: dict[str, Any] = json.loads(result.stdout)
    return data | {"said": result.output}


def test_a_set_without_criteria_is_decided_by_what_the_reviewer_found(folder: Path) -> None:
    data = reviewed(folder, GENERAL["1"] | {"own": [source()]})
    assert data["status"] == "signed", data["said"]
    (item,) = data["items"]
    assert item["suggestion"]["decision"] == "overturned"
    assert item["suggestion"]["because"] == ["own-1"]
    (sentence,) = [
        one for one in item["rationale"] if one["criteria"] == ["own-1"] and one["origin"] == "reviewer"
    ]
    assert sentence["citations"] == ["own-1"]
    assert sentence["prompts"] == ["own"]
    letter = " ".join(imr(folder, "letter", "last").stdout.split())
    assert "A walker {{ is }} recommended where 12 steps can't be walked." in letter
    assert "the Example Society, Walking aids (2018), chapter 3, p. 41" in letter
    assert imr(folder, "log", "rederive", "last").exit_code == 0
    assert imr(folder, "log", "verify").exit_code == 0


def test_what_it_says_of_the_worker_is_held_against_the_case(folder: Path) -> None:
    data = reviewed(
        folder, GENERAL["1"] | {"own": [source(bears="The right knee was replaced in May 2011.")]}
    )
    assert data["status"] == "open"
    assert "unborne-fact" in {one["check"] for one in data["checks"]}


def test_a_search_without_a_step_is_refused_and_one_that_is_missing_leaves_the_item_undecided(
    folder: Path,
) -> None:
    with pytest.raises(Refused, match="at least one step"):
        reviewed(folder, GENERAL["1"] | {"searched": [], "own": []})
    data = reviewed(folder, {"purpose": "not_documented"})
    assert {one["prompt"] for one in data["missing"] if one["item"] == "1"} >= {"searched", "own"}


def test_silence_argues_nothing(folder: Path) -> None:
    data = reviewed(folder, GENERAL["1"] | {"own": []}, "upheld")
    assert data["items"][0]["suggestion"] == data["items"][0]["suggestion"] | {"decision": None, "why": "gap"}


def test_a_lower_tier_waits_until_the_mtus_has_been_searched(folder: Path) -> None:
    steps = [{"step": "other", "place": "none", "edition": "2018", "found": "recommendation"}]
    data = reviewed(folder, GENERAL["1"] | {"searched": steps, "own": [source()]})
    assert data["items"][0]["suggestion"]["why"] == "unread"
    assert "search-sequence" in {one["check"] for one in data["checks"]}
    found = source(tier="mtus", argues="against")
    data = reviewed(folder, GENERAL["1"] | {"searched": steps, "own": [found, source()]}, "upheld")
    assert data["items"][0]["suggestion"]["because"] == ["own-1"]
    assert data["items"][0]["suggestion"]["dissent"] == ["own-2"]


def test_sources_at_variance_are_a_conflict_until_one_of_them_is_ruled_to_govern(folder: Path) -> None:
    study = source(tier="studies", kind="study", argues="against", by="Made A", level="2")
    study |= {"journal": "J Made Up", "place": "12:3-9", "design": "a randomized trial"}
    both = GENERAL["1"] | {"own": [study, source(level="1b")]}
    data = reviewed(folder, both)
    assert data["items"][0]["suggestion"]["why"] == "conflict"
    ruling = {"own-2": {"ruling": "governs", "reason": "It reviews every trial, and speaks of such workers."}}
    data = reviewed(folder, both, rulings=ruling)
    assert data["status"] == "signed", data["said"]
    assert data["items"][0]["suggestion"]["because"] == ["own-2"]
    letter = " ".join(imr(folder, "letter", "last").stdout.split())
    assert "governs before the sources at variance with it" in letter
    assert "level of evidence 1b" in letter
    assert imr(folder, "log", "rederive", "last").exit_code == 0
    before = reviewed(folder, both, "upheld", decided="2015-07-19")
    assert before["items"][0]["suggestion"]["because"] == ["own-1"]


def test_where_no_edition_was_in_force_the_search_comes_first(folder: Path) -> None:
    data = reviewed(folder, RELAXANT, decided="2008-04-20", prompt_set="muscle-relaxants")
    missing = [one for one in data["missing"] if one["item"] == "1"]
    assert [one["prompt"] for one in missing][:2] == ["searched", "own"]


def test_a_guideline_that_is_ruled_inapplicable_has_to_be_replaced(folder: Path) -> None:
    out = {"short-course-otherwise": {"ruling": "inapplicable", "reason": "It speaks of the acute phase."}}
    data = reviewed(folder, RELAXANT, rulings=out, decided="2014-04-20", prompt_set="muscle-relaxants")
    assert {one["prompt"] for one in data["missing"]} >= {"searched", "own"}
    searched = {"searched": GENERAL["1"]["searched"], "own": [source()]}
    data = reviewed(
        folder, RELAXANT | searched, rulings=out, decided="2014-04-20", prompt_set="muscle-relaxants"
    )
    assert data["items"][0]["suggestion"]["because"] == ["own-1"]


def test_a_guideline_that_is_ruled_misstated_is_replaced_in_its_own_tier(folder: Path) -> None:
    out = {"short-course-otherwise": {"ruling": "misstated", "reason": "It has four weeks, on p. 64."}}
    searched = {"searched": GENERAL["1"]["searched"], "own": [source()]}
    told = {"rulings": out, "decided": "2014-04-20", "prompt_set": "muscle-relaxants"}
    data = reviewed(folder, RELAXANT | searched, **told)
    assert data["items"][0]["determination"] is None
    searched["own"] = [source(tier="mtus", argues="against")]
    data = reviewed(folder, RELAXANT | searched, "upheld", **told)
    assert data["items"][0]["suggestion"]["because"] == ["own-1"]
    assert data["status"] == "signed", data["said"]
    assert "says otherwise than it is quoted here" in " ".join(imr(folder, "letter", "last").stdout.split())


def test_a_source_of_ones_own_may_rebut_a_guideline_and_is_ruled_on(folder: Path) -> None:
    searched = {
        "searched": GENERAL["1"]["searched"],
        "own": [source(rebuts="short-course-otherwise", cited_by="requester")],
    }
    told: dict[str, Any] = {"decided": "2014-04-20", "prompt_set": "muscle-relaxants"}
    data = reviewed(folder, RELAXANT | searched, **told)
    assert data["items"][0]["suggestion"]["rests_on"] == ["own-1"]
    assert data["items"][0]["determination"] is None
    ruling = {"own-1": {"ruling": "accepted", "reason": "It is newer, and speaks of such workers."}}
    data = reviewed(folder, RELAXANT | searched, rulings=ruling, **told)
    assert data["items"][0]["suggestion"]["decision"] == "overturned"
    assert data["status"] == "signed", data["said"]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    with Log.open(tmp_path / "log.sqlite") as opened:
        yield opened


def begun(log: Log, folder: Path) -> Review:
    (folder / "case.yaml").write_text(yaml.safe_dump(CASE), "utf-8")
    who = profile.Profile("r-one", qualifications=GENERAL["case"]["qualifications"])
    return Review.open(log, library.open_case(folder), who)


@pytest.fixture
def talk(folder: Path, log: Log) -> Iterator[Conversation]:
    """A conversation that has come to the first question of the search sequence."""
    made = Conversation(begun(log, folder))
    made.reply("")
    yield made
    made.review.close()


def test_a_form_says_what_a_field_may_be_and_where_an_empty_timeline_is_filled(
    log: Log, folder: Path
) -> None:
    talk = Conversation(begun(log, folder))
    assert "confirmed under Chronology" in " ".join(context(talk.review, talk.turn))
    talk.reply("")
    wanted = "What was found? ... (1 Nothing that applies / 2 A recommendation that applies)"
    assert wanted in " ".join(context(talk.review, talk.turn))
    talk.review.close()


STUDY_FORM = [
    "4",  # a study, for the treatment
    "Made A; Walking aids; J Made Up; 2018; 12:3-9; a randomized trial",
    "A walker helps; so do two sticks.",
    "This worker needs help to walk.",
]


def replied(talk: Conversation, *replies: str) -> None:
    for one in replies:
        said = talk.reply(one)
        assert not [line.text for line in said if line.kind == "problem"]


def test_a_step_of_the_search_is_one_line_and_none_is_not_offered(talk: Conversation) -> None:
    assert (talk.turn.kind, talk.turn.path) == ("form", "searched.1")
    assert {one.place[1].rpartition(".")[2]: one.answer and one.answer.value for one in talk.turn.fields} == {
        "step": "mtus",
        "place": "none",
        "edition": None,
        "found": None,
    }
    replied(talk, "the MTUS of 2019; nothing")
    assert [one.value for one in talk.options] == ["done", "all", "add", "remove", "change 1"]
    replied(talk, "add", "both of 2019; recommendation", "1")
    (first, second) = talk.review.session.reading("1").answers["searched"].plain()
    assert first == {"step": "mtus", "place": "none", "edition": "the MTUS of 2019", "found": "nothing"}
    assert second["step"] == "acoem_odg"


def test_done_behind_a_step_or_a_source_closes_its_list(talk: Conversation) -> None:
    said = [line.text for line in talk.reply("the MTUS of 2019; nothing done")]
    assert sum("the MTUS of 2019" in line for line in said) == 1, "what closes a list is told once"
    assert (talk.turn.kind, talk.turn.path) == ("prompt", "own")
    assert "4  A study, for the treatment: ..." in talk.reply_lines
    replied(talk, "guideline against", "ACOEM; Aids; 2019; p. 4; Aids are not advised.; He walks alone. done")
    own = talk.review.session.reading("1").answers["own"]
    assert (own.closed, own.plain()[0]["argues"], own.plain()[0]["bears"]) == (
        True,
        "against",
        "He walks alone.",
    )
    assert talk.turn.path != "own"


def test_the_next_step_and_a_source_are_written_behind_their_key(talk: Conversation) -> None:
    replied(talk, "the MTUS of 2019; nothing")
    assert "3  Add a step: ..." in talk.reply_lines
    assert "Which edition, year or database was searched; What was found" in talk.said_so_far("3 ")
    for wrong in ("3 both", "3 both; perhaps", "3 both; 1; more; and more"):
        with pytest.raises(Refused, match=r"found|Write these"):
            talk.reply(wrong)
    assert len(talk.review.session.reading("1").answers["searched"].parts or {}) == 1
    replied(talk, "3 both of 2019; recommendation; done")
    assert (talk.turn.kind, talk.turn.path) == ("prompt", "own")
    assert "What is its title" in talk.said_so_far("4 ")
    assert "journal" in talk.said_so_far("4 ").lower()
    assert "journal" not in talk.said_so_far("6 ").lower(), "what is asked hangs on the kind"
    with pytest.raises(Refused, match="Write these"):
        talk.reply("4 Made A; Walking aids")
    assert talk.review.session.answer("1", "own") is None, "a line that does not fit leaves no half source"
    replied(talk, "6 A clinic; Aids; 2019; p. 4; Aids are advised.; He can't walk alone.; done")
    own = talk.review.session.reading("1").answers["own"]
    assert (own.closed, own.plain()[0]["kind"], own.plain()[0]["by"]) == (True, "other", "A clinic")


def test_what_does_not_fit_the_fields_of_a_row_is_said_and_nothing_is_lost(talk: Conversation) -> None:
    for wrong in ("the MTUS of 2019", "the MTUS of 2019; nothing; more", "the MTUS of 2019; perhaps"):
        (line,) = talk.reply(wrong)
        assert line.kind == "problem"
        assert talk.review.session.reading("1").answers.get("searched") is None
    replied(
        talk, "write the first", "ACOEM; the chapter on aids", "nothing"
    )  # what has a semicolon of its own
    (row,) = talk.review.session.reading("1").answers["searched"].plain()
    assert row["edition"] == "ACOEM; the chapter on aids"


def test_a_source_has_the_fields_of_its_kind_and_is_entered_in_few_replies(talk: Conversation) -> None:
    replied(talk, "the MTUS of 2019; nothing", "1", "2")
    fields = [one.place[1].rpartition(".")[2] for one in talk.turn.fields]
    assert not {"journal", "design"} & set(fields)
    replied(talk, "remove", *STUDY_FORM)
    (row,) = talk.review.session.reading("1").answers["own"].plain()
    assert row | {"tier": "studies", "quote": STUDY_FORM[2], "level": "unrated", "rebuts": "nothing"} == row
    replied(talk, "1")
    source_ = talk.review.session.rules.sets["1"].citations["own-1"]
    assert source_.name == "Made A, Walking aids, J Made Up (2018, 12:3-9)"
    assert rederive(talk.review.log, talk.review.session.id).ok


def test_a_source_of_a_signed_review_is_kept_and_offered_again(
    talk: Conversation, folder: Path, log: Log
) -> None:
    replied(talk, "the MTUS of 2019; nothing; done", *STUDY_FORM, "1", "nd")
    assert not profile.sources_path().exists()
    while talk.turn.kind != "done":
        talk.reply("sign" if talk.turn.kind == "sign" else "1")
        if talk.pending is not None:
            talk.reply("What was found in the study says so.")
    (kept,) = profile.kept_sources()
    assert (kept.columns["by"], kept.by) == ("Made A", "r-one")
    assert "bears" not in kept.columns
    assert "argues" not in kept.columns
    again = Conversation(begun(log, folder))
    replied(again, "", "both of 2019; nothing", "1")
    (offered,) = [one for one in again.options if one.value.startswith("kept")]
    assert offered.label.endswith(f"as r-one verified it on {kept.on}")
    replied(again, offered.value, "2", "This worker is as those studied were.")
    (row,) = again.review.session.reading("1").answers["own"].plain()
    assert row.items() >= kept.columns.items()
    assert row["argues"] == "against"
    assert not any(one.value.startswith("kept") for one in again.options)
    again.review.close()


def test_a_library_that_cannot_be_read_offers_nothing_and_stays_as_it_is(talk: Conversation) -> None:
    profile.sources_path().write_text("sources: [{kind: rumour}]", "utf-8")
    replied(talk, "the MTUS of 2019; nothing", "1")
    assert {one.value.split()[0] for one in talk.options} == {"none", "guideline", "study", "other"}
    with pytest.raises(Refused, match="kind"):
        profile.keep_sources([source()], "r-one", "2026-11-28")
    assert "rumour" in profile.sources_path().read_text("utf-8")
