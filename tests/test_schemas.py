"""The schemas say what the program writes and reads: entries as stored, files as parsed, output as printed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import click
import jsonschema_rs
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from assistant import library
from assistant import profile as reviewer
from assistant.cli.main import cli
from assistant.core import access_events as a
from assistant.core import commands as c
from assistant.core import work_events as w
from assistant.core import yaml
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.event_form import all_kinds, encode
from assistant.core.record.checks import CHECKS
from assistant.core.record.second_look import unseen
from assistant.core.text import Private
from assistant.core.value import replace
from assistant.log import Draft, Log, access
from assistant.log.keys import VerifierKey
from assistant.log.reviewer_keys import in_base64
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.amendment import amendment, change_set
from assistant.review.review import Review
from tests.contracts import KINDS, SEALED
from tests.walk import search_in_vain

FOLDER = library.folder("schemas")
CHECKOUT = FOLDER.parent
REFERENCE = library.folder("casebank") / "cervical-radiographs-after-fusion" / "reference.yaml"
QUALIFICATIONS = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}

FILES = {
    path.relative_to(FOLDER).as_posix().removesuffix(".schema.json"): json.loads(path.read_text("utf-8"))
    for path in sorted(FOLDER.rglob("*.json"))
    if path.parent.name != "answers"
}
REGISTRY: Registry[Any] = (
    Registry()
    .with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in FILES.values() if "$id" in schema
    )
    .crawl()
)

CASE = 'id: x\ntitle: t\ndocuments: [{{id: a, type: b, {}}}]\ntimeline: []\nitems: {{"1": {{service: s, region: r, prompt_set: p}}}}'


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(FILES[name], registry=REGISTRY)


def wrong(name: str, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]


# -- the schemas themselves -----------------------------------------------------------------------


def test_each_is_a_json_schema_that_says_in_a_sentence_what_it_is_of() -> None:
    for name, schema in FILES.items():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name
        assert jsonschema_rs.meta.is_valid(schema), name
        assert schema["title"], name
        assert re.fullmatch(r"[A-Z`].*[.]", schema["description"]), name


def test_each_is_strict() -> None:
    for name in {*SEALED, *KINDS, "output/case-list", "output/case-show"}:
        for path, schema in objects(FILES[name], "#"):
            closed = "additionalProperties" in schema or "unevaluatedProperties" in schema
            assert closed or (name, path) == ("event", "#"), f"{name}{path} lets anything through"


def objects(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from objects(inner, f"{path}/{number}")
    elif isinstance(schema, dict):
        if schema.get("type") == "object" and schema != {"type": "object"}:
            yield path, schema
        for key, inner in schema.items():
            if key not in ("if", "not", "const", "enum"):
                yield from objects(inner, f"{path}/{key}")


LATER = {
    "access.archived": {"keep_until"},
    "access.file_reviewed": {"text"},
    "access.held": {"case", "keep_until"},
    "access.note_added": {"owner", "severity"},
    "access.opened": {"central"},
    "addendum.added": {"reason", "to", "quoted"},
    "case.amended": {"sets"},
    "record.searched": {"stated"},
    "session.opened": {"again", "held_back"},
    "session.signed": {"guard", "key", "signature"},
    "page.opened": {"by"},
    "page.marked": {"gone"},
    "training.assigned": {"unaided", "due", "confidence"},
    "training.run_opened": {"exercise", "confidence", "known", "trainer"},
}
"""Fields that entries of earlier versions don't have."""


def test_every_kind_of_event_has_its_schema_with_a_description() -> None:
    event = FILES["event"]
    assert sorted(event["properties"]["kind"]["enum"]) == sorted(all_kinds())
    chosen = {
        rule["if"]["properties"]["kind"]["const"]: rule["then"]["properties"]["body"]["$ref"]
        for rule in event["allOf"]
    }
    assert chosen == {kind: f"#/$defs/{kind}" for kind in all_kinds()}
    for kind in all_kinds():
        body = event["$defs"][kind]
        assert re.fullmatch(r"[A-Z`][^.]*[.]", body["description"]), kind
        assert body["additionalProperties"] is False
        assert set(body.get("properties", ())) - set(body.get("required", ())) == LATER.get(kind, set())


def test_a_check_has_one_name_in_all_schemas() -> None:
    """An entry, an answers file and a letter may name each check that there is, and no other."""
    answers = FILES["answers-file"]["properties"]["acknowledge"]["patternProperties"]
    letter = FILES["output/letter"]["properties"]["checks"]["items"]["properties"]["check"]
    assert FILES["event"]["$defs"]["check"]["enum"] == list(CHECKS)
    assert letter["enum"] == list(CHECKS)
    assert list(answers) == [f"^({'|'.join(CHECKS)})$(?!\\n)"]


