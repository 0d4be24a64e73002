"""Sessions that the program itself has logged, made into patterns from which many more can be written.

Every template is a real passage through a case of the case bank that has a reference: `Review` decides and
logs it, so its entries are exactly what the program writes. They differ in case, answers, decisions, rulings,
amendments, and in how far they go.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from assistant import __version__, library
from assistant.core import commands as c
from assistant.core.access_events import AccessOpened, AccessReported
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.problem import Refused
from assistant.core.rules.criterion import RULINGS
from assistant.core.session import unruled
from assistant.core.value import replace
from assistant.log import Draft, Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.answers_file import AnswersFile
from assistant.review.determination import sign
from assistant.review.review import Review
from benchmarks.measure import CASE, QUALIFICATIONS

COPIES = 12
"""Cases that each case of the case bank stands for, with ids of their own."""

CASES = "/cases"
"""The folder that the generated log names as the cases' place."""

_ACTOR = "r-template"
_MOMENT = ("2000-01-01T00:00:00.000Z", 1, "boot-of-the-template")
_COMMITMENT = re.compile(rb'"\$text":"([0-9a-f]{64})"')
_REASONS = (
    "The operative report speaks for it, though the guideline does not name it.",
    "The treating physician's plan is clear enough; the criterion is read too narrowly here.",
    "Read again: the page says otherwise.",
    "Two passages of the record disagree, and the later one is followed.",
    "The request as worded goes further than what the record supports.",
)
_READ = "it is not needed in the first weeks"
"""What stands in a guideline that nobody had held against its source, as it is entered."""
_ALTERNATIVES = {
    "instability_suspected": ["affirmed", "denied", "unclear"],
    "films_since_surgery": ["none", "static_clean", "undescribed_complication"],
    "suspected": ["a non-union at the lower level", "unclear"],
    "sought": ["the position of the hardware", "unclear"],
    "changed_since": ["yes", "no", "unclear"],
    "surgery_contemplated": ["yes", "no"],
    "changes_management": ["yes", "unclear"],
    "prior_surgery": ["none", "unclear"],
    "red_flags": ["unclear"],
}

_FOR = {"instability_suspected": "affirmed", "suspected": "a non-union at the lower level"}
"""Answers with which the bundled case's suggestion turns, on a rebuttal that is to be ruled on."""


@dataclass(frozen=True)
class Pattern:
    """One entry: its bytes with `%b` for each commitment, then boot, mono_ns, prev, session and ts."""

    kind: str
    form: bytes
    texts: tuple[bytes, ...]


@dataclass(frozen=True)
class Template:
    """A session as patterns; `form` has the reviewer's id where `actor` stands."""

    patterns: tuple[Pattern, ...]
    actor: bytes = _ACTOR.encode()

    def by(self, reviewer: str) -> Template:
        """The same session by another reviewer."""
        mine, theirs = f'"{_ACTOR}"'.encode(), f'"{reviewer}"'.encode()
        made = tuple(replace(one, form=one.form.replace(mine, theirs)) for one in self.patterns)
        return Template(made, reviewer.encode())

    @property
    def decision(self) -> str:
        """`upheld`, `overturned`, or empty for a session without a decision."""
        made = [one.form for one in self.patterns if one.kind == "determination.recorded"]
        return "" if not made else "upheld" if b'"decision":"upheld"' in made[-1] else "overturned"


@dataclass(frozen=True)
class Stock:
    """Templates, and the files that they rest on: (SHA-256, media type, bytes)."""

    templates: tuple[Template, ...]
    artifacts: tuple[tuple[str, str, bytes], ...]


