"""What the proof finds in a set, and that it finds neither more nor less than the slow way."""

from __future__ import annotations

import pytest

from assistant.core.answer import Answer, Status
from assistant.core.rules.answer_schema import ChoiceShape
from assistant.core.rules.criterion import Ruling, State, weigh
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.rules.proof import Proof, prove, unnamed, untested
from assistant.core.value import replace
from tests.core.rules.brute_force import every_answer, every_reading, met, random_set, suggestion
from tests.core.rules.small_sets import HEAD, SCHEMAS, a_set, named, read
from tests.prove import scale

SOUND = """
prompts:
  - {id: flags, ask: Any?, answer: flags}
  - {id: surgery, ask: Which?, answer: surgery}
  - id: films
    ask: Made?
    answer: yes-no
    when: {surgery: fusion}
    says: {given: Films were made or not., not_documented: No statement of films was found.}
criteria:
  - {id: routine, cite: high, when: {flags: none_found}, argues: against, says: No.}
  - {id: flag, cite: high, when: {flags: any_present}, argues: for, says: Yes.}
  - {id: first, cite: low, when: {films: "no"}, argues: for, rebuts: [routine], says: Yes.}
silent:
  - {when: {flags: {some: unclear}}, says: An unclear flag settles nothing.}
"""


def proof(body: str, head: str = HEAD) -> Proof:
    return prove(a_set(body, head))


def test_a_sound_set() -> None:
    found = proof(SOUND)
    assert found.sound, found
    assert found.empty_record == {"from 2013-01-01": "upheld", "from 2018-01-01": "unread"}
    assert found.ungoverned == ("from 2018-01-01",)


def test_a_combination_that_cannot_be_is_no_gap() -> None:
    body = """
prompts:
  - {id: p, ask: X, answer: yes-no}
  - {id: q, ask: X, answer: yes-no, when: {p: "yes"}}
  - {id: r, ask: X, answer: weeks}
criteria:
  - {id: a, cite: high, when: {q: "no"}, argues: for, says: So.}
  - {id: b, cite: high, when: {r: over_six}, argues: for, says: So.}
"""
    told = [gap.answers for gap in proof(body).gaps]
    assert {
        "q": "yes or not documented or unclear",
        "r": "up to 6 weeks or not documented or unclear",
    } in told
    assert {"p": "no or not documented or unclear", "r": "up to 6 weeks or not documented or unclear"} in told
    never = "never:\n  - {when: {p: ['no', not_documented, unclear]}, says: It can't be.}\n"
    assert [gap.answers for gap in proof(body + never).gaps] == [told[0] if "q" in told[0] else told[1]]


def test_a_gap_has_a_witness_in_words() -> None:
    gaps = proof(SOUND.replace("{flags: {some: unclear}}", "{flags: not_documented}")).gaps
    assert len(gaps) >= 3  # one for each flag that may be unclear
    for gap in gaps:
        assert gap.eras == ("from 2013-01-01",)
        assert {place.split(".")[0] for place in gap.answers} <= {"flags", "surgery", "films"}
        assert any("unclear" in answers for answers in gap.answers.values())


def test_a_conflict_is_reported_also_where_it_is_declared() -> None:
    body = SOUND.replace("{id: first, cite: low", "{id: first, cite: high").replace("rebuts: [routine], ", "")
    (conflict,) = proof(body).conflicts
    assert (conflict.for_, conflict.against, conflict.declared) == (("first",), ("routine",), None)
    assert conflict.answers["films"] == "no"
    assert all(conflict.answers[f"flags.{flag}"] == "no or not documented" for flag in ("fever", "tumor"))
    assert not proof(body).sound
    declared = body + '  - {when: {flags: none_found, films: "no"}, says: The reviewer weighs it.}\n'
    (conflict,) = proof(declared).conflicts
    assert conflict.declared == "The reviewer weighs it."
    assert proof(declared).sound


def test_dead_criteria() -> None:
    never = '  - {id: none, cite: low, when: {films: "no", surgery: none}, argues: for, says: Yes.}\n'
    silenced = "  - {id: echo, cite: low, when: {flags: none_found}, argues: for, says: Yes.}\n"
    body = SOUND.replace("silent:\n", never + silenced + "silent:\n").replace(
        "argues: against, says: No.", "argues: against, rebuts: [echo], says: No."
    )
    head = HEAD.replace("in_force: {from: 2007, until: 2017}", "in_force: {from: 2007}")
    found = proof(body, head)
    assert found.dead_criteria == {
        "none": "it can never be met",
    }  # `echo` stands where `first` rebuts `routine`
    body = body.replace("rebuts: [routine]", "rebuts: [echo]")
    assert set(proof(body, head).dead_criteria) == {"none", "echo"}
    assert set(proof(body).dead_criteria) == {
        "none"
    }  # from 2018 on `routine` is out of force, and `echo` stands


