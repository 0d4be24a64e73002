"""What went wrong, in words that a physician can act on.

A `Problem` says what is wrong, where, and what to do about it. Code that cannot go on raises
`Refused` with one or more of them; the command line and the screen print them, never a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.core.text import compiled, one_line
from assistant.core.value import Value


class Problem(Value):
    """One thing that is wrong: `what` in a sentence, `where` (a file and line, a prompt), and the `fix`."""

    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}{self.what}{fix}"


class Refused(Exception):
    """Input or circumstance that the program will not go on with; carries every `Problem` found.

    `status` is that of a command that ends so.
    """

    status = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def refuse(what: str, where: str = "", fix: str = "") -> Refused:
    """A `Refused` with a single problem, ready to be raised."""
    return Refused(Problem(what, where, fix))


@contextmanager
def placed(where: str | Callable[[str], str]) -> Iterator[None]:
    """What is refused inside names the place `where`, such as a line of a file, or what that makes of its own place."""
    try:
        yield
    except Refused as refused:
        at = where if callable(where) else lambda _: where
        raise Refused(*(Problem(one.what, at(one.where), one.fix) for one in refused.problems)) from None


# A reason in words: what a log that is read years later needs where somebody set something aside or departed.


LARGEST_WORDS = 20_000
_LATIN = 0x24F
"""The last letter of the Latin alphabet: others may part no words."""
_WORD = r"[^\W\d_]{2,}|[CTLS]\d{1,2}"
_NUMBER = r"\d+"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_VOWELS = r"(?i)[aeiouy\u00e0-\u024f]"
_UNSPOKEN = r"[^aeiouy\u00c0-\u024f]{6}|(.)\1\1|^(?!phth|sch|chth)[^aeiouy\u00c0-\u024f]{4}|j(?![aeiouy\u00c0-\u024f])|q(?!u|$)"
"""Letters that no word has side by side."""
_LONGEST_ABBREVIATION = 5
EMPTY_WORDS = frozenset(
    "a about above again all also am an and any are as at be because been below but by can case cause check checked"
    " confirm confirmed correct did do does done entered etc explained false fine for from given go good had has have he"
    " her here him his how if in into is it its just know known like looks me mine more my na nil no none not noted nothing"
    " of off ok okay on one only or other our out over reason reasons reviewed reviewer right said same say says"
    " seen self she so some such sure test testing text than that the their them then there these they thing things think"
    " this those to true tbd todo under up us very want was we well were what whatever when where which who why will with"
    " without word words would yes you your applicable stated blah foo bar baz lorem ipsum dolor placeholder unknown obvious obviously agreed"
    " agree accept accepted acknowledge acknowledged approve approved ditto idem see explanation read reads reading reread"
    " look looked looks looking relook recheck rechecked rereading mistake mistaken mistakenly error errors wrong wrongly"
    " change changed changes mind better now new time twice second once amend amended amendment revise revised revision"
    " update updated fix fixed correction corrected correcting correctly misclick misclicked clicked click answer answers"
    " answered question questions documentation documented review got get my re per double myself me should could would"
    " must might consideration considered reconsidered thought thinking believe believed felt feel".split()
)
"""Words that a reason may have and that give none: what remains has to say something."""

_PAPER = frozenset(
    "record records file files note notes chart report reports document documents page pages passage sentence words text".split()
)
_READING = frozenset(
    "read reads reading reread rereading look looked looking review reviewed check checked recheck rechecked see seen saw say says said"
    " state states stated show shows showed found went back again".split()
)
"""That somebody read a paper once more, or that it says so, is no reason: what it says is one."""
_ASSURANCE = frozenset(
    "after matter matters fully stand stands professional professionally opinion opinions judgment judgement clinical medical independent"
    " independently experience experienced expertise knowledge determination determine determined decision decide decided conclusion"
    " conclude concluded view views satisfied confident confidence comfortable convinced certain certainty appropriate"
    " convince convinces convincing unconvincing persuade persuades persuaded persuasive unpersuasive compelling disagree disagrees disagreed"
    " appropriately proper properly careful carefully thorough thoroughly maintain maintained position remain remains duly due weigh"
    " weighed weighing evaluate evaluated evaluation everything entire entirely entirety totality totally whole full complete completely"
    " exercised discretion physician doctor purpose purposes sufficient sufficiently needed further take taken responsibility"
    " responsible clear clearly sound reasonable reasonably valid justified based upon basis attention regard regarding respect"
    " concerning reflection reflected deliberation deliberated hindsight pondered honestly truly really simply firmly strongly deem deemed hold held keep kept".split()
)
"""That the reviewer has judged, and is sure of it: before a reason it may stand, and by itself it gives none."""
_DENIES = frozenset({"no", "not", "never", "none", "nothing"})


def in_words(text: str, what: str) -> str:
    """The words without white space around them; raises `Refused` where there are none, or too many."""
    words = text.strip()
    if not words:
        raise refuse(f"{what} is empty.", "", "Write it in words.")
    if len(words) > LARGEST_WORDS:
        raise refuse(f"{what} is longer than {LARGEST_WORDS:,} characters.", "", "Shorten it.")
    return words


def reason(text: str, what: str) -> str:
    """A reason: two words of which one says something, a number counting as one; one word in letters that part none.

    Raises `Refused` for signs, single letters, what no language has (keys struck in a row, no vowel), and for words
    alone that would stand before any reason: *see above*, *it is right*.
    """
    words = in_words(text, what)
    every = [one.casefold() for one in compiled(_WORD).findall(words) if _is_word(one)]
    said = set(every) - EMPTY_WORDS
    if (
        said <= _PAPER
        and not _READING.isdisjoint(every)
        and not compiled(_NUMBER).search(words)
        and _DENIES.isdisjoint(every)
    ) or said <= _ASSURANCE:
        said = set()
    enough = len(set(compiled(r"[^\W_]+").findall(words.casefold()))) > 1 or any(
        ord(sign) > _LATIN for one in said for sign in one
    )
    if not said or not enough:
        raise refuse(
            f"{what} says nothing to whoever reads it later: “{one_line(words, 40)}”.",
            "",
            "Say what makes it so, in two words at least: what the record shows, or why this does not count, such as "
            "“typo in the note”.",
        )
    return words


def _is_word(text: str) -> bool:
    """Whether letters could be a word: not struck in a row, not one letter or syllable over and over, not without a vowel.

    A short form in capitals is one.
    """
    low = text.casefold()
    if text.isupper() and len(text) <= _LONGEST_ABBREVIATION:
        return len(set(low)) > 1
    if any(ord(sign) > _LATIN for sign in low) or text[-1].isdigit():
        return True  # another alphabet, or a level
    if (
        not compiled(_VOWELS).search(low)
        or compiled(_UNSPOKEN).search(low)
        or re.fullmatch(r"(.{1,4})\1+", low)
    ):
        return False
    return not _in_a_row(low)


def _in_a_row(word: str) -> bool:
    """Whether the word, or five letters of it, are keys (or letters of the alphabet) one after the other."""
    runs = (
        row[at : at + len(word)] for line in _ROWS for row in (line, line[::-1]) for at in range(len(row))
    )
    fives = (word[at : at + 5] for at in range(max(len(word) - 4, 0)))
    return (len(word) > 2 and word in runs) or any(
        five in row for five in fives for line in _ROWS for row in (line, line[::-1])
    )