def test_no_schema_is_an_orphan() -> None:
    """Each is of something: an entry, a file that is read, or the output of a command."""
    outputs = {name for name in FILES if name.startswith("output/")}
    program = "".join(library.read_text(path) for path in (CHECKOUT / "assistant").rglob("*.py"))
    assert [name for name in KINDS if f'"{name}"' not in program] == []
    titles = [FILES[name]["title"].replace("--format json", "--json") for name in sorted(outputs)]
    printed = {call.removeprefix("imr ") for title in titles for call in title.split(", ")}
    assert printed <= set(json_commands())
    assert set(json_commands()) - printed <= {"log backup --json"}  # prints what `log verify` does


def test_no_definition_is_an_orphan() -> None:
    for name, schema in FILES.items():
        used = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
        if name == "intake":  # what each file of the kind needs
            used |= {"lines", *(path.stem for path in (CHECKOUT / "prompts" / "intake").iterdir())}
        assert used == set(schema.get("$defs", {})), name


def json_commands(group: click.Group = cli, before: str = "") -> Iterator[str]:
    """Every command that takes --json, as it is called."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if any("--json" in option.opts for option in command.params):
            yield f"{before}{name} --json"
        if isinstance(command, click.Group):
            yield from json_commands(command, f"{before}{name} ")


# -- entries, as they are stored ------------------------------------------------------------------


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The stored entries of a session that is signed and one that does everything else, then is declined."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    with Log.open(path) as log:
        signed = Review.open(
            log, library.find_case("cervical-radiographs-after"), Profile("r-one", "A Name", QUALIFICATIONS)
        )
        begin(signed)
        assert answers_file.run_answers(signed, answers_file.read_answers_file(REFERENCE)).status == 0
        signed.perform(c.AddAddendum("A later film arrived."))
        signed.close()
        copy = shutil.copytree(library.find_case("cervical-radiographs-after").path, path.parent / "case")
        other = Review.open(log, library.open_case(Path(copy)), Profile("r-two", decide_first=True))
        change_set(other, "1", "general")
        change_set(other, "1", "cervical-radiography")
        change_everything(other)
        other.close()
        log.append(
            "d0d0", [Draft(one.kind, encode(one)) for one in DESK], actor="r-one", case="neck", after=0
        )
    for event in READING:
        assert access.note(path, event) == ""
    with closing(sqlite3.connect(path)) as connection:
        return [json.loads(row[0]) for row in connection.execute("SELECT entry FROM event ORDER BY id")]


KEY, SIGNATURE = str(VerifierKey("r-one", bytes(32))), in_base64(bytes(64))

READING = [
    a.AccessRead("show", ("0123456789ab",)),
    a.AccessListed("log sessions", {"kind": "real"}),
    a.AccessReported("uphold-rate", {"since": "2026-01"}, ("prompt_set",)),
    a.AccessQueried("SELECT 1"),
    a.AccessExported("timeline", "csv", ("0123456789ab",)),
    a.SampleDrawn("sha256-rank", 7, 30, {"status": "signed"}, 2, ("0123456789ab", "ba9876543210")),
    a.AuditNoteAdded("0123456789ab", "The page that is cited says otherwise."),
    a.AuditNoteAdded(
        "0123456789ab", "The page that is cited says otherwise.", "major", "The medical director"
    ),
    a.FindingAnswered("ab12.3", "It does at C5-C6."),
    a.FindingClosed("ab12.3", "The amendment adds a film."),
    a.FileReviewed("ab12.2", "0123456789ab", "deficient", "One page is cited wrongly."),
    a.SessionsHeld("01234567", ("0123456789ab",), "A court has asked for it.", "a-case", "2031-12-31"),
    a.HoldReleased("01234567", "The court is done with it."),
    a.StretchArchived("2024.parquet", "0" * 64, 2024, 9, 7, 1, "0" * 64, "2034-12-31"),
    a.TextRedacted("0123456789ab", 7, "text", "0" * 64, "A patient's name stands in it."),
    a.RollbackAccepted("imr-log/ab", 40, "0" * 64, 30, "1" * 64, "The disk was restored from a backup."),
    a.KeyRegistered("r-one", KEY, 0, "0" * 64, SIGNATURE, {KEY: SIGNATURE}),
    a.KeyRevoked("r-one", KEY, "", "The passphrase is lost."),
    a.CheckpointTimed("cosignature/v1", 3, "imr-log/ab\n3\n...", "lines"),
]

DESK = [
    w.DeskOpened("0.1.0"),
    w.ReviewerAssigned("neck", "r-two", "Neurology", "2027-01-01", "2027-06-30"),
    w.ConflictAttested("neck", "r-two", "A Hospital"),
    w.RecordsAsked("neck", "2026-03-01", "The MRI report.", ("Dr. Roe",), ("the employee",)),
    w.ReceiptStated("neck", "2026-03-01", "", "formulary"),
    w.QualityRead("neck", "0123456789ab", ""),
    w.DeterminationSent("neck", "0123456789ab", "2026-03-02"),
    w.CaseWithdrawn("neck", "2026-03-02", "Settled."),
    w.CaseReinstated("neck", "A slip."),
    w.CaseRemanded("neck", "2026-03-03", "The wrong level."),
]


def begin(review: Review) -> None:
    review.perform(c.RejectInput("case", "qualifications", "maybe", "That is no answer."))
    review.perform(c.RejectInput("case", "qualifications", "x" * 5000, "That is no answer."))
    review.perform(c.OpenWhy("case", "qualifications"), c.OpenPage("progress-note-2014-07-17", 2))
    review.perform(c.SkipPrompt("case", "qualifications"))
    review.perform(c.ShowPrompt("1", "red_flags"), c.LeavePrompt("1", "red_flags"))
    review.perform(c.OpenFindings("1"))


def change_everything(review: Review) -> None:
    file = replace(answers_file.read_answers_file(REFERENCE), determinations={}, acknowledge={}, sign=False)
    assert answers_file.run_answers(review, file).status == 1
    review.perform(c.DecideFirst("1", "overturned"))
    review.perform(c.AddNote("1", "", "A note to the decision."))
    review.perform(c.AddNote("1", "suspected", "A note."))
    surgery = review.session.answer("1", "prior_surgery")
    assert surgery is not None
    review.perform(c.RecordAnswer("1", "prior_surgery", Answer(value="none"), reason="It was elsewhere."))
    review.perform(c.RecordAnswer("1", "prior_surgery", surgery, "proposed", "The note has no operation."))
    words = Answer(value=Private("loosening"), note=Private("on page 1"))
    review.perform(c.RecordAnswer("1", "suspected", words, reason="Found it."))
    page = Evidence("progress-note-2014-07-17", 1)
    review.perform(c.CiteEvidence("1", "suspected", page))
    review.perform(c.CiteEvidence("1", "suspected", replace(page, quote=Private("cumulative trauma"))))
    review.perform(
        c.RecordAnswer("1", "red_flags.tumor", Answer(value="no"), reason="The report names a tumor.")
    )
    review.perform(
        c.RecordAnswer("1", "prior_imaging.3.date", Answer(value="2013"), reason="One more study.")
    )
    review.perform(c.WithdrawAnswer("1", "prior_imaging.3", "It was of the back."))
    held = review.session.answer("1", "prior_imaging")
    assert held is not None
    review.perform(
        c.RecordAnswer("1", "prior_imaging", replace(held, closed=True), reason="That is every study.")
    )
    marked = replace(page, quote=Private("cumulative trauma"))
    review.perform(c.MarkPage(marked), c.OpenPage("progress-note-2014-07-17", 1, "program"))
    review.perform(c.MarkPage(review.session.marks[0], gone=True))
    review.perform(c.WithdrawAnswer("1", "views", "The views are on page 2."))
    review.perform(c.RecordAnswer("1", "views", Answer(value=["flexion", "extension"])))
    review.perform(
        c.RecordAnswer("1", "sought", Answer(status=Status.UNCLEAR), reason="Illegible on every page.")
    )
    review.perform(c.RuleOn("1", "routine-radiography", "inapplicable", "Not the first weeks."))
    search_in_vain(review)
    review.perform(
        c.Determine("1", "overturned", review.assess("1").suggestion.decision, "The note names a fusion.")
    )
    one = review.assess("1").sentences[0]
    review.perform(c.EditSentence("1", one.key, one.text, "In my own words."))
    review.perform(c.EditSentence("1", one.key, one.text, ""))
    for check in review.checks():
        review.perform(c.Acknowledge(check.check, check.key, "The report is right."))
    review.perform(c.AttestAbsences(), c.Park())
    review.perform(c.Resume())
    grow(review)
    review.perform(c.CorrectFact("progress-note-2014-07-17", 1, "dates", "July 2014", "July 17, 2014"))
    review.perform(c.ReadByEye(True))
    review.perform(c.DismissPassages("1", "instability_suspected", (0,), "It is of another patient."))
    review.perform(c.ReadDenials(tuple(one.digest for one in unseen(review.session))))
    review.perform(c.Decline("records", "A page is missing."))


def grow(review: Review) -> None:
    """The case file gets a page that search reads and one that it can't."""
    folder = Path(review.session.opened.folder)
    (folder / "records" / "late.txt").write_text("The provider suspects pseudarthrosis.\f \f")
    case = folder / "case.yaml"
    listed = "documents:\n  - {id: late, type: Note, unreadable: [2]}\n"
    case.write_text(case.read_text().replace("documents:\n", listed, 1))
    changed = amendment(review.session)
    assert changed is not None
    review.amend(changed)


