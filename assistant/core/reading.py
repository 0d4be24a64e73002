"""What the answers of one scope (the case, or one item) say, read under its prompt set.

An answer is read only while its prompt's `when` holds; otherwise it is set aside: kept, but no condition
on it holds. A prompt that is not asked makes every condition on it false; while it is undetermined whether
it is asked, so are they, whatever was answered before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.core.answer import Answer, Status
from assistant.core.condition import Atom, Formula, Truth, evaluate, holds
from assistant.core.prompt_set import Prompt, PromptSet
from assistant.core.shape import complete, missing, select


class Reading:
    """The answers under a prompt set, with the truth of each condition worked out once."""

    def __init__(self, prompt_set: PromptSet, answers: Mapping[str, Answer]) -> None:
        self.prompt_set = prompt_set
        self.answers = answers
        self._asked: dict[str, Truth] = {}
        self._truth: dict[tuple[str, str], Truth] = {}
        self._not_documented: dict[str, tuple[str, ...]] | None = None

    def asked(self, name: str) -> Truth:
        """Whether the prompt applies."""
        if name not in self._asked:
            self._asked[name] = self.holds(self.prompt_set.prompts[name].when)
        return self._asked[name]

    def holds(self, formula: Formula) -> Truth:
        """Kleene's value of a formula under the answers."""
        return evaluate(formula, self.truth)

    def truth(self, atom: Atom) -> Truth:
        """The value of one condition."""
        key = (atom.path, atom.condition.key)
        if key not in self._truth:
            self._truth[key] = self._worked_out(atom)
        return self._truth[key]

    def answer(self, name: str) -> Answer | None:
        """The answer to a prompt that applies, complete or not; None where there is none to be read."""
        return self.answers.get(name) if self.asked(name) is True else None

    def at(self, path: str) -> Answer | None:
        """The answer at `prompt` or `prompt.part`, read like any other."""
        root, *rest = path.split(".")
        if root not in self.prompt_set.prompts:
            return None
        shape = self.prompt_set.prompts[root].schema.shape
        return select(shape, self.answer(root), tuple(rest))[0]

    def answered(self, name: str) -> bool:
        """Whether the prompt applies and nothing of its answer is missing."""
        answer = self.answer(name)
        return answer is not None and complete(self.prompt_set.prompts[name].schema.shape, answer)

    def open_prompts(self) -> Iterator[Prompt]:
        """The prompts that apply and still miss an answer or a part of it, in order."""
        for name, prompt in self.prompt_set.prompts.items():
            if self.asked(name) is True and not self.answered(name):
                yield prompt

    def not_documented(self) -> Mapping[str, tuple[str, ...]]:
        """The prompts that are read and say *not documented*, each with the paths that say so, in order."""
        if self._not_documented is None:
            found = {}
            for name, given in self.answers.items():
                paths = tuple(
                    path for path, leaf in given.leaves(name) if leaf.status is Status.NOT_DOCUMENTED
                )
                if paths and self.asked(name) is True:
                    found[name] = paths
            self._not_documented = {name: found[name] for name in self.prompt_set.prompts if name in found}
        return self._not_documented

    def missing_parts(self, name: str) -> list[str]:
        """The paths below the prompt that are still to be answered (`""` for all of it)."""
        return list(missing(self.prompt_set.prompts[name].schema.shape, self.answers.get(name)))

    def set_aside(self) -> tuple[str, ...]:
        """The prompts with an answer that is not read now."""
        return tuple(name for name in self.answers if self.asked(name) is not True)

    def _worked_out(self, atom: Atom) -> Truth:
        asked = self.asked(atom.prompt)
        if asked is not True:
            return asked
        shape = self.prompt_set.prompts[atom.prompt].schema.shape
        answer, whole = select(shape, self.answers.get(atom.prompt), tuple(atom.path.split(".")[1:]))
        return holds(atom.condition, answer, whole)
