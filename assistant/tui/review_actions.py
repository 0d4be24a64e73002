"""What each action of the registry does on the review screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from assistant.conversation import Conversation
from assistant.core import command as c
from assistant.review import Review
from assistant.talk import Line

if TYPE_CHECKING:
    from assistant.tui.app import ImrApp
    from assistant.tui.session_screen import SessionScreen


def perform_action(screen: SessionScreen, review: Review, conversation: Conversation, name: str) -> None:
    """Carries out the action called `name`; what goes wrong is said in the transcript."""
    if name == "help":
        from assistant.tui.help_screen import HelpScreen

        screen.app.push_screen(HelpScreen())
    elif name == "why":
        screen.answer(conversation.why, keep=True)
    elif name == "back":
        screen.answer(conversation.back)
    elif name == "skip":
        screen.answer(conversation.skip)
    elif name == "panel":
        screen.next_view()
    elif name in ("draft", "findings"):
        screen.show_panel(name)
    elif name == "open":
        screen.answer(lambda: _open_early(review))
    elif name in ("answers", "go"):
        screen.show_panel("questions")
    elif name in ("page", "cite"):
        screen.show_panel("record")
    elif name == "how":
        screen.show_panel("findings")
    elif name == "edit":
        screen.show_panel("draft")
    elif name == "decline":
        screen.answer(conversation.decline_now)
    elif name == "decide":
        screen.answer(lambda: conversation.decide_again(_item(review)))
    elif name == "park":
        _park(screen)
    else:
        _asked(screen, review, conversation, name)


def _asked(screen: SessionScreen, review: Review, conversation: Conversation, name: str) -> None:
    if name == "find":
        screen.ask_for(
            "Find in the record (Enter alone: what this question looks for):",
            lambda words: _find(screen, words),
        )
    elif name == "note":
        screen.ask_for("Note:", conversation.note)
    elif name == "addendum":
        screen.ask_for("Addendum to the signed determination:", conversation.addendum)
    elif name == "letter":
        _letter(screen, review)
    elif name == "copy":
        _copy(screen, review)
    elif name == "original":
        screen.answer(lambda: _original(screen, review))


def _item(review: Review) -> str:
    scope = review.turn.scope
    return scope if scope in review.session.items else review.session.items[0]


def _open_early(review: Review) -> list[Line]:
    review.perform(c.OpenFindings(_item(review)))
    return [Line("note", "Findings and draft are open now; that is logged.")]


def _find(screen: SessionScreen, words: str) -> list[Line]:
    found = screen.found(words)
    return [Line("note", found)]


def _park(screen: SessionScreen) -> None:
    screen.close_review()
    if len(screen.app.screen_stack) > 1:
        screen.dismiss()
    else:
        screen.app.exit(0)


def _letter_text(review: Review) -> str:
    from assistant.letter import compose_from_log, to_text

    return to_text(compose_from_log(review.log, review.session.id))


def _letter(screen: SessionScreen, review: Review) -> None:
    from assistant.tui.letter_screen import LetterScreen

    screen.app.push_screen(LetterScreen(_letter_text(review)))


def _copy(screen: SessionScreen, review: Review) -> None:
    screen.app.copy_to_clipboard(_letter_text(review))
    cast("ImrApp", screen.app).tell("The letter's text was sent to the clipboard.")


def _original(screen: SessionScreen, review: Review) -> list[Line]:
    from assistant.records.original import open_in_viewer, original_file

    document = screen.open_document()
    open_in_viewer(original_file(review.session.opened.folder, document))
    return [Line("note", f"{document} was opened in the system's viewer.")]
