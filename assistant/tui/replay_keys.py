"""The keys of a replay, their line at the bottom of the screen, and their help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from assistant.tui.key_line import Key

HELP = (
    "Replay: the session as it went, from its log.",
    "",
    "  right, left          the next step, the one before (also n and p)",
    "  Home, End            the first step, the last",
    "  Space                play and stop; a pause of more than 3 s is played as 3 s, and said",
    "  + and -, s           faster, slower; any speed",
    "  g                    go to a question, or to a step by its number",
    "  ]  [                 the next question, the one before",
    "  a  d  c  m           the next amendment, departure, check, mark (with Shift: the one before)",
    "  b  w  x              bookmark here; write a comment here; take your own marks here away",
    "  F4                   the record, findings, draft and answers as they stood then",
    "  Page Up, Page Down   scroll; up and down scroll what stands beside it",
    "  a click on the line at the bottom goes to that place",
    "  q, Esc               leave",
    "",
    "On the line at the bottom: █ the present step, D a departure, C a check, A an amendment, # a mark.",
    "Bookmarks and comments stand in your own book in the log, never in the session.",
)
KEYS: tuple[Key, ...] = (
    ("→", "next", "step(1)"),
    ("←", "back", "step(-1)"),
    ("Space", "play", "play"),
    ("+-", "speed", "faster(1)"),
    ("[g]", "go", "go"),
    ("[a d c m]", "jump", "go"),
    ("[w]", "comment", "comment"),
    ("F4", "panel", "panel"),
    ("F1", "help", "help"),
    ("[b]", "bookmark", "bookmark"),
    ("[q]", "leave", "leave"),
)
"""What stands in the last line; letters in brackets, since with Shift they go back."""


def bindings() -> list[BindingType]:
    """Every key of the screen."""
    keyed = {
        "right,n": "step(1)",
        "left,p": "step(-1)",
        "home": "seek(1)",
        "end": "seek(-1)",
        "space": "play",
        "plus,equals_sign": "faster(1)",
        "minus": "faster(-1)",
        "s": "speed",
        "g,slash": "go",
        "right_square_bracket": "jump('prompt', 1)",
        "left_square_bracket": "jump('prompt', -1)",
        "b": "bookmark",
        "w": "comment",
        "x": "unmark",
        "f4,tab": "panel",
        "f1,question_mark": "help",
        "pageup": "scroll(-1)",
        "pagedown": "scroll(1)",
        "up": "scroll_panel(-2)",
        "down": "scroll_panel(2)",
        "q,escape,ctrl+q": "leave",
    }
    for key, kinds in (("a", "amendment"), ("d", "departure"), ("c", "check"), ("m", "mark")):
        keyed[key] = f"jump('{kinds}', 1)"
        keyed[key.upper()] = f"jump('{kinds}', -1)"
    return [Binding(key, action, show=False, priority=key.startswith("f4")) for key, action in keyed.items()]
