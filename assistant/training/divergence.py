"""Who parts from whom: how often each two raters say the same, where they part first, and on what evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.core.answer import Evidence, Trail
from assistant.core.comparison import Piece
from assistant.training.panel import Line, Panel

MOST_PAIRED = 12
"""Of more raters than this the pairs are not listed."""

MOST_QUOTED = 6
"""How many passages are named for one answer: those that most raters rest on."""


@dataclass(frozen=True)
class Side:
    """Those who gave one answer, by number in the panel, the passages they rest on and where they searched."""

    words: str
    category: str
    raters: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    search: Trail | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parting:
    """A place where raters part, with its sides, the one of most raters first."""

    panel: Panel
    line: Line
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Pair:
    """Two raters (or reviewers): how many answers are alike of those that both gave, and where they first part."""

    one: str
    other: str
    alike: int
    of: int
    first: Parting | None


def first_parting(panel: Panel, among: Sequence[int] | None = None) -> Parting | None:
    """Where the raters of a panel (or those of them named) part first; None where they never do."""
    line = panel.first_parting(among)
    return None if line is None else parting(panel, line, among)


def partings(panel: Panel, among: Sequence[int]) -> list[Parting]:
    """Every place where those named part, in the order of the questions."""
    return [parting(panel, line, among) for line in panel.lines if line.parts(among)]


def parting(panel: Panel, line: Line, among: Sequence[int] | None = None) -> Parting:
    """The sides at one place."""
    held: dict[str, list[tuple[int, Piece]]] = {}
    for index in range(len(line.pieces)) if among is None else among:
        piece = line.pieces[index]
        if piece is not None:
            held.setdefault(piece.category, []).append((index, piece))
    sides = (_side(panel, line, members) for members in held.values())
    return Parting(panel, line, tuple(sorted(sides, key=lambda side: -len(side.raters))))


def pairs(panels: Sequence[Panel], study: bool) -> list[Pair]:
    """Each two raters of one case, or each two reviewers over the cases that both reviewed; none if there are many."""
    together: dict[tuple[str, str], list[tuple[Panel, int, int]]] = {}
    for panel in panels:
        reviews = [(i, r) for i, r in enumerate(panel.raters) if not r.standard]
        if len(reviews) > MOST_PAIRED:
            return []
        for (i, one), (j, other) in combinations(reviews, 2):
            names = (one.reviewer, other.reviewer) if study else (one.label, other.label)
            key = (names[0], names[1]) if not study or names[0] <= names[1] else (names[1], names[0])
            together.setdefault(key, []).append((panel, i, j))
    if study and len({name for key in together for name in key}) > MOST_PAIRED:
        return []
    return [_pair(one, other, met) for (one, other), met in together.items()]


def against_standards(panel: Panel) -> Iterator[tuple[int, Pair]]:
    """Each review held against each standard of the panel, with the review's number."""
    for j, standard in enumerate(panel.raters):
        for i, rater in enumerate(panel.raters):
            if standard.standard and not rater.standard:
                yield i, _pair(rater.label, standard.label, [(panel, i, j)])


def _pair(one: str, other: str, met: Sequence[tuple[Panel, int, int]]) -> Pair:
    counts = [panel.alike(i, j) for panel, i, j in met]
    first = next((found for panel, i, j in met if (found := first_parting(panel, (i, j)))), None)
    return Pair(one, other, sum(alike for alike, _ in counts), sum(of for _, of in counts), first)


def _side(panel: Panel, line: Line, members: Sequence[tuple[int, Piece]]) -> Side:
    cited = Counter(one for _, piece in members for one in piece.answer.all_evidence())
    trails = [piece.answer.search for _, piece in members if piece.answer.search is not None]
    words = Counter(piece.words for _, piece in members)
    reasons = dict.fromkeys(piece.answer.note for _, piece in members if piece.answer.note)
    return Side(
        words=words.most_common(1)[0][0],
        category=members[0][1].category,
        raters=tuple(index for index, _ in members),
        evidence=tuple(one for one, _ in cited.most_common(MOST_QUOTED)),
        search=max(trails, key=lambda trail: trail.pages, default=None),
        reasons=tuple(reasons)[:3],
    )