def test_every_kind_of_event_is_in_the_log_of_these_sessions(entries: list[dict[str, Any]]) -> None:
    """Those of a trainer's book are tried with it."""
    kinds = {kind for kind in all_kinds() if not kind.startswith("training.")}
    assert {entry["kind"] for entry in entries} == kinds


def test_entries_validate_as_they_are_stored(entries: list[dict[str, Any]]) -> None:
    check = validator("entry")
    for entry in entries:
        found = [f"{error.json_path}: {error.message}" for error in check.iter_errors(entry)]
        assert found == [], entry["kind"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("seq", 0),
        ("prev", "abc"),
        ("kind", "answer.guessed"),
        ("ts", "2014-07-12"),
        ("mono_ns", 5),
        ("actor", ""),
        ("extra", 1),
        ("body", {}),
        ("body", {"item": "1", "prompt": "views", "answer": {"status": "given"}, "origin": "typed"}),
        (
            "body",
            {"item": "1", "prompt": "views", "answer": {"status": "unclear", "value": 1}, "origin": "file"},
        ),
    ],
)
def test_an_entry_that_was_never_written_so_is_refused(
    entries: list[dict[str, Any]], field: str, value: Any
) -> None:
    entry = next(one for one in entries if one["kind"] == "answer.recorded")
    assert wrong("entry", entry) == []
    assert wrong("entry", {**entry, field: value})


