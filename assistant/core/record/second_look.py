"""What is read once more before the signature: denials that answers rest on, numbers, and quotes that say something else.

A quote that no search weighed, or that doesn't say what it is cited for, bears its answer only because the reviewer
says so: it stands beside the sentence, for whoever reads it to judge.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from assistant.core.answer import Answer, Dismissed, Evidence
from assistant.core.record.absence import UNTELLING, concerns, denied_behind, own_search, same_words
from assistant.core.record.choices import names_of
from assistant.core.record.counts import says_so
from assistant.core.record.dismissed import beside_reasons
from assistant.core.record.facts import answers_read
from assistant.core.record.grounds import NONE, Ground, Kind, cites, findings_in, proposed, worked_out
from assistant.core.record.guard import departures, label_of, numbers_in
from assistant.core.record.own_words import NEGATION, WELL, own_words
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.answer_schema import ChoiceShape, SeveralShape, at
from assistant.core.rules.prompt_set import Prompt
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import compiled, singular
from assistant.core.value import Value
from assistant.core.wording import told_as


class Relied(Value):
    """A quote that only the reviewer takes to say what it is cited for; `says` names the part of the answer, if one."""

    evidence: Evidence
    says: str = ""


def relied_on(session: Session, place: AnswerPlace) -> tuple[Relied, ...]:
    """The quotes for an answer that no search found and the case file doesn't name, and those that say something else.

    So is the weight of a passage that says it as uncertain, such as what was discussed and rejected.
    """
    scope, name = place
    answer = session.reading(scope).answer(name)
    if answer is None or not cites(session, scope, name) or worked_out(session, scope, name) is not None:
        return ()
    prompt, stated = session.prompt(scope, name), proposed(session, scope, name)
    known = {(one.document, one.page, one.quote) for one in (stated.answer.all_evidence() if stated else ())}
    own = own_search(session, place)
    groups = own.groups if own is not None else ()
    as_stated = stated is not None and not list(departures(prompt.schema.shape, stated.answer, answer))
    quoted = [
        one for one in answer.all_evidence() if one.quote and (one.document, one.page, one.quote) not in known
    ]
    told: dict[Evidence, list[str]] = {
        one: []
        for one in quoted
        if not any(
            same_words(group, one) and (session.guard < 3 or group.standing != "uncertain")
            for group in groups
        )
    }
    if session.guard > 5:
        for ground in findings_in(prompt, answer):
            unfitting = _unfitting(prompt, ground, groups, session.guard)
            for one in ground.evidence:
                if one in told or one in unfitting or _halved(session, prompt, ground, one, groups):
                    told.setdefault(one, []).append(label_of(prompt, ground.path, ground.answer))
        for path, leaf, cited in () if as_stated else _numbers_unsaid(prompt, answer, session.guard):
            for one in cited:
                told.setdefault(one, []).append(label_of(prompt, path, leaf))
    return tuple(Relied(one, _listed(told[one])) for one in quoted if one in told)


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(one for one in dict.fromkeys(labels) if one)


def _unfitting(
    prompt: Prompt, ground: Ground, groups: Iterable[PassageGroup], guard: int
) -> frozenset[Evidence]:
    """The quotes of a finding that speak of another entry of its checklist, name none of what was chosen, or say the reverse."""
    elsewhere = set()
    for one in ground.evidence:
        here = [group for group in groups if same_words(group, one)]
        if here and not any(concerns(group, ground.words) for group in here):
            elsewhere.add(one)
        if guard > 7 and ground.kind is Kind.AFFIRMATION and _tells_of_success(prompt, one.quote):
            elsewhere.add(one)
    if ground.kind is Kind.AFFIRMATION and not all(_named(prompt, ground, guard)):
        return frozenset(ground.evidence)
    return frozenset(elsewhere)


def _tells_of_success(prompt: Prompt, quote: str) -> bool:
    """Whether words cited for a failure say that it helped: both are looked for."""
    return (
        compiled(_FAILURE).search(prompt.ask) is not None
        and compiled(WELL).search(quote) is not None
        and compiled(NEGATION).search(quote) is None
    )


_FAILURE = r"(?i)\b(?:fail(?:ed)?|not helped|without (?:lasting|enough) (?:help|relief|success))\b"


def _halved(
    session: Session, prompt: Prompt, ground: Ground, one: Evidence, groups: Iterable[PassageGroup]
) -> bool:
    """Whether words cited for a yes tell of one thing that is looked for and deny another: "fell, and felt no pop"."""
    path = tuple(ground.path.split(".")) if ground.path else ()
    if session.guard < 7 or ground.kind is not Kind.AFFIRMATION or not prompt.schema.denials(path):
        return False
    here = [group for group in groups if concerns(group, ground.words) and same_words(group, one)]
    return len({group.supports for group in here if group.standing != "hypothetical"}) > 1


def _named(prompt: Prompt, ground: Ground, guard: int) -> Iterator[bool]:
    """Of each choice in a finding that is more than yes or no, whether the cited words name it, and no other degree."""
    said = " ".join(one.quote for one in ground.evidence).casefold()
    base = tuple(ground.path.split(".")) if ground.path else ()
    for path, leaf in ground.answer.leaves():
        steps = (*base, *(path.split(".") if path else ()))
        shape = at(prompt.schema.shape, steps)
        if (
            not leaf.given
            or not isinstance(shape, ChoiceShape | SeveralShape)
            or prompt.schema.denials(steps)
        ):
            continue
        for value in leaf.value if isinstance(leaf.value, list) else [leaf.value]:
            words = names_of(shape, str(value))
            if guard > 8 and not words and value != NONE:
                words = (
                    frozenset(re.findall(r"[a-z]{3,}", str(value).replace("_", " ").casefold())) - UNTELLING
                )
            yield not words or any(word[:_STEM] in said for word in words)
            if guard > 7:
                graded, wanted = (
                    set(_DEGREE.findall(text)) for text in (said, shape.labels[str(value)].casefold())
                )
                yield not (graded and wanted) or bool(graded & wanted)


_STEM = 5
_DEGREE = re.compile(r"\b(minimal|slight|mild|moderate|marked|severe)(?:ly)?\b")
"""How bad a note calls a thing: a mild arthrosis is no moderate one."""


def _numbers_unsaid(
    prompt: Prompt, answer: Answer, guard: int
) -> Iterator[tuple[str, Answer, tuple[Evidence, ...]]]:
    """The numbers of an answer that the words cited for them don't say, each with these words."""
    for path, unit, leaf, cited in numbers_in(prompt, answer, guard):
        if not says_so(float(leaf.value), unit, [one.quote for one in cited]):
            yield path, leaf, cited


