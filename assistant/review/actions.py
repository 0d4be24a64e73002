"""Everything that can be done beside answering, with its key, in one list: the screen, its palette, the help and plain lines read it."""

from __future__ import annotations

from assistant.core.value import Value


class Action(Value):
    """One thing to do: its name (`:name` in plain mode), its key on the screen, and what it does."""

    name: str
    title: str
    help: str
    key: str = ""
    plain: str = ""


ACTIONS = (
    Action("help", "Help", "What can be done here.", "f1", ":help"),
    Action("why", "Why this is asked", "The reason and the guideline behind the question.", "f2", "?"),
    Action("find", "Find in the record", "Look words up in the pages of the case file.", "f3", "/ WORDS"),
    Action("panel", "Side panel", "Show or hide the panel; again for the next view.", "f4", ""),
    Action("draft", "Draft", "The draft of the letter, sentence by sentence.", "f5", ":draft"),
    Action("note", "Note", "Write a note at this question.", "f6", ":note WORDS"),
    Action(
        "findings",
        "Findings",
        "What the guidelines argue; logged when opened before the questions are answered.",
        "f7",
        ":findings",
    ),
    Action(
        "answers", "All questions", "Every question with its answer; go to any of them.", "f8", ":answers"
    ),
    Action("back", "Back", "Give up half a reply, or go back to the last question.", "", "<"),
    Action("go", "Go to a question", "Go to a question by its name, to answer or amend it.", "", ":go NAME"),
    Action(
        "skip", "Leave for later", "Leave this question; it comes again before the decision.", "f9", ":skip"
    ),
    Action("page", "Open a page", "Show a page of the case file.", "", ":page DOCUMENT NUMBER"),
    Action("before", "Page before", "Turn to the page before; the question stands.", "", "["),
    Action("after", "Next page", "Turn to the next page; the question stands.", "", "]"),
    Action(
        "speaks", "Next page that speaks of it", "Turn to the next page that speaks of the question.", "", "}"
    ),
    Action("inpage", "Find in the page", "Find words in the page that is open.", "", "\\ WORDS"),
    Action(
        "mark",
        "Mark for later",
        "Mark words of a page, to be cited later.",
        "",
        ":mark DOCUMENT NUMBER WORDS",
    ),
    Action("marks", "Marks", "The marked passages, to be opened, cited or given up.", "", ":marks"),
    Action(
        "cite",
        "Cite a passage",
        "Make words of a page the evidence of the last answer.",
        "",
        ":cite DOCUMENT NUMBER WORDS",
    ),
    Action(
        "chronology",
        "Chronology",
        "The course of the case, each line to its page; confirm, correct or refuse lines.",
        "",
        ":chronology WORDS",
    ),
    Action(
        "line",
        "Confirm the line",
        "Confirm the line of the course that stands under the question, and is proposed then.",
        "",
        ":line",
    ),
    Action(
        "original", "Open the original", "Open the document in the system's viewer.", "", ":original DOCUMENT"
    ),
    Action(
        "edit",
        "Edit a sentence",
        "Put a sentence of the draft into your own words.",
        "",
        ":edit NUMBER WORDS",
    ),
    Action(
        "set",
        "Change the prompt set",
        "Go on with this item under another prompt set; only before it is decided.",
        "",
        ":set NAME",
    ),
    Action("decide", "Decide again", "Decide anew, or rule on a finding.", "", ":decide"),
    Action("how", "How a finding came about", "The answers that led to a finding.", "", ":how CRITERION"),
    Action("letter", "Letter", "The letter as it stands.", "", ":letter"),
    Action("copy", "Copy the letter", "The letter's text to the clipboard.", "", ""),
    Action(
        "decline",
        "Decline this case",
        "End without deciding: conflict, specialty, records or other.",
        "",
        ":decline GROUND REASON",
    ),
    Action(
        "addendum",
        "Addendum",
        "Add words to what was signed; begun with 1.4: they stand at sentence 4 of item 1.",
        "",
        ":addendum WORDS",
    ),
    Action("park", "Park", "Leave the session; it goes on where it stopped.", "ctrl+q", ":park"),
)

BY_NAME = {action.name: action for action in ACTIONS}
SIGNS = {
    action.plain[0]: action.name for action in ACTIONS if action.plain and not action.plain.startswith(":")
}
"""The signs that do something by themselves on an empty line, the same on the screen and in plain lines."""