def test_words_in_the_open_are_no_valid_entry(entries: list[dict[str, Any]]) -> None:
    ruling = next(one for one in entries if one["kind"] == "criterion.ruled")
    assert wrong("entry", {**ruling, "body": {**ruling["body"], "reason": "Not the first weeks."}})


# -- files that are read --------------------------------------------------------------------------


def parsed(path: Path) -> dict[str, Any]:
    return yaml.parse_yaml(library.read_text(path), path.name).data


def test_prompt_files_validate() -> None:
    for path in library.folder("prompts").glob("*.yaml"):
        data = parsed(path)
        kind = "prompt-set"
        if path.stem == "guidelines":
            kind = "guidelines"
        elif data.get("language") == 2:
            kind = "prompt-set-2"
        else:
            assert (wrong("block", data) == []) is ("for" not in data), path.name
        assert wrong(kind, data) == [], path.name


def test_answer_schemas_validate() -> None:
    for path in library.folder("schemas").glob("answers/*.json"):
        assert wrong("answer-schema", json.loads(library.read_text(path))) == [], path.name


@pytest.mark.parametrize(
    ("kind", "folder", "pattern"),
    [
        ("faults", "prompts", "training/passages.yaml"),
        ("intake", "prompts", "intake/*.yaml"),
        ("vocabulary", "prompts", "vocabulary/*.yaml"),
        ("letter-frame", "prompts", f"letter/{library.FRAME}"),
        ("case", "casebank", "*/case.yaml"),
        ("answers-file", "casebank", "*/reference.yaml"),
    ],
)
def test_what_comes_with_the_program_validates(kind: str, folder: str, pattern: str) -> None:
    files = list(library.folder(folder).glob(pattern))
    assert files
    for path in files:
        assert wrong(kind, parsed(path)) == [], path


@pytest.mark.parametrize("profile", [Profile("r-1"), Profile("r-1", "A Name", QUALIFICATIONS, True, "nord")])
def test_a_profile_validates_as_it_is_saved(profile: Profile, tmp_path: Path) -> None:
    saved = reviewer.save_profile(profile, tmp_path / "reviewer.yaml")
    assert wrong("profile", parsed(saved)) == []
    assert reviewer.load_profile(saved) == profile


