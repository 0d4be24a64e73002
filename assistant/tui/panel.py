"""The side panel: a page of the record, the findings, the draft, or all questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.widgets.option_list import Option

from assistant.core import commands as c
from assistant.core.answer import Evidence
from assistant.core.event_words import Line
from assistant.core.problem import Refused
from assistant.core.record.absence import evidence_at, open_passages
from assistant.core.record.passages import on_first_page
from assistant.core.text import counted, one_line
from assistant.core.wording import shown
from assistant.review import views
from assistant.review.echo import echo
from assistant.review.passages import (
    Found,
    listed_passages,
    listed_words,
    next_speaking,
    nothing_found,
    page_beside,
    places_in,
    search,
)
from assistant.review.review import Review
from assistant.tui.widgets import MarkedList, found_lines, literal, passage_lines

if TYPE_CHECKING:
    from typing import Protocol

    from assistant.core.rationale import DraftSentence
    from assistant.core.session import AnswerPlace
    from assistant.review.conversation import Conversation

    class Conversing(Protocol):
        """What the panel asks of the screen that it stands on."""

        @property
        def talk(self) -> Conversation | None:
            """The conversation, once the session is open."""

        def answer(self, act: Callable[[], list[Line]], keep: bool = False) -> bool:
            """Carries out a reply and draws what it led to; whether it was carried out."""

        def ask_for(self, question: str, act: Callable[[str], list[Line]]) -> None:
            """Asks for words in the reply line."""

        def edit_words(self, question: str, words: str, about: str, act: Callable[[str], list[Line]]) -> None:
            """Lets words be changed on a screen of their own."""

        def show_panel(self, view: str) -> None:
            """Shows a view of the panel."""

        def run_action_named(self, name: str) -> None:
            """Carries out an action."""

        def action_leave(self) -> None:
            """Back to the reply."""


VIEWS = ("record", "findings", "draft", "questions")
ABOUT = {
    "record": "Space marks lines, Enter cites them, m keeps them for later, ←→ turn pages, } goes to the next page that "
    "speaks of it, \\ finds here. Esc returns.",
    "findings": "Enter shows how a finding came about. Esc returns to the reply.",
    "draft": "Enter opens the page behind a sentence, e edits it, q goes to its question. Esc returns.",
    "questions": "Enter goes to a question, to answer or amend it. Esc returns to the reply.",
}


class PanelList(MarkedList):
    """The lines of the panel, with the keys of its view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "panel_key('mark')", "mark", show=False),
        Binding("left", "panel_key('previous')", "page before", show=False),
        Binding("right", "panel_key('next')", "next page", show=False),
        Binding("e", "panel_key('edit')", "edit", show=False),
        Binding("q", "panel_key('question')", "question", show=False),
        Binding("o", "panel_key('original')", "original", show=False),
        Binding("c", "panel_key('cite')", "cite", show=False),
        Binding("d", "panel_key('dismiss')", "set aside", show=False),
        Binding("l", "panel_key('list')", "passages", show=False),
        Binding("m", "panel_key('keep')", "keep for later", show=False),
        Binding("backslash", "panel_key('inpage')", "find here", show=False),
        Binding("left_square_bracket", "panel_key('previous')", "page before", show=False),
        Binding("right_square_bracket", "panel_key('next')", "next page", show=False),
        Binding("right_curly_bracket", "panel_key('speaks')", "next page that speaks of it", show=False),
        Binding("escape", "panel_key('leave')", "to the reply", show=False),
    ]

    class Key(Message):
        """One of the view's keys was pressed on a line."""

        def __init__(self, name: str, index: int) -> None:
            super().__init__()
            self.name = name
            self.index = index

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._brought: int | None = None
        self._within = 0.0

    def bring(self, index: int, within: float = 0) -> None:
        """Puts the cursor on a line, and the line about a third from the top.

        `within` is how far in the line, from 0 to 1, the place stands that is to be seen: a line may fill the panel.
        """
        self.highlighted = index
        self._brought, self._within = index, within
        self.scroll_to_highlight()

    def scroll_to_highlight(self, top: bool = False) -> None:
        if self._brought is None or self._brought != self.highlighted or not self.is_mounted:
            self._brought = None
            super().scroll_to_highlight(top)
            return
        self._update_lines()
        row = self._index_to_line.get(self._brought, 0)
        row += int(self._within * self._heights.get(self._brought, 1))
        above = self.scrollable_content_region.height // 3
        self.scroll_to(y=max(0, row - above), animate=False, force=True, immediate=True)

    def on_resize(self) -> None:
        """The chosen line stays in sight where what is said of it takes more room."""
        self.call_after_refresh(self.scroll_to_highlight)

    def action_page_up(self) -> None:
        """A page up; a list that isn't drawn, as in a terminal that is too small, has no pages."""
        if self._is_drawn():
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self._is_drawn():
            super().action_page_down()  # type: ignore[no-untyped-call]

    def _is_drawn(self) -> bool:
        return bool(self.size.height) and not self.screen.has_class("tiny")

    def action_panel_key(self, name: str) -> None:
        self.post_message(self.Key(name, self.highlighted if self.highlighted is not None else -1))