def test_a_criterion_that_never_can_be_is_dead() -> None:
    body = SOUND + 'never:\n  - {when: {films: "no"}, says: There are always films.}\n'
    assert list(proof(body).dead_criteria) == ["first"]


def test_dead_prompts() -> None:
    body = SOUND.replace(
        "criteria:",
        "  - {id: q, ask: X, answer: yes-no, when: {films: given, surgery: none}, record: yes}\ncriteria:",
    )
    assert proof(body).dead_prompts == {"q": "it can never be asked"}


def test_editions_that_are_never_in_force_together_do_not_conflict() -> None:
    head = HEAD.replace("citations:", """citations:
  newer: {tier: mtus, source: High, edition: 2018, locator: p. 9, verified: no, in_force: {from: 2018}}""")  # fmt: skip
    body = SOUND.replace(
        "silent:", "  - {id: now, cite: newer, when: {flags: none_found}, argues: for, says: Yes.}\nsilent:"
    )
    found = proof(body, head)
    assert not found.conflicts
    assert not found.dead_criteria
    assert found.gaps  # no rule of the newer edition speaks of flags that are present
    assert proof(body, head.replace("from: 2018", "from: 2016")).conflicts


def test_missing_sentences() -> None:
    for old, new, says in [
        (
            "request: The request is for {{ item }}.",
            "request: [{when: {surgery: none}, says: X.}]",
            "request: nothing",
        ),
        (
            "upheld: It is not necessary.",
            "upheld: [{when: {flags: given}, says: X.}]",
            "conclusion, upheld: nothing",
        ),
        (
            "when: {flags: any_present}, argues: for, says: Yes.",
            'when: {flags: any_present}, argues: for, says: [{when: {flags.tumor: "yes"}, says: X.}]',
            "criterion flag, says: nothing is said where flags.",
        ),
        (
            'when: {films: "no"}, argues: for,',
            'when: {films: "no"}, argues: for, unmet: [{when: {films: given}, says: X.}],',
            "criterion first, unmet: nothing is said",
        ),
        (
            'when: {films: "no"}, argues: for,',
            'when: {films: "no"}, argues: for, concedes: [{when: {surgery: fusion}, says: X.}],',
            "criterion first, concedes: nothing is said",
        ),
        (
            ", not_documented: No statement of films was found.",
            "",
            "prompt films: it has no sentence for “not doc",
        ),
        (
            "given: Films were made or not.",
            'given: [{when: {films: "no"}, says: X.}]',
            "prompt films, given: nothing is said where surgery.procedure is “fusion”; films is",
        ),
        ("{{ item }}", "{{ item }} after {{ surgery }}", "request: `surgery` is empty where surgery is"),
        ("{{ item }}", "{{ item }} after {{ surgery.procedure }}", "request: `surgery.procedure` is empty"),
        (
            "{{ item }}",
            "{{ item }}{% if surgery %} after {{ surgery.procedure }}{% endif %}",
            "request: `surgery.procedure` is empty where surgery is “",
        ),
        (
            "{{ item }}",
            "{{ item }}{% if surgery.procedure %}.{% else %} after {{ surgery.procedure }}{% endif %}",
            "request: `surgery.procedure` is empty",
        ),
        (
            "when: {flags: none_found}, argues: against, says: No.",
            'when: {flags: none_found}, argues: against, says: "Shown are {{ flags.yes }}."',
            "criterion routine, says: `flags.yes` is empty",
        ),
        ("given: Films were made or not.", "given: 'So {{ value.side }}.'", "`value.side` has no words"),
    ]:
        assert old in HEAD + SOUND
        found = proof(SOUND.replace(old, new), HEAD.replace(old, new)).missing_sentences
        assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("request: The request is for {{ item }}.", "request: [{when: {surgery: none}, says: X.}, {says: ''}]"),
        ("{{ item }}", "{{ item }}{% if surgery.procedure %} after {{ surgery }}{% endif %}"),
        ("{{ item }}", "{{ item }}{% if surgery.levels %}{% if surgery %} {{ surgery.levels }}{% endif %}{% endif %}"),
        (
            "when: {flags: any_present}, argues: for, says: Yes.",
            'when: {flags: any_present}, argues: for, says: "Shown are {{ flags.yes }}."',
        ),
        (
            'when: {films: "no"}, argues: for,',
            'when: {films: "no"}, argues: for, concedes: [{when: {surgery: fusion}, says: "{{ surgery }}."}, {says: ""}],',
        ),
    ],
)  # fmt: skip
def test_sentences_that_are_whole(old: str, new: str) -> None:
    assert old in HEAD + SOUND
    assert proof(SOUND.replace(old, new), HEAD.replace(old, new)).missing_sentences == ()


