"""The determination as values, so that each form it is written in (text, Markdown, JSON) says the same.

A letter is made of sections, a section of blocks, a block of sentences; every sentence keeps where it comes
from, down to the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate
from assistant.core.letter_frame import Frame
from assistant.core.rationale import Assessment
from assistant.core.record.case import Case
from assistant.core.record.checks import Check
from assistant.core.session import Session


@dataclass(frozen=True)
class Head:
    """Where the decision log stands: entries so far, and the hash of the last of them.

    Of a signed session as the signature found it: its entry is number `events`, `head` the hash of the one
    before, `signed_at` the logged time of the signature.
    """

    events: int
    head: str
    signed_at: str = ""


@dataclass(frozen=True)
class LetterSentence:
    """One sentence and its sources, never all empty; `item` is the scope that its prompts are of.

    `mark` follows the reviewer's own words where they are printed. `points` are what leads in a sentence that is
    printed as a list, and then the points of it.
    """

    text: str
    item: str = ""
    key: str = ""
    origin: str = "drafted"
    prompts: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    mark: str = ""
    points: tuple[str, ...] = ()

    @property
    def sourced(self) -> bool:
        """Whether there is any source at all."""
        return bool(self.prompts or self.criteria or self.citations or self.facts or self.evidence)

    @property
    def marked(self) -> str:
        """The sentence as the letter prints it: the reviewer's own words are marked as such."""
        return f"{self.text} {self.mark}" if self.mark else self.text


@dataclass(frozen=True)
class Block:
    """Sentences that stand together. `kind`: paragraph, list (each a point of its own), listed, lines, box or heading.

    A box has the items, each a sentence that is followed by its main reason; `listed` is one sentence with its points.
    """

    kind: str
    sentences: tuple[LetterSentence, ...]
    label: str = ""


@dataclass(frozen=True)
class Section:
    """A titled part of the letter; `signed` where the signature's hash covers its text.

    `part` says which of the two documents it stands in: `determination` (what is sent) or `record` (the proof of it).
    """

    title: str
    blocks: tuple[Block, ...]
    signed: bool = True
    part: str = "record"

    @property
    def sentences(self) -> tuple[LetterSentence, ...]:
        return tuple(sentence for block in self.blocks for sentence in block.sentences)


@dataclass(frozen=True)
class ReviewedDocument:
    """A document of the case file, and what the review made of it: pages opened and cited, and whether it was searched."""

    id: str
    type: str
    author: str
    date: PartialDate | None
    pages: int
    sent_by: str
    is_ur_report: bool
    opened: tuple[int, ...]
    cited: tuple[int, ...]
    searched: bool = False


@dataclass(frozen=True)
class Missing:
    """What a session still waits for: a prompt or a part of one, `ruling:<criterion>` or `determination`."""

    item: str
    prompt: str
    words: str


PARTS = ("determination", "record")
"""The two documents that a letter is made of; `both` names them together."""


@dataclass(frozen=True)
class Top:
    """What stands above the sections of a document: letterhead, title, and the lines of its heading."""

    part: str
    title: str
    lines: tuple[LetterSentence, ...]
    letterhead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A determination with its record, or the draft of one. `body` is the text that a signature covers."""

    kind: str
    status: str
    case: str
    outcome: str | None
    outcome_words: str
    banner: tuple[str, ...]
    tops: tuple[Top, ...]
    sections: tuple[Section, ...]
    documents: tuple[ReviewedDocument, ...]
    checks: tuple[Check, ...]
    missing: tuple[Missing, ...]
    footer: tuple[tuple[str, str], ...]
    """Each line below the letter, with the document that it stands in; both where that is empty."""
    log: Head
    body: str
    body_hash: str
    frame: Frame = field(repr=False, compare=False)
    session: Session = field(repr=False, compare=False)
    assessments: Mapping[str, Assessment] = field(repr=False, compare=False)

    @property
    def sentences(self) -> tuple[LetterSentence, ...]:
        above = [sentence for top in self.tops for sentence in top.lines]
        return (*above, *(sentence for section in self.sections for sentence in section.sentences))

    def footer_of(self, part: str) -> tuple[str, ...]:
        """The lines below a document, or below `both`."""
        return tuple(line for of, line in self.footer if part == "both" or of in ("", part))

    def acknowledged(self, check: Check) -> str | None:
        """The reviewer's reason for letting a check stand; None while it is open."""
        return self.session.acknowledged.get((check.check, check.key))

    @property
    def open_checks(self) -> tuple[Check, ...]:
        """The checks that keep an unsigned letter from being signed."""
        if self.status != "open":
            return ()
        return tuple(check for check in self.checks if self.acknowledged(check) is None)


def paragraph(sentences: Iterable[LetterSentence], label: str = "") -> Block:
    return Block("paragraph", tuple(sentences), label)


def in_blocks(sentences: Iterable[LetterSentence], label: str) -> Iterable[Block]:
    """Sentences as a paragraph, those among them that have points as lists; the label stands before the first."""
    for listed, some in groupby(sentences, key=lambda one: bool(one.points and not one.mark)):
        said = tuple(some)
        for block in [Block("listed", (one,), label) for one in said] if listed else [paragraph(said, label)]:
            yield block
            label = ""


def points(sentences: Iterable[LetterSentence]) -> Block:
    return Block("list", tuple(sentences))


def letter_heading(sentence: LetterSentence) -> Block:
    return Block("heading", (sentence,))


# The pages of a letter's evidence, in the order of the case file.


def pages_in_order(case: Case, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The pages of some passages, each once, as the case lists its documents."""
    places = {name: number for number, name in enumerate(case.documents)}
    ranked = sorted(evidence, key=lambda one: (places.get(one.document, len(places)), one.document, one.page))
    return tuple(dict.fromkeys(str(one) for one in ranked))
