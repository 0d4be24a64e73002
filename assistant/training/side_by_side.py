"""Two sessions on one case side by side, question by question, with the first point where they part."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core import event as e
from assistant.core.answer import Evidence
from assistant.core.decision import DECISION_WORDS
from assistant.core.session import Place, Session
from assistant.core.text import one_line
from assistant.training.event_words import told_at
from assistant.training.pairing import Parted, agree, by_question, pair_panel, partings
from assistant.training.panel import DETERMINATION
from assistant.training.replay import Replay

MARKS = {"same": "=", "different": "≠", "one": "-"}


@dataclass(frozen=True)
class Side:
    """What one session said to a question: in words, the pages behind it, and the step in which it was said last."""

    words: str
    evidence: tuple[Evidence, ...]
    step: int
    amended: int


@dataclass(frozen=True)
class Pair:
    """A question with both sides; a side is None where it was not asked. `parts` names where they part.

    `state`: same, different, or one (only one of them answered, or they were asked otherwise).
    """

    item: str
    prompt: str
    ask: str
    state: str
    sides: tuple[Side | None, Side | None]
    parts: tuple[Parted, ...]


class SideBySide:
    """Two replays of one case, aligned by their questions."""

    def __init__(self, one: Replay, other: Replay) -> None:
        self.replays = (one, other)
        sessions = [replay.recording.final for replay in self.replays]
        self.panel = pair_panel(sessions[0], sessions[1], ("A", "B"))
        self.pairs = self._paired()
        self.said = tuple(self.panel.apart)

    @property
    def first_parting(self) -> Pair | None:
        """The first question, in the order in which they are asked, that was answered differently."""
        return next((pair for pair in self.pairs if pair.state == "different"), None)

    def _paired(self) -> list[Pair]:
        answered = [_answered(replay) for replay in self.replays]
        made = []
        for place, lines in by_question(self.panel).items():
            one, other = (
                _side(replay, place, steps) for replay, steps in zip(self.replays, answered, strict=True)
            )
            state = {None: "one", True: "same", False: "different"}[agree(lines)]
            made.append(Pair(*place, lines[0].ask, state, (one, other), partings(lines)))
        return made


def _answered(replay: Replay) -> dict[Place, tuple[int, int]]:
    """By question: the step in which it was answered last, and how often its answer was changed."""
    found: dict[Place, tuple[int, int]] = {}
    recording = replay.recording
    for entry in recording.entries:
        event = recording.event(entry.seq)
        if isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn):
            place = (event.item, event.prompt.split(".", 1)[0])
            changed = not isinstance(event, e.AnswerRecorded)
        elif isinstance(event, e.DeterminationRecorded):
            place = (event.item, DETERMINATION)
            changed = place in found
        else:
            continue
        found[place] = recording.step_of(entry.seq).number, found.get(place, (0, 0))[1] + changed
    return found


def _side(replay: Replay, place: Place, answered: dict[Place, tuple[int, int]]) -> Side | None:
    session: Session = replay.recording.final
    step, amended = answered.get(place, (0, 0))
    if place[1] == DETERMINATION:
        made = session.determinations.get(place[0])
        if made is None:
            return None
        reason = f": {one_line(made.reason, 200)}" if made.reason else ""
        return Side(f"{DECISION_WORDS[made.decision]}{reason}", (), step, amended)
    if place[0] not in session.rules.sets or place[1] not in session.rules.sets[place[0]].prompts:
        return None
    answer = session.reading(place[0]).answer(place[1])
    if answer is None:
        return None
    return Side(one_line(told_at(session, place, answer), 300), answer.all_evidence(), step, amended)