def test_a_choice_that_says_that_something_is_absent_names_it() -> None:
    shape = ChoiceShape({"clear": "No tear", "torn": "A tear", "both": "A tear, with or without a cyst"})
    asked = a_set(SOUND).prompts["films"]
    for held, about, told in [
        (
            shape,
            "",
            [
                "films.clear: “No tear” says that something is absent, and neither `denies` nor `against` names it."
            ],
        ),
        (replace(shape, denies={"clear": ("tear",)}), "", []),
        (replace(shape, against={"clear": ("tear",)}), "", []),
        (shape, "request", []),
    ]:
        schema = replace(asked.schema, shape=held)
        assert list(unnamed(replace(asked, schema=schema, about=about))) == told


def test_an_empty_list_in_a_sentence_is_a_defect() -> None:
    body = SOUND.replace(
        "criteria:",
        "  - {id: views, ask: X, answer: views, record: yes, says: {given: 'Of {{ value }}.', not_documented: ''}}\ncriteria:",
    )
    (one,) = proof(body).missing_sentences
    assert one.startswith("prompt views, given: `value` is empty")
    guarded = body.replace(
        "'Of {{ value }}.'",
        "[{when: {views: {type: array, maxItems: 0}}, says: None.}, {says: 'Of {{ value }}.'}]",
    )
    assert proof(guarded).missing_sentences == ()


def test_what_not_documented_does() -> None:
    found = proof(SOUND).not_documented
    assert found == {"flags": None, "surgery": None, "films": None}
    body = SOUND.replace(", rebuts: [routine]", "")
    assert proof(body).not_documented["flags"] == "upheld"


def test_a_set_about_the_case_has_no_gaps() -> None:
    head = "id: small\ntitle: The case\nedition: 1\nfor: case\n"
    found = proof("prompts:\n  - {id: p, ask: X, answer: yes-no, record: yes}\n", head)
    assert found.sound
    assert found.not_documented == {}


def test_untested_conditions() -> None:
    made = a_set(SOUND)
    names = ["flags: none_found", "flags: any_present", "films: no", "surgery: fusion"]
    assert untested(made, []) == names
    one = read(made, flags="not_documented", surgery={"procedure": "fusion", "levels": "unclear"}, films="no")
    other = read(made, flags={"fever": "yes", "tumor": "no", "trauma": "no"}, surgery="none")
    assert untested(made, [one]) == names
    assert untested(made, [one, other]) == []


def weight(made: PromptSet, one: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    """Whether two sets of met criteria weigh the same, also where every lower tier's rebuttal is declined."""
    declined = {name: Ruling("declined", "no") for name in made.criteria}
    for rulings in ({}, declined):
        first, second = (weigh(made, states(made, which), rulings) for which in (one, other))
        if (first.decision, first.because, first.dissent) != (
            second.decision,
            second.because,
            second.dissent,
        ):
            return False
    return True


def states(made: PromptSet, vector: tuple[bool, ...]) -> dict[str, State]:
    return {n: State.MET if v else State.NOT_MET for n, v in zip(made.criteria, vector, strict=True)}


@pytest.mark.parametrize("seed", range(scale.of(8, 60)))
def test_the_proof_against_the_slow_way(seed: int) -> None:
    made = random_set(seed, 3)
    lasting = {name: replace(one, starts=None, ends=None) for name, one in made.citations.items()}
    made = replace(made, citations=lasting)
    found = prove(made)
    readings = list(every_reading(made, {}))
    whys = {suggestion(one).why for one in readings}
    assert bool(found.gaps) is ("gap" in whys)
    assert bool(found.conflicts) is ("conflict" in whys)
    vectors = {met(one) for one in readings}
    dead = []
    for place, name in enumerate(made.criteria):
        with_it = [vector for vector in vectors if vector[place]]
        without_it = [(*v[:place], False, *v[place + 1 :]) for v in with_it]
        if all(weight(made, *pair) for pair in zip(with_it, without_it, strict=True)):
            dead.append(name)
    assert list(found.dead_criteria) == dead
    never_asked = [n for n in made.prompts if not any(one.asked(n) for one in readings)]
    assert [n for n, why in found.dead_prompts.items() if "asked" in why] == never_asked
    for name in made.prompts:
        absent = [r for r in readings if name in r.answers and _is_absent(r.answers[name])]
        decisions = {suggestion(one).decision for one in absent}
        assert found.not_documented[name] == (decisions.pop() if len(decisions) == 1 else None)


def _is_absent(answer: Answer) -> bool:
    return all(leaf.status is Status.NOT_DOCUMENTED for _, leaf in answer.leaves())


def test_the_slow_way_knows_every_answer() -> None:
    assert len(every_answer("flags")) == 4**3
    assert len(every_answer("surgery")) == 4 * 9 + 3
    assert named("x", {})["says"] == "x"
    assert "studies" in SCHEMAS