def make(count: int, seed: int) -> Stock:
    """`count` different reviews and two auditors' sittings; the same for the same seed and version."""
    chance = random.Random(f"templates {seed}")
    with TemporaryDirectory(prefix="imr-templates-") as name, seeded(chance):
        folder = Path(name).resolve()
        cases = list(_cases(folder / "cases", -(-count // 4)))
        templates = []
        with Log.open(folder / "log.sqlite", clock=lambda: _MOMENT, salt=lambda: chance.randbytes(32)) as log:
            for number in range(count):
                case, file = cases[number % len(cases)]
                templates.append(_session(log, case, file, number, chance))
            templates += [_sitting(log, chance, questions) for questions in (1, 3)]
        with closing(sqlite3.connect(folder / "log.sqlite")) as connection:
            return Stock(
                tuple(_template(connection, one, str(folder / "cases")) for one in templates),
                tuple(connection.execute("SELECT hash, media, body FROM artifact ORDER BY hash")),
            )


@contextmanager
def seeded(chance: random.Random) -> Iterator[None]:
    """The program's own random numbers come from `chance`."""
    with (
        patch.object(secrets, "token_bytes", lambda n=32: chance.randbytes(n)),
        patch.object(secrets, "token_hex", lambda n=32: chance.randbytes(n).hex()),
    ):
        yield


def _cases(folder: Path, most: int) -> Iterator[tuple[library.CaseFolder, AnswersFile]]:
    """Copies of the published case, each under ids of its own."""
    found = []
    for name in (CASE,):  # what is answered otherwise is known of this one
        path = library.folder("casebank") / name
        with suppress(Refused):
            file = answers_file.read_answers_file(path / "reference.yaml")
            if file.sign:
                found.append((name, path, file))
    for number in range(1, COPIES + 1):
        for name, path, file in found[: max(1, most)]:
            target = folder / f"{name}-{number:02}"
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("originals"))
            text = (target / "case.yaml").read_text("utf-8")
            renamed = re.sub(r"(?m)^id: .*$", f"id: {target.name}", text, count=1)
            (target / "case.yaml").write_text(renamed, "utf-8")
            yield library.open_case(target), file


def _session(
    log: Log, case: library.CaseFolder, file: AnswersFile, number: int, chance: random.Random
) -> str:
    """Reviews the case in one of many ways; gives the session's id."""
    mode = chance.choices(["real", "practice", "training"], [75, 20, 5])[0]
    profile = Profile(_ACTOR, qualifications=QUALIFICATIONS, decide_first=chance.random() < 0.25)
    review = Review.open(log, case, profile, mode, again="Made for a measurement.")
    end = ("full", "full", "short", "full", "open", "full", "declined")[number % 7]
    try:
        _work(review, _varied(file, chance), end, chance)
    finally:
        review.close()
    return review.session.id


def _sitting(log: Log, chance: random.Random, questions: int) -> str:
    """Somebody looks into the log; gives the session's id."""
    session = chance.randbytes(6).hex()
    events: list[Event] = [AccessOpened(__version__)]
    events += [AccessReported(name, {}, ()) for name in ("departures", "rulings", "citations")][:questions]
    drafts = [Draft(one.kind, encode(one)) for one in events]
    log.append(session, drafts, actor=_ACTOR, case="", after=0)
    return session


def _varied(file: AnswersFile, chance: random.Random) -> AnswersFile:
    """The reference with up to four other answers, not signed and not decided."""
    answers = {scope: dict(given) for scope, given in file.answers.items()}
    if chance.random() < 0.3:
        for scope in answers:
            answers[scope].update({key: _FOR[key] for key in _FOR if key in answers[scope]})
    for _ in range(chance.randrange(5)):
        scope = chance.choice(list(answers))
        prompt = chance.choice(list(answers[scope]))
        if scope != "case":
            answers[scope][prompt] = chance.choice(_ALTERNATIVES.get(prompt, [answers[scope][prompt]]))
    return replace(file, answers=answers, determinations={}, edits={}, sign=False)


def _work(review: Review, file: AnswersFile, end: str, chance: random.Random) -> None:
    if end in ("short", "declined"):
        kept = {
            scope: dict(list(given.items())[: chance.randint(1, 4)]) for scope, given in file.answers.items()
        }
        file = replace(file, answers=kept, rulings={})
    answers_file.run_answers(review, file)
    if end == "declined":
        review.perform(
            c.Decline(chance.choice(["conflict", "specialty", "records"]), chance.choice(_REASONS))
        )
    if end in ("short", "declined"):
        return
    _look(review, chance)
    if end == "open":
        return
    for item in review.session.items:
        _decide(review, item, chance)
    for check in review.checks():
        if check.severity != "blocking" and (check.check, check.key) not in review.session.acknowledged:
            raised = c.RaiseCheck(check.check, check.key, check.message, check.facts)
            reason = chance.choice(_REASONS)
            if check.check == "unverified-criterion":
                years = " and ".join(re.findall(r"\b(?:19|20)\d\d\b", " ".join(map(str, check.facts))))
                reason = f"the edition of {years}; p. 178; {_READ}"
            review.perform(raised, c.Acknowledge(check.check, check.key, reason))
    with suppress(Refused):
        sign(review)
        if chance.random() < 0.1:
            review.perform(c.AddAddendum("A further report arrived after the signature; it changes nothing."))


def _look(review: Review, chance: random.Random) -> None:
    """Pages, reasons and findings that a reviewer opens, and a note."""
    documents = list(review.session.rules.case.documents.values())
    item = chance.choice(list(review.session.items))
    prompt = chance.choice(list(review.session.rules.sets[item].prompts))
    tries: list[Callable[[], object]] = [
        lambda: review.perform(c.OpenPage(documents[0].id, 1)),
        lambda: review.perform(c.OpenWhy(item, prompt)),
        lambda: review.perform(c.OpenFindings(item)),
        lambda: review.perform(c.AddNote(item, prompt, chance.choice(_REASONS))),
        lambda: review.perform(c.RejectInput(item, prompt, "=maybe", "That is no answer to this question.")),
    ]
    for step in chance.sample(tries, chance.randrange(4)):
        with suppress(Refused):
            step()


def _decide(review: Review, item: str, chance: random.Random) -> None:
    """First decision, rulings, determination with or against the suggestion, amendment, own words."""
    with suppress(Refused):
        if review.session.opened.decide_first:
            review.perform(c.DecideFirst(item, chance.choice(["upheld", "overturned"])))
    for _ in range(2):
        for criterion in unruled(review.session, item, review.assess(item).suggestion):
            review.perform(c.RuleOn(item, criterion, chance.choice(RULINGS), chance.choice(_REASONS)))
        suggested = review.assess(item).suggestion.decision
        decision = suggested or chance.choice(["upheld", "overturned"])
        if chance.random() < 0.2:
            decision = {"upheld": "overturned", "overturned": "upheld"}[decision]
        reason = chance.choice(_REASONS) if decision != suggested or chance.random() < 0.3 else ""
        with suppress(Refused):
            review.perform(c.Determine(item, decision, suggested, reason))
        if chance.random() < 0.75 or not _amend(review, item, chance):
            break
    sentences = review.assess(item).sentences
    if sentences and chance.random() < 0.25:
        one = chance.choice(sentences)
        review.perform(c.EditSentence(item, one.key, one.text, f"{one.text} The record was read with care."))


def _amend(review: Review, item: str, chance: random.Random) -> bool:
    """Changes one answer after the suggestion was shown; whether it could be changed."""
    from assistant.core.answer_reader import read_answer

    for prompt in chance.sample(list(_ALTERNATIVES), len(_ALTERNATIVES)):
        known = review.session.rules.sets[item].prompts.get(prompt)
        if known is not None and review.session.answer(item, prompt) is not None:
            with suppress(Refused):
                answer = read_answer(known.schema, chance.choice(_ALTERNATIVES[prompt]), prompt)
                review.perform(c.RecordAnswer(item, prompt, answer, "typed", chance.choice(_REASONS)))
                return True
    return False


def _template(connection: sqlite3.Connection, session: str, cases: str) -> Template:
    texts = dict(connection.execute("SELECT commitment, body FROM blob"))
    patterns = []
    rows = connection.execute("SELECT kind, entry FROM event WHERE session = ? ORDER BY seq", [session])
    for kind, entry in rows:
        fields = json.loads(entry)
        ending = (
            f'"boot":"{fields["boot"]}","case":"{fields["case"]}","kind":"{kind}",'
            f'"mono_ns":"{fields["mono_ns"]}","prev":"{fields["prev"]}","seq":{fields["seq"]},'
            f'"session":"{session}","ts":"{fields["ts"]}","v":1}}'
        ).encode()
        if not entry.endswith(ending) or session.encode() in entry[: -len(ending)]:
            raise ValueError(f"An entry of kind {kind} doesn't end as the templates expect.")
        typed = entry[: -len(ending)].replace(b'"origin":"file"', b'"origin":"typed"')  # as at the keyboard
        body = typed.replace(b"%", b"%%")
        form = (
            _COMMITMENT.sub(rb'"$text":"%b"', body)
            + f'"boot":"%b","case":"{fields["case"]}","kind":"{kind}",'.encode()
            + f'"mono_ns":"%d","prev":"%b","seq":{fields["seq"]},"session":"%b","ts":"%b","v":1}}'.encode()
        )
        words = tuple(
            texts[digest.decode()].replace(cases, CASES).encode() for digest in _COMMITMENT.findall(body)
        )
        patterns.append(Pattern(kind, form, words))
    return Template(tuple(patterns))


def digest(stock: Stock) -> str:
    """A hash over all templates, to see that two runs made the same."""
    whole = hashlib.sha256()
    for template in stock.templates:
        for one in template.patterns:
            whole.update(one.form + b"\x00".join(one.texts))
    return whole.hexdigest()
