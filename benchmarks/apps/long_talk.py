"""The program itself over a case, with a conversation that is already TURNS turns long.

`python long_talk.py LOG CASE TURNS`: the turns are added to the transcript of the real review screen, as the
screen adds them, and then the line `READY` says that they are all there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.tui import app
from assistant.tui.review import ReviewScreen

AT_ONCE = 10


class LongTalk(app.ImrApp):
    """The program, its conversation filled once its first question stands."""

    CSS_PATH = str(Path(app.__file__).with_name("style.tcss"))

    def __init__(self, log: Path, case: str, turns: int) -> None:
        super().__init__(log, lambda services: ReviewScreen(services, case=case))
        self.turns = turns
        self.added = 0

    def on_mount(self) -> None:
        self.set_timer(0.3, self.fill)

    def fill(self) -> None:
        """Adds turns, a few at a time, so that each batch is laid out like turns that were really answered."""
        screen = self.screen
        if not isinstance(screen, ReviewScreen) or screen.talk is None:
            self.set_timer(0.05, self.fill)
            return
        last = min(self.turns, self.added + AT_ONCE)
        for number in range(self.added + 1, last + 1):
            screen.transcript.say_all(
                [
                    ("question", f"Question {number}: what does the record say of this?"),
                    ("context", "found in the record: 2 passages"),
                    ("answer", f"Answer {number}: not documented"),
                ]
            )
        self.added = last
        if self.added < self.turns:
            self.call_after_refresh(self.fill)
        else:
            screen.transcript.say("news", "READY")


if __name__ == "__main__":
    LongTalk(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])).run()
