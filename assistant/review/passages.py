"""What the record says about a question: passages found for it, the trail behind an absence, what an answer rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.core import commands as c
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.problem import refuse
from assistant.core.record.absence import (
    HARMLESS,
    affirming,
    against,
    denying,
    dismissals,
    evidence_at,
    more_follow,
    newer_against,
    open_passages,
    own_search,
    pages_in,
    same_words,
    speaks_of,
    trail,
    worded_once,
)
from assistant.core.record.grounds import about_file, cites, proposed, worked_out
from assistant.core.record.passages import Occurrence, PassageGroup
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    NumberShape,
    SeveralShape,
    at,
)
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import counted, one_line
from assistant.core.turn import Option, Turn, root_of
from assistant.core.value import Value, replace
from assistant.core.wording import shown
from assistant.review.review import Review
from assistant.review.talk import Pending

MOST_FOUND = 20
"""How many passages plain mode lists at once."""

MOST_BESIDE = 2
"""How many of the other passages against an absence are shown with the one that is asked about."""

_AROUND = 160
_LONGEST = 240


def found_for(review: Review, turn: Turn) -> tuple[PassageGroup, ...]:
    """The passages that a question's own words find in the record, those that speak for it first.

    Where passages speak against an absence, those that are still to be dealt with.
    """
    if turn.kind == "passages":
        return open_passages(review.session, turn.place)
    if turn.kind != "prompt":
        return ()
    prompt = review.session.prompt(*turn.place)
    return review.search.passages(prompt.look_for) if prompt.look_for else ()


def count_words(groups: Iterable[PassageGroup], searched: int, received: int) -> str:
    """How many passages there are and how they stand: `2 passages, 1 of them denied (5 of 5 documents searched)`."""
    if not received:
        return "there are no documents to search"
    groups = tuple(groups)
    total = sum(one.count for one in groups)
    harmless = sum(one.count for one in groups if one.standing in HARMLESS)
    passages = counted(total, "passage") if total else "no passages"
    some = "" if total == 1 else "all of them " if harmless == total else f"{harmless:,} of them "
    denied = f", {some}denied or only imagined there, or said of a relative" if harmless else ""
    return f"{passages}{denied} ({searched} of {received} documents searched)"


def reach_words(review: Review, turn: Turn) -> str:
    """What the record says about a question, in a line; empty where it has no words to look for."""
    if turn.kind != "prompt" or not review.session.prompt(*turn.place).look_for:
        return ""
    documents = review.session.rules.case.documents
    return count_words(found_for(review, turn), len(review.pages.keys() & documents.keys()), len(documents))


class Found(Value):
    """A passage as it is listed, and as it is cited or opened; `marks` are the words found in it, by offset and length."""

    words: str
    evidence: Evidence
    marks: tuple[tuple[int, int], ...] = ()


def first_against(review: Review, turn: Turn) -> Evidence:
    """The passage that a turn of kind `passages` asks about."""
    return evidence_at(open_passages(review.session, turn.place)[0])


def rests_on(review: Review, turn: Turn) -> tuple[Evidence, ...]:
    """The passages behind what is proposed or confirmed at a turn, of what is to be completed, or of what a check asks about."""
    if turn.proposal is not None:
        return turn.proposal.answer.all_evidence()
    session, held = review.session, [one.answer for one in turn.fields if one.answer is not None]
    if turn.check is not None:
        scope, _, name = turn.check.place.partition("/")
        known = scope in session.rules.sets and root_of(name) in session.rules.sets[scope].prompts
        answer = session.answer(scope, root_of(name)) if known else None
        held = [answer] if answer is not None else []
    elif not held:
        rows = (
            session.answer(scope, path.rpartition(".")[0])
            for scope, path in (one.place for one in turn.fields if "." in one.place[1])
        )
        held = [one for one in rows if one is not None]
    return tuple(evidence for one in held for evidence in one.all_evidence())


def marks_against(review: Review, turn: Turn) -> tuple[tuple[int, int], ...]:
    """Where the words that were found stand in that passage."""
    first = open_passages(review.session, turn.place)[0]
    return review.search.marks(review.session.prompt(*turn.place).look_for, first)


def listed_passages(review: Review, turn: Turn) -> tuple[Found, ...]:
    """The passages that a question's own words find, as they are listed."""
    groups = found_for(review, turn)
    terms = review.session.prompt(*turn.place).look_for if groups else ()
    return tuple(
        Found(marked_words(review, turn.place, group), evidence_at(group), review.search.marks(terms, group))
        for group in groups
    )