class SidePanel(Vertical):
    """Shows one view at a time; what it lists is given by the screen."""

    def __init__(self, shown: bool = False) -> None:
        super().__init__(id="panel", classes="shown" if shown else None)
        self.view = "record"
        self.keys: list[str] = []

    @property
    def shown(self) -> bool:
        return self.has_class("shown")

    def show_view(
        self,
        view: str,
        title: str,
        rows: list[tuple[str, str]],
        about: str = "",
        chosen: Iterable[int] = (),
        drawn: Mapping[int, Content] = {},
    ) -> None:
        """Shows a view: `rows` are keys and lines, the key being what the screen knows a line by; some are chosen.

        `drawn` are lines, by their index, that are drawn otherwise than in one style.
        """
        if not self.children:  # the first question need not wait for them
            self.mount(
                Static(id="tabs", markup=False),
                PanelList(id="panel-list"),
                Static(id="panel-about", markup=False),
            )
        listed_passages = self.query_one(PanelList)
        at = listed_passages.highlighted if view == self.view else None
        listed_passages.chosen = frozenset(chosen)
        self.view = view
        self.keys = [key for key, _ in rows]
        tabs = " ".join(f"[{name}]" if name == view else f" {name} " for name in VIEWS)
        self.query_one("#tabs", Static).update(literal(tabs + (f"\n{title}" if title else "")))
        listed_passages.clear_options()
        listed_passages.add_options(
            [Option(drawn.get(n) or literal(line or " ")) for n, (_, line) in enumerate(rows)]
        )
        if rows:
            listed_passages.highlighted = min(at or 0, len(rows) - 1)
            self.call_after_refresh(self.call_after_refresh, listed_passages.scroll_to_highlight)
        self.query_one("#panel-about", Static).update(literal(about or ABOUT[view]))

    def about(self, text: str) -> None:
        self.query_one("#panel-about", Static).update(literal(text))

    def highlight(self, index: int) -> None:
        listed_passages = self.query_one(PanelList)
        if 0 <= index < listed_passages.option_count:
            listed_passages.highlighted = index
            listed_passages.scroll_to_highlight()

    def bring(self, index: int, within: float = 0) -> None:
        """Puts the cursor on a line, with the lines before and after it."""
        listed_passages = self.query_one(PanelList)
        if 0 <= index < listed_passages.option_count:
            listed_passages.bring(index, within)


# The panel's list of passages: opened, cited, or, where they speak against an absence, set aside several at
# once.


MOST_PASSAGES = 200
KEY = "passage:"

_ABOUT = "Enter opens the page, c cites the passage. Esc returns to the reply."
_ABOUT_MARKS = "Enter opens the page, c cites the passage, d takes its mark away. Esc returns to the reply."
_ABOUT_AGAINST = "Space marks, d sets the marked ones aside, c cites, Enter opens the page, Esc returns."