def test_what_a_file_may_not_hold_is_refused() -> None:
    for name, text in [
        (
            "prompt-set",
            "id: x\ntitle: t\nedition: 1\nprompts: [{id: a, ask: A, answer: yes-no, wen: {b: yes}}]",
        ),
        ("prompt-set", "id: x\ntitle: t\nedition: one\nprompts: [{id: a, ask: A, answer: yes-no}]"),
        ("prompt-set", "id: x\ntitle: t\nedition: 1\nprompts: [{id: a, ask: A, answer: yes-no, when: {}}]"),
        (
            "prompt-set",
            "id: x\ntitle: t\nedition: 1\nprompts: [{id: a, ask: A, answer: weeks, when: {b: {exclusiveMinimum: 6}}}]",
        ),
        ("case", "id: x\ntitle: t\ndocuments: []\ntimeline: []\nitems: {}"),
        (
            "case",
            'id: x\ntitle: t\ndocuments: []\ntimeline: [{date: July, says: s}]\nitems: {"1": {service: s, region: r, prompt_set: p}}',
        ),
        (
            "case",
            'id: x\ntitle: t\ndocuments: []\ntimeline: []\nitems: {"1": {service: s, region: r, prompt_set: p, page: note}}',
        ),
        ("answers-file", "answer: {}"),
        ("answers-file", 'answers: {"1": {views: {value: a, status: unclear}}}'),
        ("answers-file", 'answers: {"1": {views: {note: only}}}'),
        ("answers-file", 'rulings: {"1": {red-flag: {ruling: maybe, reason: r}}}'),
        ("answers-file", 'determinations: {"1": {decision: uphold}}'),
        ("answers-file", "acknowledge: {later-studies: r}"),
        ("answers-file", "sign: perhaps"),
        ("case", CASE.format("unreadable: [none]")),
        ("case", CASE.format("sha256: abc")),
        ("manifest", "documents: [{type: Progress note}]"),
        ("manifest", "documents: [{original: a.pdf, from_pages: 0}]"),
        ("profile", "id: r-1\nyears: six"),
        ("profile", "id: r-1\nemail: a@b"),
    ]:
        assert wrong(name, yaml.parse_yaml(text, name).data)


# -- output ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def printed(home: Path, *arguments: str) -> Any:
    environment = {"IMR_LOG": str(home / "log.sqlite"), "IMR_CONFIG": str(home / "config")}
    done = CliRunner().invoke(cli, arguments, env=environment, standalone_mode=False)
    assert done.exception is None, (arguments, done.exception)
    return json.loads(done.stdout)


def test_what_the_commands_print_validates(home: Path) -> None:
    review = printed(home, "review", "cervical-radiographs-after", "--answers", str(REFERENCE), "--json")
    assert wrong("output/letter", review) == []
    assert review["status"] == "signed"
    calls = {
        "letter": ("letter", "last", "--format", "json"),
        "log-sessions": ("log", "sessions", "--json"),
        "log-show": ("log", "show", "last", "--json"),
        "log-reports": ("log", "reports", "--json"),
        "log-report": ("log", "report", "uphold-rate", "--kind", "practice", "--json"),
        "log-sql": ("log", "sql", "SELECT * FROM determinations", "--json"),
        "log-sample": ("log", "sample", "-n", "1", "--seed", "7", "--json"),
        "log-verify": ("log", "verify", "--json"),
        "log-checkpoint": ("log", "checkpoint", "-o", str(home / "checkpoint.txt"), "--json"),
        "log-prove": ("log", "prove", "last", "-o", str(home / "last.imr"), "--json"),
        "log-rederive": ("log", "rederive", "last", "--json"),
        "log-consistency": ("log", "consistency", str(home / "checkpoint.txt"), "--json"),
        "case-list": ("case", "list", "--json"),
        "work": ("work", "--json"),
        "case-show": ("case", "show", "cervical-radiographs-after", "--json"),
        "case-find": ("case", "find", "cervical-radiographs-after", "loosening", "--json"),
        "prompts-list": ("prompts", "list", "--json"),
        "prompts-show": ("prompts", "show", "cervical-radiography", "--json"),
        "prompts-check": ("prompts", "check", "cervical-radiography", "--json"),
        "reviewer": ("reviewer", "--json"),
    }
    for name, call in calls.items():
        assert wrong(f"output/{name}", printed(home, *call)) == [], name
    for more in (("--deep",), (str(home / "last.imr"),)):
        assert wrong("output/log-verify", printed(home, "log", "verify", *more, "--json")) == [], more


def test_a_profile_is_printed_without_the_name(home: Path) -> None:
    given = ["--certification", "Neurology", "--licence", "Oregon", "--years", "4", "--hours", "12"]
    shown = printed(home, "reviewer", "--name", "A Name", *given, "--json")
    assert wrong("output/reviewer", shown) == []
    assert shown["kept"] is True
    assert "A Name" not in json.dumps(shown)
