"""What the side panel lists: pages and passages, findings, draft sentences, questions; and what their keys do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from assistant import showing
from assistant.core import command as c
from assistant.core.answer import Evidence
from assistant.core.draft_sentence import DraftSentence
from assistant.core.passage import on_first_page
from assistant.core.phrase import told
from assistant.core.problem import Refused
from assistant.core.text import one_line
from assistant.review import Review
from assistant.talk import Line
from assistant.tui.page_lines import passage_lines
from assistant.tui.panel import SidePanel
from assistant.tui.passage_list import KEY, PassageList

if TYPE_CHECKING:
    from assistant.tui.session_screen import SessionScreen


class PanelViews:
    """The panel's content for one review."""

    def __init__(self, screen: SessionScreen, review: Review, panel: SidePanel) -> None:
        self.screen = screen
        self.review = review
        self.panel = panel
        self.document = next(iter(review.session.rules.case.documents), "")
        self.page = 1
        self.marked: set[int] = set()
        self._passage: Mapping[int, Content] = {}
        self.found = PassageList(screen, review, panel)
        self._came_from = 0
        self.sentences: list[tuple[str, int, DraftSentence]] = []

    def show(self, view: str) -> None:
        """Shows a view, logging what the law of the log asks for: pages and early findings."""
        self.panel.add_class("shown")
        if view == "record":
            self._record()
        elif view == "findings":
            self._findings()
        elif view == "draft":
            self._draft()
        else:
            self._questions()
            turn = self.review.turn
            present = f"{turn.scope}/{turn.path.split('.', 1)[0]}"
            self.panel.highlight(self.panel.keys.index(present) if present in self.panel.keys else 0)

    def refresh(self) -> None:
        """Draws the open view anew, where its content follows from the answers."""
        if not self.panel.shown:
            return
        if self.panel.view == "draft":
            self._draft()
        elif self.panel.view == "questions":
            self._questions()
        elif self.panel.view == "findings":
            self._findings(opening=False)

    # -- the record ------------------------------------------------------------------------------

    def _record(self, highlight: int = 0) -> None:
        pages = self.review.pages.get(self.document, ())
        if not pages:
            self.panel.show_view("record", self.document, [("", "This page can't be shown.")])
            return
        document = self.review.session.rules.case.documents[self.document]
        text = self.review.page(self.document, self.page)
        self._opened()
        rows = [(str(n), line) for n, line in enumerate(text.split("\n"))]
        if not text.strip():
            rows = [("", "There are no words here that a program could read. o opens the original.")]
        title = f"{document.id}, page {self.page} of {len(pages)}"
        self.panel.show_view("record", title, rows, chosen=self.marked, drawn=self._passage)
        self.panel.highlight(highlight)

    def _opened(self) -> None:
        session = self.review.session
        if (
            not self.review.watching
            and session.status == "open"
            and (self.document, self.page) not in session.pages_opened
        ):
            self.review.perform(c.OpenPage(self.document, self.page))

    def open_page(self, evidence: Evidence, words: tuple[tuple[int, int], ...] = ()) -> None:
        """Shows the page of a passage, at the passage; `words` are the places in it of what was found."""
        if evidence.document not in self.review.pages:
            return
        self.document, self.page, self.marked = evidence.document, evidence.page, set()
        text = self.review.page(evidence.document, evidence.page)
        quote = on_first_page(evidence.quote)
        start = evidence.start if evidence.start is not None else max(0, text.find(quote))
        found = [(start + at, length) for at, length in words]
        self._passage = (
            passage_lines(text, (start, len(quote)), found) if text.startswith(quote, start) else {}
        )
        self._record()
        lines = text[:start].split("\n")
        whole = text.split("\n")[len(lines) - 1]
        self.panel.bring(len(lines) - 1, len(lines[-1]) / max(1, len(whole)))

    def turn_page(self, by: int) -> None:
        """The next page or the one before, on into the neighbouring document."""
        documents = list(self.review.session.rules.case.documents)
        page = self.page + by
        if not 1 <= page <= len(self.review.pages.get(self.document, ())):
            at = (documents.index(self.document) + by) % len(documents)
            self.document = documents[at]
            page = 1 if by > 0 else max(1, len(self.review.pages.get(self.document, ())))
        self.page, self.marked, self._passage = page, set(), {}
        self._record()

    def _cite(self) -> list[Line]:
        text = self.review.page(self.document, self.page)
        lines = text.split("\n")
        first, last = min(self.marked), max(self.marked)
        quote = "\n".join(lines[first : last + 1]).strip()
        self.marked = set()
        made = Evidence(self.document, self.page, quote)
        assert self.screen.talk is not None  # the panel is shown once the review is open
        lines_said = self.screen.talk.cite(made)
        self._record(first)
        return lines_said

    # -- findings, draft, questions --------------------------------------------------------------

    @property
    def item(self) -> str:
        scope = self.review.turn.scope
        return scope if scope in self.review.session.items else self.review.session.items[0]

    def _findings(self, opening: bool = True) -> None:
        item = self.item
        session = self.review.session
        early = not session.item_answered(item)
        if early and item not in session.findings_opened:
            rows = [
                ("open", "Closed until the questions are answered."),
                ("open", "Enter opens them now; that is logged."),
            ]
            self.panel.show_view("findings", showing.scope_words(self.review, item), rows)
            return
        if opening and not early and session.status == "open" and not self.review.watching:
            self.review.perform(c.OpenFindings(item))
        names = list(session.rules.sets[item].criteria)
        rows = []
        for line in showing.finding_lines(self.review, item):
            name = next((one for one in names if line.startswith(one + " (")), "")
            rows.append((f"how:{name}" if name else "", line))
        self.panel.show_view("findings", showing.scope_words(self.review, item), rows)

    def _draft(self) -> None:
        self.sentences = [
            (item, number, one)
            for item in self.review.session.items
            for number, one in enumerate(self.review.assess(item).sentences, 1)
            if self._may_show(item)
        ]
        rows = [
            (str(n), f"{number:>2} {one.text}{' [your own words]' if one.origin == 'reviewer' else ''}")
            for n, (_, number, one) in enumerate(self.sentences)
        ]
        self.panel.show_view(
            "draft", "", rows or [("", "The draft stays closed until the questions are answered.")]
        )

    def _may_show(self, item: str) -> bool:
        session = self.review.session
        return session.item_answered(item) or item in session.findings_opened

    def _questions(self) -> None:
        rows = []
        for scope in self.review.session.rules.scopes:
            reading = self.review.session.reading(scope)
            rows.append(("", f"{showing.scope_words(self.review, scope)}"))
            for name, prompt in self.review.session.rules.sets[scope].prompts.items():
                if reading.asked(name) is True:
                    mark = "✓" if reading.answered(name) else "·"
                    said = one_line(told(prompt.schema, reading.answer(name)), 60)
                    rows.append((f"{scope}/{name}", f" {mark} {prompt.ask}\n      {said}"))
                elif name in reading.answers:
                    rows.append(("", f" - {prompt.ask}\n      set aside: the question doesn't apply now"))
        self.panel.show_view("questions", showing.progress_words(self.review), rows)

    # -- keys ------------------------------------------------------------------------------------

    def highlighted(self, index: int) -> None:
        """Says where the chosen sentence of the draft comes from."""
        if self.panel.view == "draft" and 0 <= index < len(self.sentences):
            one = self.sentences[index][2]
            sources = [f"answers: {', '.join(one.prompts)}"] if one.prompts else []
            sources += [f"rule: {', '.join(one.criteria)}"] if one.criteria else []
            sources += (
                [f"pages: {', '.join(dict.fromkeys(str(e) for e in one.evidence))}"] if one.evidence else []
            )
            sources += [f"facts: {', '.join(one.facts)}"] if one.facts else []
            self.panel.about(
                "\n".join([*sources, "Enter opens the page, e edits, q goes to the question, Esc returns."])
            )

    def chosen(self, index: int) -> None:
        """Enter or a click on a line."""
        key = self.panel.keys[index] if 0 <= index < len(self.panel.keys) else ""
        if self.panel.view == "draft" and key:
            self._open_source(self.sentences[index][2])
        elif key.startswith(KEY):
            one = self.found.passages[index]
            self._came_from = index
            self._act(lambda: self.open_page(one.evidence, one.marks))
            self.panel.about("l lists the passages again. Space marks lines, Enter cites them, Esc returns.")
        elif self.panel.view == "record" and key:
            self.marked.add(index)
            self.screen.answer(self._cite)
            self.screen.action_leave()
        elif key == "open":
            self._act(lambda: self._open_findings())
        elif key.startswith("how:"):
            self.panel.about("\n".join(showing.how_lines(self.review, self.item, key.partition(":")[2])))
        elif "/" in key:
            scope, _, name = key.partition("/")
            self._go(scope, name)

    def key(self, name: str, index: int) -> None:
        """One of the view's own keys."""
        key = self.panel.keys[index] if 0 <= index < len(self.panel.keys) else ""
        if key.startswith(KEY):
            self.found.key(name, index)
        elif self.panel.view == "record" and name == "mark" and key:
            self.marked ^= {index}
            self._record(index)
        elif self.panel.view == "record" and name == "list" and self.found.passages:
            self.found.show(self._came_from)
        elif self.panel.view == "record" and name in ("previous", "next"):
            self._act(lambda: self.turn_page(-1 if name == "previous" else 1))
        elif self.panel.view == "record" and name == "original":
            self.screen.run_action_named("original")
        elif self.panel.view == "draft" and 0 <= index < len(self.sentences):
            item, number, one = self.sentences[index]
            talk = self.screen.talk
            if name == "edit" and talk is not None:
                self.screen.edit_words(
                    f"Sentence {number} in your own words:",
                    one.text,
                    "Enter keeps it; with nothing written the draft's own sentence is back. Esc leaves it.",
                    lambda words: talk.edit(item, number, words),
                )
            elif name == "question" and one.prompts:
                self._go(item, one.prompts[0])

    def _open_findings(self) -> None:
        self.review.perform(c.OpenFindings(self.item))
        self._findings()

    def _open_source(self, sentence: DraftSentence) -> None:
        if sentence.evidence:
            self._act(lambda: self.open_page(sentence.evidence[0]))
        else:
            self.panel.about(
                "No page stands behind this sentence; it rests on "
                + (", ".join((*sentence.prompts, *sentence.facts)) or "the findings")
                + "."
            )

    def _go(self, scope: str, name: str) -> None:
        talk = self.screen.talk
        if talk is not None:
            self.screen.action_leave()
            self.screen.answer(lambda: talk.go(scope, name))

    def _act(self, act: object) -> None:
        assert callable(act)
        try:
            act()
        except Refused as refused:
            self.panel.about(str(refused))