class Unseen(Value):
    """Words on which the determination rests and that have to be read before it is signed.

    `kind` is `denied` (the record denies them, so that they don't speak against an answer), `own` (a quote of the
    reviewer's choice), `number` (what a number that is answered rests on), `aside` (a reason for setting passages aside,
    beside which the record gives something else: the `answer`) or `words` (of the reviewer's own, which no page says;
    they are of no `prompt`). `answer` is that number, or the part of an answer for which a quote was chosen. `places`
    are all the pages on which one author's note has them.
    """

    kind: str
    scope: str
    prompt: str
    quote: str
    places: tuple[str, ...]
    plain: bool
    cue: str = ""
    answer: str = ""

    @property
    def digest(self) -> str:
        said = (self.answer,) if self.answer else ()
        quote = " ".join(self.quote.split())
        text = "\x1f".join((self.kind, self.scope, self.prompt, quote, *self.places, *said))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def unseen(session: Session) -> tuple[Unseen, ...]:
    """Everything of that kind that the reviewer has not yet said to have read; what isn't plain comes first."""
    every = [one for one in second_look(session) if one.digest not in session.denials_read]
    return tuple(sorted(every, key=lambda one: one.plain))


def second_look(session: Session) -> tuple[Unseen, ...]:
    """The passages behind the answers that stand on a denial or give a number, and the quotes of the reviewer's own choice."""
    found: dict[tuple[str, str, str], Unseen] = {}
    for scope in session.items:
        for name, group in denied_behind(session, scope):
            document = session.rules.case.documents.get(group.document)
            author = document.author if document is not None and document.author else group.document
            key = (scope, author, " ".join(group.quote.casefold().split()))
            places = tuple(f"{group.document}:{page}" for page in group.pages)
            held = found.get(key)
            if held is not None:
                places = tuple(dict.fromkeys((*held.places, *places)))
            plain = group.plain and (held is None or held.plain)
            first = held.prompt if held is not None else name
            found[key] = Unseen("denied", scope, first, group.quote, places, plain, group.cue)
    own = [
        Unseen("own", scope, name, one.evidence.quote, (str(one.evidence),), True, answer=one.says)
        for scope in session.items
        for name in session.rules.sets[scope].prompts
        for one in relied_on(session, (scope, name))
    ]
    counted = [one for scope in session.items for one in _numbers_read(session, scope)]
    shown = {(one.scope, one.prompt, one.quote) for one in counted}
    own = [one for one in own if (one.scope, one.prompt, one.quote) not in shown]
    aside = [
        Unseen("aside", scope, name, one.reason, _places(one.passages), True, answer=one.said)
        for scope in session.items
        for name in session.rules.sets[scope].prompts
        for one in beside_reasons(session, (scope, name), session.frame())
    ]
    words = [
        Unseen("words", scope, "", "; ".join(one.uncited), (), True)
        for scope in session.items
        for one in own_words(session, scope)
        if one.uncited
    ]
    return (*found.values(), *counted, *own, *aside, *words)


def _places(passages: Iterable[Dismissed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.document}:{one.page}" for one in passages))


def _numbers_read(session: Session, scope: str) -> Iterator[Unseen]:
    """The numbers on which something rests and that only words of the record bear, each with these words."""
    if session.guard < 5:
        return
    rules = session.rules.sets[scope]
    for name, answer in answers_read(session, scope):
        prompt = rules.prompts[name]
        if not cites(session, scope, name):
            continue
        made = worked_out(session, scope, name) or proposed(session, scope, name)
        if made is not None and not list(departures(prompt.schema.shape, made.answer, answer)):
            continue
        for path, _, leaf, cited in numbers_in(prompt, answer):
            shape = at(prompt.schema.shape, tuple(path.split(".")) if path else ())
            said = f"{singular(told_as(shape, leaf))} ({prompt.ask})" if shape is not None else ""
            for one in cited:
                yield Unseen("number", scope, name, one.quote, (str(one),), True, answer=said)


def denials_by_prompt(session: Session, place: AnswerPlace) -> tuple[PassageGroup, ...]:
    """The passages that the record denies behind one answer, as the letter prints them."""
    return tuple(group for name, group in denied_behind(session, place[0]) if name == place[1])
