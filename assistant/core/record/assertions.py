"""Whether a sentence affirms, denies, doubts or only remembers what it mentions, by the cues of a vocabulary.

The cues are data, in `prompts/vocabulary/standing.yaml`; here is how far each of them reaches, after NegEx (Chapman and
others, 2001) and ConText (Harkema and others, 2009). A denial is kept narrow: one that is of an earlier time or of one
side, that is itself denied or disputed, or that stands at a distance is doubtful or at least not `plain`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from assistant.core.record.cues import DENIALS, Beginnings, CueFound, Cues, Tokens, headings_in, tokens
from assistant.core.record.language import Vocabulary, word_root, words_in
from assistant.core.value import Value

AFFIRMED = "affirmed"
ORDER = ("printed", "family", "negated", "hypothetical", "uncertain", "historical")
"""Where several hold, the first of these is what a mention is shown as."""


class Assertion(Value):
    """How a sentence speaks of words in it.

    `standing` is `affirmed` or one of `STANDINGS`; `cue` is the phrase of the vocabulary that makes it so, empty where
    it is affirmed. `plain` is true only of a denial that can be read in one way:
    its cue bears directly on the words, or heads a bare list in which they stand ("denies fever, chills or weight
    loss"). It is false where the cue stands at a distance, speaks of a time or of one side, has a contrast beside
    it, or reaches over a comma without being a bare list.
    """

    standing: str = AFFIRMED
    plain: bool = False
    cue: str = ""


_AFFIRMED = Assertion()
_BEFORE = frozenset({"before", "before_near", "next_to"})
_AFTER = frozenset({"after", "after_finding"})
_SERVICE_AFTER = frozenset({"after", "after_service"})
_BEFORE_FUNCTION = _BEFORE | {"before_function"}
_AFTER_FUNCTION = _AFTER | {"after_function"}
_NORMAL = frozenset({"before_function", "after_function"})
_ENTRY_ENDS = frozenset({",", ";", ".", "!"})
"""What may follow the *no* of an entry of a form: "fracture no, infection no"."""
_LISTED = frozenset({",", "and", "or", "nor", "/", "&", "+"})
_JOINED = frozenset({"and", "/", "&", "+"})
_SHOWS, _DOES = frozenset({"positive", "pos"}), frozenset({"did", "does"})
"""What a study says of a finding by itself: "x-ray negative for fracture, CT positive", "; the CT did"."""
_SET_BESIDE = ([","], ["but"], ["-"], ["and"])
_FAULTS = frozenset("deficit deficits loss losses change changes abnormality abnormalities asymmetry".split())
"""Nouns by which what everybody needs is only named: in "no strength deficit" the strength is not what is denied."""
_EITHER = frozenset({"or", "nor", "/"})
_WITHOUT = frozenset({"without", "w/o"})
_CLOSED = frozenset({";", "\u2014", "\u2022"})
_PARTING = _LISTED | _CLOSED | {"but", "then", "now", "today"}
_COPULA = frozenset("is are was were".split())
_PASSIVE = _COPULA | {"been", "being", "got"}
_VERBS = frozenset("is are was were has have had been be not no".split())
_FARES = (_VERBS | frozenset("got gets improved improves helped helps went".split())) - {"no", "not"}
"""What is denied of a finding, and not the finding: "denies that drinking is a problem"."""
_DEFINITE = frozenset("the his her their its this these those my our".split())
_DENYING = frozenset("no not without w/o never denies denied free lacks absent fails failed".split())
_REACHING = frozenset("below above past into down".split())
_SUBJECTS = frozenset("he she they it i we you who".split())
_RELATIVE = frozenset({"that", "which", "who"})
_GLUE = frozenset(
    "and or nor but then is was are were it they be been on to in at the a of side sides as well also , / & - left right"
    " lt rt bilaterally again".split()
)
"""What may stand in a clause that has no subject of its own: "and is seen at C6"."""
_AFTER_NOUN = (
    _VERBS
    | _GLUE
    | frozenset(
        "absent could cannot can for from over throughout elicited present today beyond below above distally distal detected felt palpable"
        " obtainable after with during".split()
    )
)
"""What may follow a noun that stands for itself: in "no movement disorder" the movement is not what is denied."""
_OF_A_TIME = frozenset("rather more less longer".split())
"""Words before a *than* that compares nothing with what is denied: "no fever for more than a week"."""
_LEVEL = re.compile(r"[ctls]\d{1,2}")
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FAR = 8
_NEAR = 3
_OTHERS = frozenset("him her his patient applicant claimant worker on onto into".split())
"""Words that lead from another person back to the patient: "a co-worker had dropped it on him"."""
_LONGEST_ENTRY = 4
_LONGEST_PART = 2000
_HEADING = re.compile(
    r"^[ \t]*(?:[-*\u2022\d.)]+[ \t]*)?[A-Z](?:[^\n:.]{0,40}:|[A-Z /&-]{3,40}$)", re.MULTILINE
)
"""What begins a part of a page: words with a colon, or a line of capitals."""

_NOT, _DOUBT, _LOOSE, _PLAIN = range(4)
"""How far a denial reaches a mention: not at all, so that it is doubtful, as a denial, as a plain one."""


class Assertions:
    """Tells how a sentence speaks of what it mentions, by the cues of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._cues = Cues(vocabulary)
        self._first_heading, self._headings = headings_in(vocabulary)
        self._root = lru_cache(4096)(word_root)
        self._known = lru_cache(16384)(self._assertion)
        lists = vocabulary.lists

        def beginnings(name: str) -> Beginnings:
            return Beginnings(lists.get(name, ()))

        def words(name: str) -> frozenset[str]:
            return frozenset(word for one in lists.get(name, ()) for word in tokens(one))

        self._ends, self._beside = beginnings("ends"), beginnings("beside")
        self._earlier, self._contrasts = beginnings("earlier"), beginnings("contrasts")
        self._disputes, self._asserts = beginnings("disputes"), beginnings("asserts")
        self._sayings = frozenset(lists.get("sayings", ()))
        self._carriers, self._clause = words("carriers"), words("clause")
        self._now, self._negators, self._abnormal = words("now"), words("negators"), words("abnormal")
        self._aside = words("aside")
        self._absorbing, self._claims = words("absorbing"), words("claims")
        self._intended, self._seldom = words("intended"), words("seldom")
        self._unsettling, self._hedged = beginnings("unsettling"), words("hedged")
        self._requests, self._results = words("requests"), frozenset(lists.get("results", ()))
        self._interested, self._masks = beginnings("interested"), beginnings("masks")
        self._conditions, self._occasions = beginnings("conditions"), beginnings("occasions")
        self._gone = words("gone")
        self._witnesses, self._lost = words("witnesses"), words("lost")
        family = (cue.text.split()[0] for cue in vocabulary.cues if cue.standing == "family")
        self._persons = frozenset(one for one in (*lists.get("persons", ()), *family) if one.isalpha())
        self._left, self._right, self._both = words("left"), words("right"), words("both")
        self._predicates, self._weak = words("predicates"), frozenset(lists.get("weak", ()))
        self._services = frozenset(word_root(one) for one in lists.get("services", ()))
        self._functions = frozenset(word_root(one) for one in lists.get("functions", ()))
        self._needed = frozenset(word_root(one) for one in lists.get("needed", ()))
        self._ongoing = words("ongoing")
        self._vital, self._unwanted = words("vital"), words("unwanted")
        self._there = frozenset(lists.get("there", ()))
        self._organs = frozenset(word_root(one) for one in lists.get("organs", ()))

    def of(self, sentence: str, at: int, length: int) -> Assertion:
        """How the sentence speaks of the words at `at`; where none stand there, nothing is denied."""
        return self._known(sentence, at, length)

    def of_function(self, sentence: str, at: int, length: int) -> Assertion:
        """Whether the sentence calls what stands at `at` normal: a denial of what it would show, else affirmed."""
        return self._known(sentence, at, length, True)

    def of_denial(self, sentence: str, at: int, length: int) -> Assertion:
        """How far words at `at` deny that deny by themselves (*afebrile*): not where they are denied, or of an earlier time."""
        said = self._known(sentence, at, length)
        if said.standing != AFFIRMED:
            return said if said.standing != "negated" else _AFFIRMED
        words, first, last = _around(sentence, at, length)
        cue = CueFound(" ".join(words[first:last]), "negated", "before", first, last)
        reach = self._bounds(words, cue, _Mention(first, last, False, False, False, False))
        return Assertion("uncertain" if reach == _DOUBT else "negated", reach == _PLAIN, cue.text)

    def of_parted(self, sentence: str, at: int, length: int) -> Assertion | None:
        """How words at `at` are spoken of that stand apart round a denial of the last of them: "injections were never given"."""
        if _DENYING.isdisjoint(tokens(sentence[at : at + length])[1:]):
            return None
        said, first, last = _around(sentence, at, length)
        begin = next(one for one in range(first + 1, last) if said[one] in _DENYING)
        cue, ahead = CueFound(said[begin], "negated", "before", begin, begin + 1), said[last : last + 1]
        goes_on = ahead != [] and ahead[0].isalpha() and ahead[0] not in _AFTER_NOUN | _REACHING | self._now
        if goes_on or not (_PARTING | _DENYING).isdisjoint(said[cue.end : last]):
            return Assertion("uncertain", cue=cue.text)
        reach = self._bounds(said, cue, _Mention(cue.end, last, False, False, False, False))
        return Assertion("uncertain" if reach == _DOUBT else "negated", reach == _PLAIN, cue.text)

    def under_heading(self, said: Assertion, page: str, at: int) -> Assertion:
        """What is `said` of the words at `at` under the heading of their paragraph.

        A heading speaks for what is affirmed only; under one of printed words all is printed.
        """
        if said.standing == "printed":
            return said
        begin = max(0, at - _LONGEST_PART)
        begin = max(begin, page.rfind("\n\n", begin, at))
        found = said
        first = self._first_heading.match(page, 0, at) if not begin else None
        for own in (*filter(None, [first]), *self._headings.finditer(page, max(begin - 1, 0), at)):
            line = own.start("line")
            if all(other.start() <= line for other in _HEADING.finditer(page, line, at)):
                lent = Assertion(own.lastgroup or AFFIRMED, cue=words_in(own[own.lastgroup or 0]))
                found = (
                    lent
                    if "printed" in (lent.standing, found.standing) or said.standing == AFFIRMED
                    else said
                )
        return found

    def _assertion(self, sentence: str, at: int, length: int, normal: bool = False) -> Assertion:
        said, first, last = _around(sentence, at, length)
        if first == last or not self._cues.may_be_in(said):
            return _AFFIRMED
        printed = self._cues.printed(said, first)
        if printed is not None and _CLOSED.isdisjoint(said[printed.end : first]):
            return Assertion("printed", cue=printed.text)
        if (
            not normal
            and said[last : last + 1] == ["no"]
            and _ENTRY_ENDS.issuperset(said[last + 1 : last + 2])
        ):
            return Assertion("negated", True, "no")
        term = self._root(sentence[at : at + length])
        service, function = term in self._services and not normal, normal or term in self._functions
        mention = _Mention(
            first, last, service, function, self._is_needed(term, said, first, last), term in self._organs
        )
        before = _BEFORE_FUNCTION if function else _BEFORE
        after = _SERVICE_AFTER if service else _AFTER_FUNCTION if function else _AFTER
        leading = reversed(self._cues.found(said, 0, first, before))
        following = self._cues.found(said, last, len(said), after)
        reached = [(cue, self._reaches_on(said, cue, mention)) for cue in leading]
        reached += [(cue, self._reaches_back(said, cue, mention)) for cue in following]
        topic = self._topic(said, mention)
        if topic is not None:
            reached.append(topic)
        best = _AFFIRMED
        for cue, reach in reached:
            if reach == _NOT:
                continue
            standing, plain = cue.standing, False
            if standing == "negated":
                if normal and cue.place not in _NORMAL:
                    continue
                reach = min(reach, self._bounds(said, cue, mention))
                standing, plain = ("uncertain" if reach == _DOUBT else standing), reach == _PLAIN
            made = Assertion(standing, plain, cue.text)
            if best is _AFFIRMED or _rank(made) < _rank(best):
                best = made
        return best

    def _is_needed(self, term: str, said: Tokens, first: int, last: int) -> bool:
        """Whether the mention is of something whose absence is a finding: bladder control, a reflex, the pulse of the foot.

        Of the loss of one the absence is none, nor of what the words only begin ("no balance problems"). Of a reflex that nobody should have (Hoffmann's, an inverted one) the absence is none.
        """
        if not self._abnormal.isdisjoint(said[first:last]):
            return False
        following = said[last] if last < len(said) else ""
        if term in self._functions and following in self._lost:
            return True
        if term in self._needed:
            return following not in self._carriers and following not in _FAULTS
        end = last + (following in self._vital)
        if said[end - 1] not in self._vital or (
            said[end : end + 1] != [] and said[end].isalpha() and said[end] not in _AFTER_NOUN
        ):
            return False
        named = said[max(0, first - _NEAR) : end + _FAR]
        return self._unwanted.isdisjoint(named) and not any(map(_LEVEL.fullmatch, said))

    # -- a cue and what follows it

    def _reaches_on(self, said: Tokens, cue: CueFound, of: _Mention) -> int:
        """How a cue reaches the mention after it."""
        first = of.first
        if of.service and cue.text in self._results:
            return _NOT
        begin = cue.end + (said[cue.end : cue.end + 1] == [":"])
        if cue.place == "next_to":
            return _PLAIN if said[cue.end : first] in ([], ["-"]) else _NOT
        if cue.place == "before_near" and (
            first - begin > _NEAR or not (_OTHERS | _LISTED | self._clause).isdisjoint(said[begin:first])
        ):
            return _NOT
        denies = cue.standing == "negated"
        saying = cue.text in self._sayings
        following, after = (*said[of.last : of.last + 2], "", "")[:2]
        fares = following in _VERBS and after and not of.service and after not in self._predicates
        if saying and following in _FARES:
            return _DOUBT
        if cue.text == "denied" and said[max(0, cue.start - 1)] in _PASSIVE:
            return _NOT
        known = fares and not saying and said[first - 1] in _DEFINITE
        if denies and (known or following in self._absorbing):
            return _DOUBT
        if of.service and denies and begin < first and said[first - 1] == "the":
            return _NOT
        if cue.standing == "family" and not _SUBJECTS.isdisjoint(said[cue.end : first]):
            return _NOT
        if cue.standing == "family" and said[cue.end : cue.end + 1] and said[cue.end] in self._witnesses:
            return _NOT
        if denies and self._cues.denies(said, begin, min(first, self._segment_end(said, begin))):
            return _NOT
        if denies and cue.place not in _NORMAL and of.needed and self._bears_at_once(said, begin, first):
            return _NOT
        if (
            denies
            and said[cue.start] in _WITHOUT
            and first > begin
            and _LISTED.isdisjoint(said[begin:first])
            and following in _COPULA
        ):
            return _DOUBT
        if denies and of.function and "normally" in said[of.last : of.last + _NEAR]:
            return _DOUBT
        alone = not said[cue.start][0].isalnum() or self._is_repeated(said, cue)
        reach, beside, qualified, verb = _PLAIN, False, False, False
        separators: list[int] = []
        for at in range(begin, first):
            token = said[at]
            if token in _CLOSED or self._ends.at(said, at) or (token == ")" and "(" not in said[begin:at]):
                return _NOT
            if denies and token == ":" and said[at - 1] not in self._carriers:
                return _NOT
            if token in _LISTED:
                if (alone and token == ",") or said[at + 1 : at + 2] == [said[cue.start]]:
                    return _NOT
                if not self._goes_on(said, at + 1, cue):
                    return _NOT
                if token == "," and cue.text == "not" and self._closes(said, at + 1) not in _EITHER:
                    reach = _DOUBT
                separators.append(at)
                qualified = qualified or beside
                beside = beside and (of.service or token in _JOINED)
            elif self._beside.at(said, at) and said[at - 1] not in self._carriers:
                reach = min(reach, _LOOSE)
                beside = not (
                    denies and of.organ and token == "of" and self._root(said[at - 1]) not in self._services
                )
            elif saying and token in self._requests:
                return _DOUBT
            elif denies and token in self._aside and said[at - 1] not in self._carriers:
                beside = beside or not saying
                reach = min(reach, _LOOSE)
            elif denies and not saying:
                if token in _SUBJECTS and at > begin:
                    return _NOT if separators else _DOUBT
                verb = verb or (token in self._clause and at > begin)
                parted = token == "-" and at > begin and not _NUMBER.search(said[at + 1])
                that = token == "that" and (fares or said[at - 1] in self._claims)
                if parted or that or token in self._absorbing:
                    reach = _DOUBT
                elif token in self._hedged:
                    reach = min(reach, _LOOSE)
        if beside:
            return _NOT
        if not denies:
            return _LOOSE
        if verb or (not saying and not of.organ and self._is_definite(said, begin, first)):
            return _DOUBT
        if separators:
            return min(reach, self._listed(said, cue, of, begin, separators, qualified))
        return min(reach, _PLAIN if first - begin <= _FAR else _LOOSE)

    def _bears_at_once(self, said: Tokens, begin: int, first: int) -> bool:
        """Whether nothing but a list of words stands between a cue and the mention: "no bowel or bladder control"."""
        between = said[begin:first]
        return "return" in between or all(token not in self._carriers and token != "of" for token in between)

    def _is_definite(self, said: Tokens, begin: int, first: int) -> bool:
        """Whether the mention is spoken of as known: "no brace was ordered for the instability"."""
        if first - begin < 2 or said[first - 1] not in _DEFINITE or said[first - 2] in _REACHING:
            return False
        return not self._carriers.intersection(said[max(begin, first - 3) : first - 1])

    def _listed(
        self,
        said: Tokens,
        cue: CueFound,
        of: _Mention,
        begin: int,
        separators: Sequence[int],
        qualified: bool,
    ) -> int:
        """How a denial reaches an entry of the list that follows it.

        *or* carries a denial on. Over a comma it goes on in a bare list, whose entries have neither figures nor a
        place, time or degree of their own, and which no *or* has closed before.
        """
        saying = cue.text in self._sayings
        start, end = separators[-1] + 1, self._entry_end(said, of.last)
        own = said[start:end]
        marked = any(_NUMBER.search(token) for token in own if not _LEVEL.fullmatch(token))
        marked = marked or any(self._asserts.at(said, at) for at in range(start, of.first + 1))
        marked = marked or not self._ongoing.isdisjoint(said[of.last : end])
        marked = marked or (
            len(separators) == 1 and said[of.last : of.last + 1] != [] and said[of.last] in self._predicates
        )
        placed = any(self._is_placed(said, at) for at in range(start, end))
        placed = placed or (end < len(said) and said[end] not in _LISTED | _CLOSED and said[end][0].isalpha())
        remembered = any(
            one.standing == "historical" for one in self._cues.found(said, start, of.first, _BEFORE)
        )
        signs = [said[at] for at in separators]
        commas = [at for at in separators if said[at] == ","]
        if not commas:
            if _EITHER.issuperset(signs):
                return _LOOSE if marked else _PLAIN
            if marked or (placed and not saying):
                return _DOUBT
            return _LOOSE if placed else _PLAIN
        joined = said[commas[-1] + 1] in _EITHER | _JOINED or separators[-1] > commas[-1]
        closing = self._closes(said, end)
        marked = marked or (not saying and any(self._asserts.at(said, at) for at in range(of.last, end)))
        closed = not joined and not closing and any(said[at] in _EITHER | _JOINED for at in separators)
        bare = not qualified and all(
            right - left - 1 <= _LONGEST_ENTRY
            for left, right in zip([begin - 1, *separators], [*separators, end], strict=True)
        )
        if marked or (closed and not (saying and bare and not placed)):
            return _DOUBT
        if joined or closing:
            either = "or" in said[begin:end] or "nor" in said[begin:end] or closing in _EITHER
            if (placed or remembered) and not either and not saying:
                return _DOUBT
            return _PLAIN if bare and not placed else _LOOSE
        if placed or qualified or remembered:
            return _LOOSE if saying else _DOUBT
        if not bare:
            return _LOOSE
        more = said[end : end + 1] == [","]
        return _PLAIN if saying or len(commas) > 1 or more else _LOOSE

    def _is_placed(self, said: Tokens, at: int) -> bool:
        """Whether a place, time or purpose of a finding begins at a token."""
        return said[at - 1] not in self._carriers and bool(
            self._beside.at(said, at) or said[at] in self._aside
        )

    def _entry_end(self, said: Tokens, at: int) -> int:
        while (
            at < len(said)
            and said[at] not in _LISTED
            and said[at] not in _CLOSED
            and not self._ends.at(said, at)
        ):
            at += 1
        return at

    def _closes(self, said: Tokens, at: int) -> str:
        """The *or* or *and* with which a list ends that goes on at a token; empty where it has none."""
        while at < len(said) and said[at] not in _CLOSED and not self._ends.at(said, at):
            if said[at] in _EITHER or said[at] in _JOINED:
                return said[at]
            if said[at] in self._clause or said[at] == ":":
                return ""
            at += 1
        return ""

    # -- a cue and what stands before it

    def _reaches_back(self, said: Tokens, cue: CueFound, of: _Mention) -> int:
        """How a cue reaches the mention before it."""
        first, last = of.first, of.last
        between = said[last : cue.start]
        if cue.place == "after_finding" and (of.service or not self._services.isdisjoint(between)):
            return _NOT
        if said[cue.start] in ":-?(" and self._leads_on(said, cue.end):
            return _NOT
        if any(said[at] in _CLOSED or self._ends.at(said, at) for at in range(last, cue.start)):
            return _NOT
        begin = _entry_start(said, first)
        crossed = [at for at in range(last, cue.start) if said[at] in _LISTED]
        if crossed and not (self._clause | {":"}).isdisjoint(said[begin : crossed[-1]]):
            return _NOT
        if any(
            self._beside.at(said, at) and said[at - 1] not in self._carriers for at in range(begin, first)
        ):
            return _NOT
        if cue.standing != "negated":
            return _LOOSE
        if said[first - 1 : first] == ["of"] and first > 1 and said[first - 2] in self._absorbing:
            return _DOUBT
        if self._qualifies_what_follows(said, cue, last):
            return _NOT
        if said[last] in self._absorbing:
            return _DOUBT
        if cue.place in _NORMAL and cue.text in self._there and not self._is_there(said, of, between):
            return _NOT
        if "denied" in said[cue.start : cue.end] and not self._requests.isdisjoint(said[begin:first]):
            return _DOUBT
        if of.needed and cue.place not in _NORMAL and self._bears_at_once(said, last, cue.start):
            return _NOT
        if (
            crossed
            and crossed[-1] == cue.start - 1
            and said[crossed[-1]] == ","
            and any(_NUMBER.search(token) for token in said[last : cue.start])
        ):
            return _DOUBT
        if not _RELATIVE.isdisjoint(between):
            return _DOUBT
        if len(between) > _FAR and not crossed:
            return _LOOSE
        edges = [last - 1, *crossed, cue.start]
        bare = all(right - left - 1 <= _LONGEST_ENTRY for left, right in pairwise(edges))
        return (
            _PLAIN if bare and not any(self._beside.at(said, at) for at in range(last, cue.start)) else _LOOSE
        )

    def _is_there(self, said: Tokens, of: _Mention, between: Tokens) -> bool:
        """Whether *present* right behind a mention calls it normal: an anal wink, not a Hoffmann's reflex, nor *no* reflex."""
        near = said[max(0, of.first - _NEAR) : of.last]
        return of.needed and not between and (self._unwanted | self._negators | {"no"}).isdisjoint(near)

    def _leads_on(self, said: Tokens, end: int) -> bool:
        """Whether a reply such as ": no" is only the beginning of a sentence: "fever: no relief"."""
        if end >= len(said) or said[end] in (*",;.)", "on", "in", "at", "since"):
            return False
        return self._both.isdisjoint(said[end : end + 2])

    def _qualifies_what_follows(self, said: Tokens, cue: CueFound, last: int) -> bool:
        """Whether a bare cue is the adjective of what comes next: "with a negative stress test", "none recent"."""
        bare = said[cue.start].isalpha() and said[cue.start] not in _VERBS
        if not bare or cue.end >= len(said) or not said[cue.end][0].isalpha():
            return False
        following = said[cue.end]
        if said[cue.start] == "none":
            return (
                following not in self._now
                and following not in self._clause
                and following not in ("reported", "known")
            )
        if (
            following in _GLUE
            or following in self._both
            or following in self._now
            or following in self._clause
        ):
            return False
        if (
            self._beside.at(said, cue.end)
            or self._ends.at(said, cue.end)
            or following in ("for", "with", "without", "no")
        ):
            return False
        return cue.start > last

    # -- a heading such as "Bladder:" and the denial after it

    def _topic(self, said: Tokens, of: _Mention) -> tuple[CueFound, int] | None:
        """The denial that begins what is said under a function's name: "bowel and bladder: denies incontinence"."""
        if not of.function or ":" not in said[of.last :]:
            return None
        colon = said.index(":", of.last)
        if colon - of.last > _LONGEST_ENTRY or any(said[at] in _CLOSED for at in range(of.last, colon)):
            return None
        found = self._cues.found(said, colon + 1, len(said), _BEFORE | _AFTER)
        if not found or found[0].start != colon + 1 or found[0].standing != "negated":
            return None
        if of.needed and not self._leads_on(said, found[0].end):
            return None
        rest = range(found[0].end, len(said))
        if any(
            said[at] in self._clause or self._ends.at(said, at) or self._asserts.at(said, at) for at in rest
        ):
            return None
        return found[0], _LOOSE if "," in said[found[0].end :] else _PLAIN

    # -- what bounds a denial

    def _bounds(self, said: Tokens, cue: CueFound, of: _Mention) -> int:
        """How much a denial can be worth in this sentence: of an earlier time, of one side, disputed, denied itself."""
        start, end = min(cue.start, of.first), max(cue.end, of.last)
        begin, until = self._clause_start(said, start), self._clause_end(said, end)
        apart = (*range(cue.start), *range(cue.end, len(said)))
        if any(self._disputes.at(said, at) for at in apart) or self._unsettling.among(
            said, begin - 2 * (said[begin - 1 : begin] == [":"] and begin > 1), start
        ):
            return _DOUBT
        witnessed = cue.text in self._sayings and self._is_witnessed(said[: cue.start])
        if witnessed or said[end : end + 1] == ["?"]:
            return _DOUBT
        led_in = max(0, begin - 3) if said[begin - 1 : begin] == [":"] else begin
        if self._interested.among(said, led_in, until) or self._masks.among(said, start, until):
            return _DOUBT
        named = cue.text != "no" or cue.end < of.first
        if self._conditions.among(said, end, until) or _is_compared(said[end - named : until]):
            return _DOUBT
        if cue.place in _NORMAL:
            if not self._intended.isdisjoint(said[max(0, begin - 2) : max(cue.start, of.first)]):
                return _DOUBT
            negated = not self._negators.isdisjoint(said[begin:start]) or not self._negators.isdisjoint(
                said[min(cue.end, of.last) : max(cue.start, of.first)]
            )
            if negated:
                return _DOUBT
            if not self._abnormal.isdisjoint(said[begin : self._part_end(said, end)]):
                return _DOUBT
            if said[cue.start].startswith("2") and _of_another_grade(said[cue.end :]):
                return _DOUBT
        elif self._is_denied(said, cue, begin) or self._outlasts(said, cue):
            return _DOUBT
        own = range(max(of.last, cue.start - _NEAR), cue.start)
        if self._now.isdisjoint(said[cue.start : cue.end]) and self._is_of_the_past(
            said, begin, start, own, end, until
        ):
            return _DOUBT
        if self._goes_on_without_subject(said, end):
            return _DOUBT
        sides = self._sides(said, start, end, cue.end <= of.first)
        if sides != _PLAIN:
            return sides
        begin, until = self._part_start(said, start), self._part_end(said, end)
        if cue.text in self._weak or self._contrasts.among(said, begin, until):
            return _LOOSE
        if self._occasions.among(said, end, until):
            return _LOOSE
        return _PLAIN

    def _is_witnessed(self, said: Tokens) -> bool:
        """Whether somebody else tells of it first: "his wife says that he forgets, he denies memory loss"."""
        told = ((who in self._persons and does in self._witnesses) for who, does in pairwise(said))
        return not _PARTING.isdisjoint(said[next((at for at, one in enumerate(told) if one), len(said)) :])

    def _is_denied(self, said: Tokens, cue: CueFound, begin: int) -> bool:
        """Whether a denial is itself denied: "not free of", "it can't be said that there is no"."""
        at = max(begin, cue.start - 2)
        own = said[cue.start]
        if own in (*_WITHOUT, "no") and not self._seldom.isdisjoint(said[begin : cue.start]):
            return True
        if own in _WITHOUT and not (self._negators | {"no"}).isdisjoint(said[begin : cue.start]):
            return True
        if own not in ("no", "nor", "never", "neither", "not") and not self._negators.isdisjoint(
            said[at : cue.start]
        ):
            return True
        earlier = next((one for one in range(begin, cue.start) if said[one] in self._negators), None)
        return earlier is not None and not self._claims.isdisjoint(said[earlier : cue.start])

    def _outlasts(self, said: Tokens, cue: CueFound) -> bool:
        """Whether *not* sets what stays beside what went: "lost his job, not his anxiety"."""
        set_beside = said[cue.start] == "not" and said[cue.start - 1 : cue.start] in _SET_BESIDE
        return set_beside and not self._gone.isdisjoint(said[self._part_start(said, cue.start) : cue.start])

    def _is_of_the_past(self, said: Tokens, begin: int, start: int, own: range, end: int, until: int) -> bool:
        """Whether a denial is of an earlier time; `own` are the tokens right before its cue: "weakness, previously denied"."""
        for at in (*range(0, min(start, 1)), *range(begin, start), *own, *range(end, until)):
            stop = self._earlier.at(said, at)
            if said[at] == "in" and at + 1 < len(said) and _YEAR.fullmatch(said[at + 1]):
                stop = at + 2
            if stop:
                return self._now.isdisjoint(said[begin:stop])
        return False

    def _goes_on_without_subject(self, said: Tokens, end: int) -> bool:
        """Whether the sentence goes on to affirm: "and is seen at C6", "positive on the right", "; the CT did"."""
        begin = self._segment_end(said, end)
        after = next((at for at in range(begin, len(said)) if said[at] not in _PARTING), len(said))
        if after > begin and said[after : after + 1] and said[after] in _COPULA:
            return not self._cues.denies(said, after, self._segment_end(said, after))
        by_service = False
        for at in range(begin, len(said)):
            token, following = said[at], said[at + 1 : at + 2]
            if token in self._predicates and (not by_service or token in _SHOWS):
                return not by_service or following not in (["for"], ["of"])
            if by_service and token in _DOES and _ENTRY_ENDS.issuperset(following):
                return True
            if self._root(token) in self._services:
                by_service = True
            elif token not in _GLUE and token not in _CLOSED and not _LEVEL.fullmatch(token):
                return False
        return False

    def _sides(self, said: Tokens, start: int, end: int, forward: bool) -> int:
        """What the sides and levels of a sentence leave of a denial: one side is not both."""
        begin, until = self._part_start(said, start), self._part_end(said, end)
        if not self._both.isdisjoint(said[begin:until]):
            return _PLAIN
        sides = [at for at in range(begin, until) if said[at] in self._left or said[at] in self._right]
        for one, other in pairwise(sides):
            if (said[one] in self._left) != (said[other] in self._left):
                return self._of_two_sides(said, one, other, forward)
        levels = [at for at in range(begin, until) if len(said[at]) in (2, 3) and _LEVEL.fullmatch(said[at])]
        own = [at for at in levels if at < self._segment_end(said, end)]
        if own and any(self._tells_of_another_level(said, own, at) for at in levels if at > max(own)):
            return _DOUBT
        if sides and self._tells_of_the_other_side(said, sides, until + 1):
            return _DOUBT
        return _LOOSE if sides else _PLAIN

    def _tells_of_the_other_side(self, said: Tokens, own: Sequence[int], begin: int) -> bool:
        """Whether what follows the semicolon affirms of the other side: "no clonus on the right; three beats on the left"."""
        end = self._part_end(said, begin)
        named = {said[at] in self._left for at in range(begin, end) if said[at] in self._left | self._right}
        return named == {said[own[0]] not in self._left} and not any(
            cue.standing == "negated" for cue in self._cues.found(said, begin, end, DENIALS | _NORMAL)
        )

    def _of_two_sides(self, said: Tokens, one: int, other: int, forward: bool) -> int:
        """What is left of a denial in a sentence that names both sides, with tokens `one` and `other`."""
        if _GLUE.issuperset(said[one + 1 : other]) and "but" not in said[one:other]:
            return _LOOSE if "," in said[one:other] else _PLAIN
        begin = max(_segment_start(said, other), *(at + 1 for at in range(one, other) if said[at] in "-("), 0)
        if self._cues.denies(said, begin, self._segment_end(said, other)):
            return _LOOSE
        return _LOOSE if forward and begin > 0 and said[begin - 1] in _EITHER else _DOUBT

    def _tells_of_another_level(self, said: Tokens, own: Sequence[int], at: int) -> bool:
        """Whether a part of the sentence that denies nothing speaks of a level that the denial doesn't name."""
        begin, end = _segment_start(said, at), self._segment_end(said, at)
        if begin <= max(own) or said[at] in {said[one] for one in own} or said[begin - 1] in _EITHER:
            return False
        listed = _GLUE.issuperset(said[max(own) + 1 : at]) and said[begin - 1] != ","
        return not listed and not self._cues.denies(said, begin, end)

    def _is_repeated(self, said: Tokens, cue: CueFound) -> bool:
        """Whether the entry before has the same cue: in "no spasm, no tenderness, weakness" each reaches one only."""
        if cue.start == 0 or said[cue.start - 1] not in _LISTED:
            return False
        return said[cue.start] in said[_entry_start(said, cue.start - 1) : cue.start]

    def _goes_on(self, said: Tokens, begin: int, cue: CueFound) -> bool:
        """Whether what follows a comma or an "and" goes on with the list: no verb of its own, no new doubt."""
        for at in range(begin, len(said)):
            if said[at] in _LISTED or said[at] in _CLOSED or self._ends.at(said, at):
                return True
            if said[at] in self._clause or said[at] == ":":
                return False
            if cue.standing == "negated" and self._cues.doubts(said, at):
                return False
        return True

    def _clause_start(self, said: Tokens, at: int) -> int:
        """Where the words begin that belong to the clause of a token: after a comma, a colon, a contrast."""
        while at > 0 and said[at - 1] not in _CLOSED and said[at - 1] not in (",", ":", "(", "and"):
            if self._contrasts.at(said, at - 1):
                break
            at -= 1
        return at

    def _clause_end(self, said: Tokens, at: int) -> int:
        while at < len(said) and said[at] not in _CLOSED and said[at] != ")":
            if said[at] in (",", "and", "but") and not self._earlier.at(said, min(at + 1, len(said) - 1)):
                break
            at += 1
        return at

    def _part_start(self, said: Tokens, at: int) -> int:
        while at > 0 and said[at - 1] not in _CLOSED:
            at -= 1
        return at

    def _part_end(self, said: Tokens, at: int) -> int:
        while at < len(said) and said[at] not in _CLOSED:
            at += 1
        return at

    def _segment_end(self, said: Tokens, at: int) -> int:
        while at < len(said) and said[at] not in _LISTED and said[at] not in _CLOSED and said[at] != "but":
            at += 1
        return at


def _around(sentence: str, at: int, length: int) -> tuple[list[str], int, int]:
    """The tokens of a sentence, and which of them are the words at `at`: the first, and the one behind the last."""
    before, own = tokens(sentence[:at]), tokens(sentence[at : at + length])
    first, last = len(before), len(before) + len(own)
    return [*before, *own, *tokens(sentence[at + length :])], first, last


@lru_cache(4)
def assertions_by(vocabulary: Vocabulary) -> Assertions:
    """How sentences speak by a vocabulary: its cues are learned once."""
    return Assertions(vocabulary)


class _Mention(NamedTuple):
    """The tokens of the words that a sentence is asked about, and what they are by the vocabulary."""

    first: int
    last: int
    service: bool
    function: bool
    needed: bool
    organ: bool


def _of_another_grade(said: Tokens) -> bool:
    """Whether words behind reflexes of 2+ give others another grade: "2+ and symmetric in the arms, trace at the ankles"."""
    return any(
        one in ("trace", "0") or (one.isdigit() and one != "2" and following == "+")
        for one, following in pairwise((*said, ""))
    )


def _is_compared(said: Tokens) -> bool:
    """Whether a denial is of more than something else has: "no more obvious atrophy than on the right"."""
    return any(following == "than" and one not in _OF_A_TIME for one, following in pairwise(said))


def _rank(one: Assertion) -> tuple[int, bool]:
    return ORDER.index(one.standing), not one.plain


def _segment_start(said: Tokens, at: int) -> int:
    while at > 0 and said[at - 1] not in _LISTED and said[at - 1] not in _CLOSED and said[at - 1] != "but":
        at -= 1
    return at


def _entry_start(said: Tokens, at: int) -> int:
    """Where the entry of a list begins that token `at` is in."""
    while at > 0 and said[at - 1] not in _LISTED and said[at - 1] not in _CLOSED:
        at -= 1
    return at