class PassageList:
    """What was found last. `picked` are the marked ones; `against` is the absence that they speak against, if any."""

    def __init__(self, screen: Conversing, review: Review, panel: SidePanel) -> None:
        self.screen = screen
        self.review = review
        self.panel = panel
        self.passages: tuple[Found, ...] = ()
        self.picked: set[int] = set()
        self.against: AnswerPlace | None = None
        self.of_marks = False
        self.title = ""

    def list_marks(self) -> str:
        """Lists what was marked, to be cited now; says how much there is."""
        marks = self.review.session.marks
        self.passages = tuple(
            Found(f"“{one_line(one.quote, 200)}” ({one.document}:{one.page})", one) for one in marks
        )
        self.picked, self.against, self.of_marks = set(), None, True
        self.title = counted(len(marks), "mark")
        if not marks:
            return "Nothing is marked yet: m in the record marks a line."
        self.show(0)
        return f"{self.title}."

    def find(self, words: str) -> str:
        """Lists the passages for some words, or for the question's own; says how many there are."""
        own = not words.strip()
        turn = self.review.turn
        self.of_marks = False
        self.passages = (listed_passages(self.review, turn) if own else search(self.review, words))[
            :MOST_PASSAGES
        ]
        self.picked = set()
        self.against = turn.place if own and turn.kind == "passages" else None
        if not self.passages:
            return nothing_found(self.review, turn, words)
        count = len(self.passages)
        self.title = f"{counted(count, 'passage')} for “{one_line(words, 30)}”"
        if own:
            self.title = listed_words(self.review, turn, count)
        self.show(0)
        return f"{self.title}."

    def show(self, highlight: int) -> None:
        """Draws the list, at one of its passages."""
        rows = [(f"{KEY}{n}", one.words) for n, one in enumerate(self.passages)]
        about = _ABOUT_AGAINST if self.against else _ABOUT_MARKS if self.of_marks else _ABOUT
        self.panel.add_class("shown")
        marked = f" · {len(self.picked)} marked" if self.picked else ""
        self.panel.show_view("record", f"{self.title}{marked}", rows, about, chosen=self.picked)
        self.panel.highlight(highlight)

    def key(self, name: str, index: int) -> None:
        """A key on a passage: it is marked, cited, or set aside."""
        if name == "cite":
            talk = self.screen.talk
            assert talk is not None  # the panel is shown once the review is open
            self.screen.answer(lambda: talk.cite(self.passages[index].evidence))
            self.screen.action_leave()
        elif name == "dismiss" and self.of_marks:
            self.review.perform(c.MarkPage(self.passages[index].evidence, gone=True))
            if said := self.list_marks() if self.review.session.marks else "":
                self.panel.about(f"{said} {_ABOUT_MARKS}")
            else:
                self.screen.show_panel("record")
        elif name == "mark" and self.against is not None:
            self.picked ^= {index}
            self.show(min(index + 1, len(self.passages) - 1))
        elif name == "dismiss" and self.against is not None:
            self._set_aside(self.picked or {index})

    def _set_aside(self, picked: set[int]) -> None:
        """Asks why passages don't count; those that were dealt with in the meantime stay as they are."""
        place = self.against
        assert place is not None  # only asked where passages speak against an absence
        chosen = {self.passages[index].evidence for index in picked}

        def dismiss(reason: str) -> list[Line]:
            found = open_passages(self.review.session, place)
            numbers = tuple(n for n, group in enumerate(found) if evidence_at(group) in chosen)
            command = c.DismissPassages(*place, numbers, reason)
            self.review.perform(command)
            self.picked = set()
            return echo(self.review, command)

        count = len(chosen)
        self.screen.ask_for(
            "Why does it not count?" if count == 1 else f"Why do these {count} not count?", dismiss
        )


# What the side panel lists: pages and passages, findings, draft sentences, questions; and what their keys do.