def first_offered(review: Review, turn: Turn) -> Found | None:
    """The passage of the first reply that has one, else the first that the question's words find."""
    listed = listed_passages(review, turn)
    held = (getattr(option.command, "answer", None) for option in turn.options)
    offered = next((one.all_evidence()[0] for one in held if one is not None and one.all_evidence()), None)
    if offered is None:
        return listed[0] if listed else None
    known = (
        one
        for one in listed
        if (one.evidence.document, one.evidence.page, one.evidence.quote)
        == (offered.document, offered.page, offered.quote)
    )
    return next(known, Found(str(offered), offered))


def numbered(found: tuple[Found, ...]) -> list[str]:
    """The first passages with their numbers, and how many there are beside them."""
    lines = [f"{number:>3}  {one.words}" for number, one in enumerate(found[:MOST_FOUND], 1)]
    more = len(found) - MOST_FOUND
    return [*lines, f"and {more} more; / WORDS looks for fewer"] if more > 0 else lines


def listed_words(review: Review, turn: Turn, shown: int) -> str:
    """What `listed` lists, in words; `shown` is how many of them there is room for."""
    groups = found_for(review, turn)
    total = sum(one.count for one in groups)
    said = counted(total, "passage")
    if total != len(groups):
        said += f" in {counted(len(groups), 'wording')}"
    said += " to be dealt with" if turn.kind == "passages" else " for this question"
    return f"{said}, the first {shown}" if shown < len(groups) else said


def looks_for(review: Review, turn: Turn) -> bool:
    """Whether what is asked now has words of its own to look for."""
    return turn.kind in ("prompt", "passages") and bool(review.session.prompt(*turn.place).look_for)


def nothing_found(review: Review, turn: Turn, words: str) -> str:
    """What is said where a search has nothing to list."""
    if not words.strip() and not looks_for(review, turn):
        return "This question looks for no words of its own. Write the words to look for."
    if not review.pages:
        return "There are no documents to search."
    sought = f" with “{one_line(words, 60)}”" if words.strip() else ""
    return f"Nothing was found{sought}. That is no proof of absence: words differ."


def speaking_lines(review: Review, turn: Turn) -> list[str]:
    """The passage that speaks against an absence and is asked about, then some of the others."""
    first, *others = open_passages(review.session, turn.place)
    review.search.passages(
        review.session.prompt(*turn.place).look_for
    )  # a session gone on with has no marks yet
    lines = [marked_words(review, turn.place, first)]
    if others:
        count = len(others)
        lines.append(
            f"{count} more speak{'s' * (count == 1)} of it; / lists {'all' if count > 1 else 'both'}:"
        )
        lines += [marked_words(review, turn.place, group) for group in others[:MOST_BESIDE]]
    return lines


