"""The search of a session's record: beside a question, and behind every absence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant import library
from assistant.core import commands as c
from assistant.core.record.absence import HARMLESS, dismissals, is_of_region, speaking
from assistant.core.record.assertions import Assertions, assertions_by
from assistant.core.record.case import Case
from assistant.core.record.language import Vocabulary, read_vocabulary, word_root, words_in
from assistant.core.record.mentions import akin, muscles_of, regions_of
from assistant.core.record.pages import page_runs
from assistant.core.record.passages import PLANNED, PassageGroup, SentencePlace, Weight, grouped
from assistant.core.session import AnswerPlace, Session
from assistant.core.value import replace

if TYPE_CHECKING:
    from assistant.core.record.passages import Occurrence
    from assistant.core.rules.prompt_set import Prompt
    from assistant.records.index import RecordIndex


MOST_GROUPS = 150
"""How many groups of passages one entry of the log holds."""

_TIMELINE = "timeline"
_MOST_STATED = 20
_TOLD = ("affirmed", "historical", "uncertain")
"""How a sentence speaks of what it tells of."""

_PARTS = ("examination", "", "history")
"""The parts of a note that weigh more or less than others, in their order."""
_PLANNING = "planning"
_LONGEST_HEADING = 40
_EDGE = 3
"""Lines at the head and at the foot of a page in which its running lines are looked for."""
_CLAUSE = r"(?:[^;,.()]|\.(?=\w))+"

_BLANK = re.compile(r"_{3,}|\.{5,}")
_FILLED = re.compile(r"\d|[:?]\s*[^\s_.]|[^\s_.][\s_.]*$(?<![_.])")
_CONTINUES = re.compile(
    r"(?i)[a-z][a-z0-9 '/-]{0,40}?\b(?:note|report|visit|record|summary|evaluation|consultation|letter|review)s?"
    r"\s*[,(–-]\s*cont(?:inued|['’]d|d|\.)?\s*\)?\.?"
)
"""The heading of a page that goes on with a document: `PROGRESS NOTE, continued`."""
_TITLE = re.compile(
    r"(?!NO |NORMAL |DENIES |WITHOUT )(?=[A-Z ,'&/()-]+$)(?:[A-Z'&/()-]+,? ){0,6}(?:NOTES?|REPORT|VISIT|CONSULTATION|EVALUATION|RECORDS?|SUMMARY|LETTER|FORM|QUESTIONNAIRE|SURVEY"
    r"|COMPLAINTS?|APPLICATION|AUTHORIZATION)"
)
"""The title of a document, in capitals: `PAIN MANAGEMENT CONSULTATION`."""
_LABEL = re.compile(r"[A-Z][\w /'&().-]{1,40}:")
_COVER = re.compile(
    r"(?is)(?=.{0,400}?\b(?:fax|facsimile)\s+(?:cover|transmi\w+)|.{0,400}?\bcover\s+(?:sheet|page)\b)(?=.{0,1200}?^\W*(?:to|from|pages?|fax)\b)(?!.{2500})",
    re.MULTILINE,
)
"""A short page that calls itself a cover in its first lines, with the lines of one."""

_MOST_TOLD = 6
_LASTING = 28
"""The fewest days of what a question calls long."""
_MOST_PAGES = 12
_LONGEST_QUOTE = 600


class RecordSearch:
    """Searches the pages of a case; the index is made when it is first needed. Safe to use from a worker thread."""

    def __init__(
        self, pages: Mapping[str, tuple[str, ...]], case: Case, vocabulary: Mapping[str, str]
    ) -> None:
        self._pages = pages
        self._case = case
        self._texts = vocabulary
        self._index: RecordIndex | None = None
        self._timeline: RecordIndex | None = None
        self._making = Lock()
        self._found: dict[tuple[str, ...], tuple[PassageGroup, ...]] = {}
        self._told: dict[tuple[str, ...], set[tuple[str, int, int, str]]] = {}
        self._marks: dict[tuple[str, ...], dict[SentencePlace, list[tuple[int, int]]]] = {}

    def find(self, query: str) -> tuple[Occurrence, ...]:
        """The passages for a person's query, best first."""
        return self._open().find(query)

    def heard(self, text: str, terms: Sequence[str]) -> dict[str, str]:
        """Of some terms those that a text of the reviewer's speaks of, and how; what it affirms of one counts first."""
        if not terms:
            return {}
        found = _index_of(_kept({"": (text,)}), _kept(self._texts)).look_for(terms)
        return {one.term: one.standing for one in sorted(found, key=lambda one: one.supports)}

    def told_otherwise(self, text: str) -> tuple[PassageGroup, ...]:
        """What the record says otherwise than a text of the reviewer's, whichever word of the vocabulary that speaks of.

        Against what is denied there speaks all that affirms it, against what is affirmed a denial where nothing affirms
        it; not what the refusal says, nor what is said of another region.
        """
        heads = [line.same[0] for line in self._vocabulary.synonyms if line.same]
        regions = [one for item in self._case.items.values() for one in regions_of(item.region)]
        found: dict[str, PassageGroup] = {}
        for term, how in self.heard(text, heads).items():
            groups = [one for one in self.passages((term,)) if self._is_of(regions, one)]
            affirming = [one for one in groups if one.standing == "affirmed"]
            denying = [one for one in groups if one.standing == "negated" and one.plain]
            told = affirming if how == "negated" else denying if how == "affirmed" and not affirming else []
            found.update((" ".join(one.quote.split()), one) for one in told)
        return tuple(found.values())[:_MOST_TOLD]

    def _is_of(self, regions: Iterable[str], group: PassageGroup) -> bool:
        document, named = self._case.documents.get(group.document), regions_of(group.quote)
        if document is None or document.is_ur_report or group.quote.isupper() or self.is_running(group.quote):
            return False
        return not named or any(akin(one, own) for one in named for own in regions)

    def passages(self, terms: Sequence[str]) -> tuple[PassageGroup, ...]:
        """Every group of passages that speaks of one of the terms, in the order in which they matter."""
        key = tuple(terms)
        if key not in self._found:
            mentions = self._open().look_for(key) if key else ()
            marks: dict[SentencePlace, list[tuple[int, int]]] = {}
            for one in mentions:
                marks.setdefault((one.document, one.page, one.start), []).append(
                    (one.at - one.start, one.length)
                )
            self._marks[key] = marks
            self._found[key] = grouped(mentions, self._weight)
            self._told[key] = {
                (one.document, one.page, one.start, one.term) for one in mentions if one.standing in _TOLD
            }
        return self._found[key]

    def _weight(self, one: Occurrence) -> Weight:
        """What a physician reads first: a note before the refusal, the newest, and of it the examination before the history."""
        document = self._case.documents.get(one.document)
        refusal = document is not None and document.is_ur_report
        when = document.date.latest.toordinal() if document is not None and document.date is not None else 0
        return refusal, -when, _PARTS.index(self.part_of(one.document, one.page, one.start))

    def part_of(self, document: str, page: int, start: int) -> str:
        """The part of a note that a passage stands in: `examination`, `history`, or empty for any other."""
        part = self._section(document, page, start)
        return part if part in _PARTS else ""

    def _section(self, document: str, page: int, start: int) -> str:
        """The list of headings that the last heading before a place is of; empty before the first."""
        texts = self._pages.get(document, ())
        text = texts[page - 1] if 0 < page <= len(texts) else ""
        part = ""
        for heading in self._headings.finditer(text, 0, min(start + _LONGEST_HEADING, len(text))):
            if heading.start() <= start:
                part = heading.lastgroup or ""
        return part

    @cached_property
    def _headings(self) -> re.Pattern[str]:
        lists = self._vocabulary.lists
        named = "|".join(
            f"(?P<{part}>{'|'.join(map(re.escape, sorted(lists[part], key=len, reverse=True)))})"
            for part in (*_PARTS, _PLANNING, "conclusions")
            if lists.get(part)
        )
        return re.compile(rf"(?im)^[ \t]*(?:{named or '(?!)'})[ \t]*(?::|$)")

    @cached_property
    def _running(self) -> frozenset[str]:
        """The lines at the head and the foot of most pages of the case, such as a letterhead, their figures aside."""
        pages = [text for texts in self._pages.values() for text in texts if text.strip()]
        seen: Counter[str] = Counter()
        for text in pages:
            lines = [folded for line in text.split("\n") if (folded := _without_figures(line))]
            seen.update({*lines[:_EDGE], *lines[-_EDGE:]})
        return frozenset(line for line, times in seen.items() if times > max(2, len(pages) / 2))

    def is_running(self, quote: str) -> bool:
        """Whether words stand at the head or the foot of most pages, name a document, or are a heading or an empty label of it.

        Such words tell nothing of the patient.
        """
        said = [line for line in quote.split("\n") if line.strip()]
        return bool(said) and all(
            _CONTINUES.fullmatch(one.strip())
            or _TITLE.fullmatch(one.strip())
            or _LABEL.fullmatch(one.strip())
            or self._headings.fullmatch(one)
            or any(_without_figures(one) in line for line in self._running)
            for one in said
        )

    def _is_label(self, group: PassageGroup) -> bool:
        """Whether words are a form's label that nobody filled in: `Prior surgery: ______`, or a label before another one."""
        if _BLANK.search(group.quote):
            return _FILLED.search(group.quote) is None
        if not group.quote.rstrip().endswith(":"):
            return False
        texts = self._pages.get(group.document, ())
        text = texts[group.pages[0] - 1] if 0 < group.pages[0] <= len(texts) else ""
        below = text[group.start + len(group.quote) :].lstrip().partition("\n")[0].rstrip()
        return "\n" not in group.quote and (not below or below.endswith(":") or bool(_BLANK.search(below)))

    def _is_on_cover(self, group: PassageGroup) -> bool:
        """Whether words stand on the cover sheet of a fax, which names what is sent and tells nothing of the patient."""
        texts = self._pages.get(group.document, ())
        return all(0 < one <= len(texts) and _COVER.match(texts[one - 1]) for one in group.pages)

    def _of_plans(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether words are of what is to come, which say nothing of what there was: "no further surgery is planned".

        A question that looks for plans is answered by it.
        """
        if self._is_of_plans(prompt):
            return False
        to_come = ("plans", "again") if group.standing == "negated" else ("plans",)
        held = self._clauses(prompt, group)
        return bool(held) and all(self._says(one, *to_come) and not self._says(one, "past") for one in held)

    def _is_of_plans(self, prompt: Prompt) -> bool:
        """Whether a question looks for what is to come, or for what was asked for."""
        return bool(prompt.about) or self._says(f"{prompt.ask} {' '.join(prompt.look_for)}", "plans")

    def _affirms(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether a passage may carry a yes, or what is listed."""
        return (
            self._was(prompt, group)
            and not self._is_brief(prompt, group)
            and not self._has_another_cause(group)
        )

    def _was(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether a passage may say that something was done: not by a plan, "surgery is considered", where that is asked.

        Nor does a line under the heading of a plan.
        """
        said, terms = group.quote, group.terms or ("",)
        if not self._says(prompt.ask, "done") or self._says(said, "done") or self._is_of_plans(prompt):
            return True
        if self._section(group.document, group.pages[0], group.start) == _PLANNING:
            return self._says(said, "going_on") or not all(
                self._says(one, "services", "treatments") for one in terms
            )
        return not all(self._says(one, "services") for one in terms) or not self._of_plans(prompt, group)

    def _is_planned(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether a line under the heading of a plan says what is to come where it is asked what there was: "Plan: 6 visits"."""
        at = group.document, group.pages[0], group.start
        return self._section(*at) == _PLANNING and not self._was(prompt, group)

    def _is_brief(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether words tell of less time than a question asks for: a pack of six days is no long use of steroids."""
        from assistant.core.record.counts import least_asked, longest  # with the first search

        vocabulary = self._vocabulary
        lasting = any(
            self._says(part, "lasting")
            and any(
                word_root(term) in {word_root(one) for one in vocabulary.variants(word)}
                for word in words_in(part).split()
                for term in group.terms
            )
            for part in re.split(r"[,;?]|\bor\b", prompt.ask)
        )
        least = least_asked(prompt.ask) or _LASTING * lasting
        if not least or longest(group.quote) >= least:
            return False
        held = self._clauses(prompt, group)
        return bool(held) and all(longest(one) or (lasting and self._says(one, "brief")) for one in held)

    def _has_another_cause(self, group: PassageGroup) -> bool:
        """Whether a trouble is told of with a cause that is of no nerve: "dribbling from an enlarged prostate"."""
        lists = self._vocabulary.lists
        caused = {word_root(one) for one in lists.get("caused", ())}
        if not group.terms or not all(word_root(one) in caused for one in group.terms):
            return False
        causes = [words_in(one) for one in lists.get("other_causes", ())]
        spans = re.finditer(rf"(?i)\b(?:{'|'.join(map(re.escape, causes)) or '(?!)'})\b", group.quote)
        return any(
            self.assertions.of(group.quote, one.start(), len(one[0])).standing not in HARMLESS
            for one in spans
        )

    def _of_a_place(self, prompt: Prompt, asked: Iterable[str], group: PassageGroup) -> bool:
        """Whether a denial is of a place alone that isn't asked about: a saddle that isn't numb says nothing of a leg."""
        if self._says(f"{prompt.ask} {' '.join(asked)}", "places") or regions_of(group.quote):
            return False
        held = self._clauses(prompt, group)
        return bool(held) and all(self._says(one, "places") for one in held)

    def _says(self, text: str, *lists: str) -> bool:
        """Whether a text has something of one of these lists of the vocabulary."""
        held, said = self._vocabulary.lists, words_in(text)
        return any(_whole(tuple(held.get(name, ()))).search(said) for name in lists)

    def _clauses(self, prompt: Prompt, group: PassageGroup) -> list[str]:
        """The words of each clause of a passage in which something stands that a question looks for."""
        at = (group.document, group.pages[0], group.start)
        clauses = [(one.start(), one.end()) for one in re.finditer(_CLAUSE, group.quote)]
        return [
            words_in(group.quote[begin:end])
            for begin, end in clauses
            if any(begin <= mark < end for mark, _ in self._marks.get(prompt.look_for, {}).get(at, ()))
        ]

    def _bears(self, prompt: Prompt, group: PassageGroup) -> bool:
        """Whether a denial may carry an answer.

        It may not on a page that lies in the file twice, nor in a sentence that tells of an event too, at the head or the
        foot of every page, of a plan where the question is about what there was, or of a place that isn't asked about.
        """
        kin = [one.words for one in prompt.entries.values() if not set(one.words).isdisjoint(group.terms)]
        words = {word for line in kin or [prompt.look_for] for word in line}
        if (
            self.is_running(group.quote)
            or self._of_plans(prompt, group)
            or self._of_a_place(prompt, words, group)
        ):
            return False
        told = self._told[prompt.look_for]
        at = (group.document, group.pages[0], group.start)
        return not any((*at, word) in told for word in words) and not self._eventful(group)

    def _is_of_another(self, group: PassageGroup) -> bool:
        """Whether a passage stands on a page of another person that nobody confirmed as this one's."""
        document = self._case.documents.get(group.document)
        confirmed = document is not None and bool(document.confirmed)
        return not confirmed and bool(self.whose(group.document, group.pages))

    def _is_elsewhere(self, session: Session, place: AnswerPlace, group: PassageGroup) -> bool:
        """Whether what is of a place is told of another one, or denied: a fracture of the tibia is none of the back."""
        local = bool(group.terms) and self._local.issuperset(word_root(term) for term in group.terms)
        if local and not is_of_region(session, place, group, by_nerve=False):
            return True
        return group.standing == "negated" and not is_of_region(
            session, place, group, muscles_of(group.quote)
        )

    @cached_property
    def _others(self) -> Mapping[tuple[str, int], str]:
        from assistant.core.record.claim import pages_of_others  # with the first search
        from assistant.core.record.sentences import UR_REPORT, PacketDocument

        named = self._case.documents
        documents = [
            PacketDocument(
                one.id, UR_REPORT if one.is_ur_report else one.title, one.date, self._pages[one.id]
            )
            for one in named.values()
            if one.id in self._pages
        ]
        return pages_of_others(documents, library.intake("documents"))

    def whose(self, document: str, pages: Iterable[int]) -> str:
        """What a page says of whose it is, where that is not the claimant: another name, another date of birth."""
        return next((said for page in pages if (said := self._others.get((document, page)))), "")

    @cached_property
    def _local(self) -> frozenset[str]:
        return frozenset(word_root(one) for one in self._vocabulary.lists.get("local", ()))

    def _eventful(self, group: PassageGroup) -> bool:
        return self._says(group.quote, "events") or all(
            (group.document, page) in self._twice for page in group.pages
        )

    @cached_property
    def _twice(self) -> frozenset[tuple[str, int]]:
        """The pages that hold the words of an earlier page and no others."""
        seen: set[str] = set()
        again = set()
        for document, texts in self._pages.items():
            for number, text in enumerate(texts, 1):
                folded = " ".join(text.casefold().split())
                if folded and folded in seen:
                    again.add((document, number))
                seen.add(folded)
        return frozenset(again)

    def marks(self, terms: Sequence[str], group: PassageGroup) -> tuple[tuple[int, int], ...]:
        """Where in a group's quote the words stand that were found, each as offset and length.

        Empty where `passages` has not been asked for these terms.
        """
        held = self._marks.get(tuple(terms), {})
        return tuple(sorted(set(held.get((group.document, group.pages[0], group.start), ()))))

    def behind(self, session: Session, place: AnswerPlace, by: str) -> c.NoteSearch:
        """The search of a question's own words, as it is logged; what is already set aside stands after what is open."""
        prompt = session.prompt(*place)
        gone = {(one.document, one.quote) for one in dismissals(session, place)}
        groups: list[PassageGroup] = []
        aside: list[PassageGroup] = []
        against = replace(prompt, look_for=prompt.beside, entries={})
        for asked, one in [(each, one) for each in (prompt, against) for one in self.passages(each.look_for)]:
            if self._is_label(one):
                one = replace(one, standing="printed")
            elif one.supports and self._is_planned(asked, one):
                one = replace(one, standing="hypothetical", plain=True, cue=PLANNED)
            negated = one.standing == "negated"
            if (
                self._is_of_another(one)
                or self._is_on_cover(one)
                or (one.supports and self.is_running(one.quote))
                or not (self._bears(asked, one) if negated else self._affirms(asked, one))
                or self._is_elsewhere(session, place, one)
            ):
                one = replace(one, bears=False)
            elif negated and self.whose(one.document, one.pages):
                one = replace(one, plain=False)
            (aside if (one.document, one.quote[:_LONGEST_QUOTE]) in gone else groups).append(one)
        made = self._logged(place, by, (*prompt.look_for, *prompt.beside), groups, aside)
        pages = {(one.document, page) for one in made.groups if one.supports for page in one.pages}
        return replace(made, stated=self._stated(prompt, pages))

    def _stated(self, prompt: Prompt, found: Collection[tuple[str, int]]) -> tuple[PassageGroup, ...]:
        """The entries of the timeline that tell of what a question looks for, unless a page found says it too."""
        entries = self._case.timeline
        if self._timeline is None and entries and prompt.look_for:
            says = {_TIMELINE: tuple(entry.says for entry in entries)}
            self._timeline = _index_of(_kept(says), _kept(self._texts))
        if self._timeline is None:
            return ()
        return tuple(
            replace(one, quote=one.quote[:_LONGEST_QUOTE])
            for one in grouped(self._timeline.look_for(prompt.look_for))
            if one.supports
            and not any((at.document, at.page) in found for at in entries[one.pages[0] - 1].evidence)
        )[:_MOST_STATED]

    def asked(self, place: AnswerPlace, query: str, mentions: Iterable[Occurrence]) -> c.NoteSearch:
        """A reviewer's own search, as it is logged; of a long one the first words, with a sign that it goes on."""
        groups = [replace(one, terms=()) for one in grouped(mentions)]  # the reviewer's words are kept apart
        return self._logged(place, "reviewer", (_term(query),), groups)

    def _logged(
        self,
        place: AnswerPlace,
        by: str,
        terms: tuple[str, ...],
        groups: Sequence[PassageGroup],
        aside: Sequence[PassageGroup] = (),
    ) -> c.NoteSearch:
        open_ones = speaking(groups)
        harmless = [one for one in groups if one.standing in HARMLESS]
        # one that is denied ends the list where there is room, so that it is seen that nothing open follows
        room = MOST_GROUPS - bool(harmless and len(open_ones) < MOST_GROUPS)
        kept = [*open_ones, *speaking(aside)][:room]
        kept += harmless[: MOST_GROUPS - len(kept)]
        denied = sum(one.standing in HARMLESS for one in kept)
        more = max(len(open_ones) - len(kept), 0) + len(harmless) - denied
        documents = tuple(name for name in self._case.documents if name in self._pages)
        unread = self.unread()
        return c.NoteSearch(
            *place,
            by,
            terms,
            documents if len(documents) < len(self._case.documents) else self._case.named_documents,
            sum(len(self._pages[name]) for name in documents) - sum(map(len, self._unreadable().values())),
            unread,
            sum(one.count for one in (*groups, *aside)),
            tuple(
                replace(one, pages=one.pages[:_MOST_PAGES], quote=one.quote[:_LONGEST_QUOTE]) for one in kept
            ),
            more,
        )

    def unread(self) -> tuple[str, ...]:
        """The pages that can't be searched, as `document:page` or `document:first-last`: no text, or no file."""
        found: list[str] = []
        for name, document in self._case.documents.items():
            if name not in self._pages:
                found += (f"{name}:{run}" for run in page_runs(range(1, document.pages + 1)))
            else:
                found += (f"{name}:{run}" for run in page_runs(document.unreadable))
        return tuple(found)

    def _unreadable(self) -> Mapping[str, tuple[int, ...]]:
        return {
            name: document.unreadable
            for name, document in self._case.documents.items()
            if name in self._pages and document.unreadable
        }

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return read_vocabulary(self._texts)

    @cached_property
    def assertions(self) -> Assertions:
        """How sentences speak of what they mention, by the vocabulary of the session."""
        return assertions_by(self._vocabulary)

    def _open(self) -> RecordIndex:
        with self._making:
            if self._index is None:
                named = self._case.documents.values()
                dates = {one.id: str(one.date) for one in named if one.date is not None}
                self._index = _index_of(
                    _kept(self._pages), _kept(self._texts), _kept(self._unreadable()), _kept(dates)
                )
            return self._index


_Kept = tuple[tuple[str, Any], ...]


def _kept(named: Mapping[str, Any]) -> _Kept:
    return tuple(named.items())


@lru_cache(4)
def _index_of(pages: _Kept, vocabulary: _Kept, unreadable: _Kept = (), dates: _Kept = ()) -> RecordIndex:
    """The index of a record: made once for all sessions of a case that are opened one after the other."""
    from assistant.records.index import RecordIndex  # with the first search

    texts = read_vocabulary(dict(vocabulary))
    return RecordIndex.of(dict(pages), texts, unreadable=dict(unreadable), dates=dict(dates))


@lru_cache(maxsize=64)
def _whole(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """What finds one of some phrases in folded words."""
    folded = sorted(map(words_in, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, folded)) or '(?!)'})(?!\S)")


def _without_figures(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.casefold().split())).rstrip(".")


def _term(query: str) -> str:
    if len(query) <= _LONGEST_QUOTE:
        return query
    words, _, _ = query[: _LONGEST_QUOTE - 1].rpartition(" ")
    return f"{words or query[: _LONGEST_QUOTE - 2]} …"