class PanelViews:
    """The panel's content for one review."""

    def __init__(self, screen: Conversing, review: Review, panel: SidePanel) -> None:
        self.screen = screen
        self.review = review
        self.panel = panel
        self.document = next(iter(review.session.rules.case.documents), "")
        self.page = 1
        self._marked: dict[tuple[str, int], set[int]] = {}
        self._hits: tuple[tuple[int, int], ...] = ()
        self._hit = 0
        self._words = ""
        self._passage: Mapping[int, Content] = {}
        self.found = PassageList(screen, review, panel)
        self._came_from = 0
        self.sentences: list[tuple[str, int, DraftSentence]] = []

    @property
    def place(self) -> tuple[str, int]:
        """The page that is shown, or would be."""
        return self.document, self.page

    @property
    def marked(self) -> set[int]:
        """The lines of the page that are marked; they stay so while other pages are turned to."""
        return self._marked.setdefault((self.document, self.page), set())

    @marked.setter
    def marked(self, lines: set[int]) -> None:
        self._marked[self.document, self.page] = lines

    def show(self, view: str, by: str = "") -> None:
        """Shows a view, logging what the law of the log asks for: pages and early findings."""
        self.panel.add_class("shown")
        if view == "record":
            self._record(by=by)
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

    def _record(self, highlight: int = 0, by: str = "") -> None:
        pages = self.review.pages.get(self.document, ())
        if not pages:
            self.panel.show_view("record", self.document, [("", "This page can't be shown.")])
            return
        document = self.review.session.rules.case.documents[self.document]
        text = self.review.page(self.document, self.page)
        self._opened(by)
        rows = [(str(n), line) for n, line in enumerate(text.split("\n"))]
        if not text.strip():
            rows = [("", "There are no words here that a program could read. o opens the original.")]
        title = f"{document.id}, page {self.page} of {len(pages)}"
        if kept := sum(
            (one.document, one.page) == (self.document, self.page) for one in self.review.session.marks
        ):
            title += f" · {counted(kept, 'mark')}"
        self.panel.show_view("record", title, rows, chosen=self.marked, drawn=self._passage)
        self.panel.highlight(highlight)

    def _opened(self, by: str) -> None:
        if not self.review.watching and self.review.session.status == "open":
            self.review.perform(c.OpenPage(self.document, self.page, by))

    def attended(self) -> None:
        """The reviewer has gone to the page that the program put beside the question."""
        if self.panel.view == "record" and self.panel.keys and not self.panel.keys[0].startswith(KEY):
            self._opened("")

    def open_page(self, evidence: Evidence, words: tuple[tuple[int, int], ...] = (), by: str = "") -> None:
        """Shows the page of a passage, at the passage; `words` are the places in it of what was found."""
        if evidence.document not in self.review.pages:
            return
        self.document, self.page = evidence.document, evidence.page
        text = self.review.page(evidence.document, evidence.page)
        quote = on_first_page(evidence.quote)
        start = evidence.start if evidence.start is not None else max(0, text.find(quote))
        found = [(start + at, length) for at, length in words]
        self._passage = (
            passage_lines(text, (start, len(quote)), found) if text.startswith(quote, start) else {}
        )
        self._record(by=by)
        self._bring(text, start)

    def _bring(self, text: str, at: int) -> None:
        """Puts the cursor on the line with this place of the page."""
        lines = text[:at].split("\n")
        whole = text.split("\n")[len(lines) - 1]
        self.panel.bring(len(lines) - 1, len(lines[-1]) / max(1, len(whole)))

    def turn_page(self, by: int) -> None:
        """The next page or the one before, on into the neighbouring document."""
        if self.document:
            self.document, self.page = page_beside(self.review, self.document, self.page, by)
            self._passage = {}
            self.panel.add_class("shown")
            self._record()

    def to_speaking(self) -> str:
        """Turns to the next page that speaks of what is asked, and says where that is."""
        found = next_speaking(self.review, self.review.turn, self.document, self.page)
        if found is None:
            return "No page was found that speaks of this question."
        self.panel.add_class("shown")
        self.open_page(found.evidence, found.marks)
        return f"{found.evidence.document}, page {found.evidence.page}."

    def find_here(self, words: str) -> str:
        """Goes to words on the page that is open, from one place to the next where they are given again, or none are."""
        text = self.review.page(self.document, self.page) if self.document else ""
        hits = places_in(text, words or self._words)
        self._hit = (
            (self._hit + 1) % len(hits) if hits and hits == self._hits and words in ("", self._words) else 0
        )
        self._hits, self._words = hits, words or self._words
        if not hits:
            return (
                f"“{one_line(self._words, 40)}” doesn't stand on {self.document}, page {self.page}."
                if self._words
                else "No words are given."
            )
        self.panel.add_class("shown")
        self._passage = found_lines(text, hits)
        self._record()
        self._bring(text, hits[self._hit][0])
        return f"“{one_line(self._words, 40)}”: place {self._hit + 1} of {len(hits)} on {self.document}, page {self.page}."

    def keep(self, index: int) -> None:
        """Marks the marked lines, or the current one, to be cited later; that outlasts the session's being parked."""
        text = self.review.page(self.document, self.page)
        lines = text.split("\n")
        chosen = self.marked or {index}
        quote = "\n".join(lines[min(chosen) : max(chosen) + 1]).strip()
        if quote:
            self.review.perform(c.MarkPage(Evidence(self.document, self.page, quote)))
            self.marked = set()
            self._record(index)
            self.panel.about("Marked. The palette (Ctrl+P, Marks) lists what is marked; c cites it there.")

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
        if not self._may_show(item):
            rows = [
                ("open", f"{views.closed_words(session, item)}."),
                ("open", "Enter opens them now; that is logged."),
            ]
            self.panel.show_view("findings", views.scope_words(self.review, item), rows)
            return
        if opening and not session.early(item) and session.status == "open" and not self.review.watching:
            self.review.perform(c.OpenFindings(item))
        names = list(session.rules.sets[item].criteria)
        rows = []
        for line in views.finding_lines(self.review, item):
            name = next((one for one in names if line.endswith(f" · {one}")), "")
            rows.append((f"how:{name}" if name else "", line))
        self.panel.show_view("findings", views.scope_words(self.review, item), rows)

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
        why = f"The draft stays {views.closed_words(self.review.session, self.item).lower()}."
        self.panel.show_view("draft", "", rows or [("", why)])

    def _may_show(self, item: str) -> bool:
        session = self.review.session
        return session.status != "open" or not session.closed(item)

    def _questions(self) -> None:
        rows = []
        for scope in self.review.session.rules.scopes:
            reading = self.review.session.reading(scope)
            rows.append(("", f"{views.scope_words(self.review, scope)}"))
            for name, prompt in self.review.session.rules.sets[scope].prompts.items():
                if reading.asked(name) is True:
                    mark = "✓" if reading.answered(name) else "·"
                    said = one_line(shown(prompt.schema, reading.answer(name)), 60)
                    rows.append((f"{scope}/{name}", f" {mark} {prompt.ask}\n      {said}"))
                elif name in reading.answers:
                    rows.append(("", f" - {prompt.ask}\n      set aside: the question doesn't apply now"))
        self.panel.show_view("questions", views.progress_words(self.review), rows)

    # -- keys ------------------------------------------------------------------------------------

    def highlighted(self, index: int) -> None:
        """Says where the chosen sentence of the draft comes from."""
        if self.panel.view == "draft" and 0 <= index < len(self.sentences):
            item, _, one = self.sentences[index]
            sources = views.sources_of(self.review.session, item, one)
            edits = "e adds to it" if self.review.session.status == "signed" else "e edits"
            keys = f"Enter opens the page, {edits}, q goes to the question, Esc returns."
            self.panel.about("\n".join([*sources, keys]))

    def chosen(self, index: int) -> None:
        """Enter or a click on a line."""
        key = self.panel.keys[index] if 0 <= index < len(self.panel.keys) else ""
        if self.panel.view == "draft" and key:
            self._open_source(self.sentences[index][0], self.sentences[index][2])
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
            self.panel.about("\n".join(views.how_lines(self.review, self.item, key.partition(":")[2])))
        elif "/" in key:
            scope, _, name = key.partition("/")
            self._go(scope, name)

    def key(self, name: str, index: int) -> None:
        """One of the view's own keys."""
        key = self.panel.keys[index] if 0 <= index < len(self.panel.keys) else ""
        if key.startswith(KEY):
            self._act(lambda: self.found.key(name, index))
        elif self.panel.view == "record" and name == "mark" and key:
            self.marked ^= {index}
            self._record(index)
        elif self.panel.view == "record" and name == "list" and self.found.passages:
            self.found.show(self._came_from)
        elif self.panel.view == "record" and name in ("previous", "next"):
            self._act(lambda: self.turn_page(-1 if name == "previous" else 1))
        elif self.panel.view == "record" and name == "speaks":
            self._act(lambda: self.panel.about(self.to_speaking()))
        elif self.panel.view == "record" and name == "inpage":
            self.screen.run_action_named("inpage")
        elif self.panel.view == "record" and name == "keep" and key:
            self._act(lambda: self.keep(index))
        elif self.panel.view == "record" and name == "original":
            self.screen.run_action_named("original")
        elif self.panel.view == "draft" and 0 <= index < len(self.sentences):
            item, number, one = self.sentences[index]
            talk = self.screen.talk
            if name == "edit" and talk is not None and self.review.session.status == "signed":
                self.screen.ask_for(
                    f"What is added to sentence {number} of item {item}?",
                    lambda words: talk.addendum(f"{item}.{number}: {words}"),
                )
            elif name == "edit" and talk is not None:
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

    def _open_source(self, item: str, sentence: DraftSentence) -> None:
        if sentence.evidence:
            self._act(lambda: self.open_page(sentence.evidence[0]))
        else:
            self.panel.about(
                "\n".join(
                    (
                        "No page stands behind this sentence.",
                        *views.sources_of(self.review.session, item, sentence),
                    )
                )
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