def marked_words(review: Review, place: AnswerPlace, group: PassageGroup) -> str:
    """A passage on one line, with the words that were found in it between « and »."""
    from assistant.core.record.checks import passage_words  # not before the first question

    marks = review.search.marks(review.session.prompt(*place).look_for, group)
    quote, parts, at = group.quote, [], 0
    for begin, length in marks:
        if at <= begin < begin + length <= len(quote):
            parts += [quote[at:begin], f"«{quote[begin : begin + length]}»"]
            at = begin + length
    marked = one_line("".join((*parts, quote[at:])))
    cut = marked.find("«") - _AROUND
    if len(marked) > _LONGEST and cut > 0:
        marked = f"…{marked[cut:]}"
    said = passage_words(group, marked, max(1, group.count // max(1, len(marks))))
    return f"{said} · {weight}" if (weight := weight_words(review, group)) else said


def weight_words(review: Review, group: PassageGroup) -> str:
    """What a passage weighs: the day of its document where its name doesn't tell, the part of the note, whose it is."""
    document = review.session.rules.case.documents.get(group.document)
    if document is None:
        return ""
    day = document.date.prose() if document.date is not None else ""
    named = document.date is not None and str(document.date) in document.id
    whose = "utilization review" if document.is_ur_report and "ur" not in document.id.split("-") else ""
    part = review.search.part_of(group.document, group.pages[0], group.start)
    other = review.search.whose(group.document, group.pages)
    return ", ".join(one for one in ("" if named else day, part, whose, other) if one)


def trail_lines(review: Review, place: AnswerPlace) -> list[str]:
    """The search behind an absence: for what, where, how much was found, what became of it."""
    made = trail(review.session, place)
    if made is None:
        return []
    words = ", ".join(one_line(term, 60) for term in made.terms)
    documents = len(made.documents or review.session.rules.case.documents)
    if not documents:
        return ["There are no documents, so nothing was searched."]
    lines = [
        f"Searched {counted(documents, 'document')}, {counted(made.pages, 'page')}, for {words}, with their "
        "spellings and synonyms."
    ]
    if made.also:
        also = ", ".join(one_line(term, 60) for term in made.also)
        lines.append(f"Your own search, no part of it until its passages are cited or set aside: {also}.")
    speaking = 0 if review.session.measured else len(against(review.session, place))
    gone = len(dismissals(review.session, place))
    told = [f"{counted(made.hits, 'passage') if made.hits else 'no passages'} found"]
    told += [f"{made.denied:,} denied or only imagined there, or said of a relative"] if made.denied else []
    told += [f"{counted(gone, 'wording')} set aside with a reason"] if gone else []
    more = " and more after them" if speaking and more_follow(review.session, place) else ""
    told += [f"{counted(speaking, 'wording')} open{more}"] if speaking else []
    lines.append(f"{'; '.join(told)}.".capitalize())
    if made.unread:
        unread = counted(pages_in(made.unread), "page")
        lines.append(f"Not readable by search: {unread} ({', '.join(made.unread)}).")
    return lines


def search(review: Review, query: str) -> tuple[Found, ...]:
    """A reviewer's own search at the present question, best first; it is logged."""
    place = review.turn.place if review.turn.kind in ("prompt", "passages") else None
    mentions = review.search.find(query)
    if place is not None and review.session.status == "open" and not review.watching:
        root = (place[0], place[1].split(".", 1)[0])
        review.perform(review.search.asked(root, query, mentions))
    return tuple(_found(one) for one in mentions)


# Turning pages while a question stands.


def page_beside(review: Review, document: str, page: int, by: int) -> tuple[str, int]:
    """The next page or the one before, on into the neighbouring document."""
    documents = list(review.session.rules.case.documents)
    if 1 <= page + by <= len(review.pages.get(document, ())):
        return document, page + by
    at = documents[(documents.index(document) + by) % len(documents)]
    return at, 1 if by > 0 else max(1, len(review.pages.get(at, ())))


def next_speaking(review: Review, turn: Turn, document: str, page: int) -> Found | None:
    """The passage on the next page that speaks of what is asked; from the last such page it goes on with the first.

    Of what is confirmed together those are the pages that the proposals rest on.
    """
    places = list(listed_passages(review, turn))
    for one in turn.fields:
        held = one.answer.all_evidence() if one.answer is not None else ()
        places += [Found(str(evidence), evidence) for evidence in held]
    order = {name: number for number, name in enumerate(review.session.rules.case.documents)}
    here = order.get(document, 0), page

    def after(one: Found) -> tuple[bool, int, int, int]:
        at = order[one.evidence.document], one.evidence.page
        return at <= here, *at, one.evidence.start or 0

    return min((one for one in places if one.evidence.document in order), key=after, default=None)


def places_in(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where words stand on a page, by offset and length, white space and capitals aside."""
    spelled = r"\s+".join(map(re.escape, words.split()))
    return tuple((one.start(), len(one[0])) for one in re.finditer(spelled, text, re.IGNORECASE) if one[0])


def quoted(review: Review, words: str) -> tuple[Found, ...]:
    """The pages that hold the words as they were typed, white space and capitals aside; none for a single word.

    Raises `Refused` for what stands at the head or the foot of most pages, whoever the patient is.
    """
    typed = words.split()
    if len(typed) < 3:
        return ()
    spelled = re.compile(r"\s+".join(map(re.escape, typed)), re.IGNORECASE)
    found = []
    for document, pages in review.pages.items():
        for number, text in enumerate(pages, 1):
            if (match := spelled.search(text)) is not None:
                evidence = Evidence(document, number, match[0], match.start())
                whose = review.search.whose(document, [number])
                said = f"“{one_line(match[0], _LONGEST)}” ({evidence})" + (f" · {whose}" if whose else "")
                found.append(Found(said, evidence))
    if found and review.search.is_running(found[0].evidence.quote):
        raise refuse(
            "These words stand at the head or the foot of most pages, and say nothing of the patient.",
            "",
            "Type words that a note says of this.",
        )
    return tuple(found)


def _found(mention: Occurrence) -> Found:
    before, term, after = mention.marked
    from assistant.core.record.checks import standing_words  # not before the first question

    standing = standing_words(mention.standing)
    words = one_line(f"{before[-_AROUND:]}«{term}»{after[:_AROUND]}", 2 * _AROUND + 80)
    evidence = Evidence(mention.document, mention.page, mention.quote, mention.start)
    marks = ((mention.at - mention.start, mention.length),)
    return Found(f"“{words}”{standing} ({mention.document}:{mention.page})", evidence, marks)


# The passage that a denial or an affirmation rests on: those that were found for its question, or words of the
# reviewer's own choice.


MOST_OFFERED = 5
"""How many passages are offered at once for an answer to rest on."""

OFFERED = "Which of them says so? For another, type some of its words."
NONE_OFFERED = "The search found none. If you have read one, type some of its words."


def passage_wanted(review: Review, command: c.RecordAnswer) -> Pending | None:
    """What is asked before an answer is recorded that no passage bears yet; None where it needs none."""
    return which_passage(review, command) if lacks_passage(review.session, command) else None


def which_passage(review: Review, command: c.RecordAnswer) -> Pending:
    """What is asked of the passage that an answer rests on."""
    from assistant.core.record.guard import label_of  # there is an answer by now

    session, (name, *rest) = review.session, command.prompt.split(".")
    prompt, answer = session.prompt(command.item, name), command.answer
    shape = at(prompt.schema.shape, tuple(rest))
    groups, denied = _saying(session, command), denied_by(session, command)
    options = [
        Option(_offered(review, (command.item, name), one, denied), with_passage(command, evidence_at(one)))
        for one in groups[:MOST_OFFERED]
    ]
    if prompt.schema.may_be(Status.NOT_DOCUMENTED):
        instead = replace(command, answer=Answer(status=Status.NOT_DOCUMENTED))
        options.append(Option("Not documented, then", instead, value="not_documented"))
    said = shown(replace(prompt.schema, shape=shape), answer) if shape is not None else ""
    said = label_of(prompt, ".".join(rest), answer) if rest else said
    which = OFFERED if groups else NONE_OFFERED
    question = f"“{one_line(said, 120)}” rests on a passage that says so. {which}"
    return Pending(question, None, tuple(options), command)


def _saying(session: Session, command: c.RecordAnswer) -> list[PassageGroup]:
    """The passages that an answer may rest on: for a denial those that deny, for a number first those that say it."""
    from assistant.core.record.counts import says_so  # there is an answer by now

    name, *rest = command.prompt.split(".")
    prompt, number = session.prompt(command.item, name), command.answer.value
    shape, denied = at(prompt.schema.shape, tuple(rest)), denied_by(session, command)
    place, words = (command.item, name), prompt.words(rest[0] if rest else "")
    found = denying(session, place, denied) if denied else affirming(session, place, words)
    groups = list(worded_once(one for one in found if one.bears))
    if isinstance(shape, NumberShape) and isinstance(number, int | float):
        groups.sort(key=lambda one: not says_so(float(number), shape.unit, [evidence_at(one).quote]))
    return groups


def passages_saying_so(review: Review, command: c.CiteEvidence) -> tuple[Option, ...]:
    """The passages that may be cited with one key for an answer that stands without one; for a number none is guessed."""
    session, (name, *rest) = review.session, command.prompt.split(".")
    held = session.answer(command.item, command.prompt)
    shape = at(session.prompt(command.item, name).schema.shape, tuple(rest))
    if held is None or session.unaided(command.item) or isinstance(shape, NumberShape):
        return ()
    answered = c.RecordAnswer(command.item, command.prompt, held)
    denied = denied_by(session, answered)
    return tuple(
        Option(
            f"It says so: {_offered(review, (command.item, name), one, denied)}",
            with_passage(command, evidence_at(one)),
        )
        for one in _saying(session, answered)[:MOST_OFFERED]
    )


def lacks_passage(session: Session, command: c.RecordAnswer) -> bool:
    """Whether an answer needs a passage to rest on, and has none."""
    scope, answer = command.item, command.answer
    name, *rest = command.prompt.split(".")
    prompt = session.prompt(scope, name)
    if answer.parts is not None or answer.all_evidence() or not cites(session, scope, name):
        return False
    shape = at(prompt.schema.shape, tuple(rest))
    one_of_all = isinstance(prompt.schema.shape, GroupShape) and prompt.schema.shape.uniform
    if (rest and not one_of_all) or about_file(shape, answer) or not answer.given:
        return False
    # another value than the one stated is asked about by a check
    return worked_out(session, scope, name) is None and proposed(session, scope, name) is None


def passages_lettered(review: Review, turn: Turn) -> list[PassageGroup]:
    """The passages for a question whose replies hold none, as many as have a letter."""
    session = review.session
    if turn.kind != "prompt" or "." in turn.path or turn.proposal is not None or session.measured:
        return []
    prompt = session.prompt(*turn.place)
    shape = prompt.schema.shape
    own = isinstance(shape, NumberShape | SeveralShape | DateShape) or (
        isinstance(shape, ChoiceShape) and not prompt.schema.denials()
    )
    if not own or session.unaided(turn.scope) or not cites(session, *turn.place):
        return []
    if worked_out(session, *turn.place) is not None or proposed(session, *turn.place) is not None:
        return []
    found = tuple(one for one in speaks_of(session, turn.place, prompt.look_for) if one.bears)
    if isinstance(shape, NumberShape):  # what counts these stands first, and a heading bears no number
        from assistant.core.record.counts import counts_any  # where a number is asked for

        told = [one for one in found if not _is_title(one.quote)]
        found = tuple(sorted(told, key=lambda one: not counts_any(shape.unit, one.quote)))
    return list(found[: len(LETTERS)])


_LONGEST_TITLE = 9


def _is_title(quote: str) -> bool:
    """Whether words are a heading or the label of a form: few, each with a capital, and no sentence."""
    words = quote.split()
    return (
        len(words) <= _LONGEST_TITLE
        and quote[-1:] not in ".!?;"
        and all(not one[:1].isalpha() or one[:1].isupper() for one in words)
        and not any(one[:1].isdigit() for one in words)
    )


def lettered(review: Review, turn: Turn) -> list[str]:
    """The same in lines, each behind the letter that cites it in the line of an answer."""
    found = zip(LETTERS, passages_lettered(review, turn), strict=False)
    return [f"{letter}  {marked_words(review, turn.place, one)}" for letter, one in found]


LETTERS = "abcde"
"""What a passage is called that is offered beside values which begin with a figure."""


def denied_by(session: Session, command: c.RecordAnswer | c.CiteEvidence) -> tuple[str, ...]:
    """The words that an answer denies; none where it is no denial."""
    name, *rest = command.prompt.split(".")
    prompt = session.prompt(command.item, name)
    value = command.answer.value if isinstance(command, c.RecordAnswer) else None
    shape = at(prompt.schema.shape, tuple(rest))
    if isinstance(shape, ChoiceShape) and str(value) in shape.denies:
        return shape.denies[str(value)]
    denied = isinstance(value, str) and value in prompt.schema.denials(tuple(rest))
    return tuple(prompt.words(rest[0] if rest else "")) if denied else ()


def _offered(review: Review, place: AnswerPlace, group: PassageGroup, denied: Iterable[str]) -> str:
    return f"{marked_words(review, place, group)}{_but_later(review, place, group, denied)}"


def _but_later(review: Review, place: AnswerPlace, group: PassageGroup, denied: Iterable[str]) -> str:
    """What a newer note says of these words, to stand beside an older denial of them."""
    from assistant.core.record.checks import passage_words  # not before the first question

    newer = newer_against(review.session, place, group, denied)
    return f", but later {passage_words(newer[0])}" if newer else ""


def found_words(review: Review, command: c.RecordAnswer | c.CiteEvidence, found: Found) -> str:
    """A passage that the reviewer's own words find, as it is offered for an answer."""
    place = (command.item, command.prompt.split(".")[0])
    denied, own = denied_by(review.session, command), own_search(review.session, place)
    here = (
        one for one in (own.groups if denied and own is not None else ()) if same_words(one, found.evidence)
    )
    group = next((one for one in here if one.standing == "negated"), None)
    return f"{found.words}{_but_later(review, place, group, denied)}" if group is not None else found.words


def with_passage(command: c.RecordAnswer | c.CiteEvidence, evidence: Evidence) -> c.Command:
    """The command with the passage that its answer rests on."""
    if isinstance(command, c.CiteEvidence):
        return replace(command, evidence=evidence)
    return replace(command, answer=replace(command.answer, evidence=(evidence,)))


def lacking_passage(review: Review, place: AnswerPlace) -> str:
    """The path of the first finding of an answer that no passage bears; the question itself where none lacks one."""
    from assistant.core.record.guard import unborne  # there is an answer by now

    session, (scope, name) = review.session, place
    answer = session.reading(scope).answer(name)
    stated = proposed(session, scope, name)
    found = unborne(session, place, answer, stated, review.pages) if answer is not None else ()
    path = next((ground.path for ground, _ in found), "")
    return f"{name}.{path}" if path else name
