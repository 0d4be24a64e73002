"""Whose claim a packet is of: the facts of the claim, and the documents and pages that are another person's."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.dates import parse_date
from assistant.core.record.claim import claim_facts, outsiders, pages_of_others
from assistant.core.record.sentences import PacketDocument


def test_a_claim_fact_is_what_most_pages_say_and_names_the_others() -> None:
    pages = [
        "Employee: Jane Doe  Date of injury: 02/09/2021 Claim: AB-12-345",
        "Patient: Doe, Jane DOB: 07/19/1976\nDOI: 2/9/2021",
        "Patient: DOE, JANE\nDate of injury: 09/02/2021",
        "Name: Hortensia Quill, MD",
    ]
    documents = [PacketDocument(f"d{n}", "Progress note", None, [page]) for n, page in enumerate(pages)]
    facts = claim_facts(documents, library.intake("documents"))
    assert facts["injury"].value == "2021-02-09"
    assert [value for value, _ in facts["injury"].others] == ["2021-09-02"]
    assert (facts["employee"].value, facts["employee"].others) == ("Jane Doe", ())
    assert facts["born"].value == "1976-07-19"


def test_a_date_that_was_hard_to_read_is_no_fact() -> None:
    documents = [PacketDocument("d", "Progress note", None, ["Date of injury: ‹02/09/2021›"])]
    assert claim_facts(documents, library.intake("documents")) == {}


def test_what_stands_below_its_label_is_read_and_the_names_of_others_are_no_patient() -> None:
    page = (
        "Employee Name:   Date of Injury:   Date of Birth:\nMouse, Max   05/06/2019   12/09/1971\n"
        "Provider Name:   Practice Name:   Specialty:\nAda Lark,   Lark Spine   Surgery\nMD"
    )
    facts = claim_facts(
        [PacketDocument("rfa", "Request for authorization", None, [page])], library.intake("documents")
    )
    assert {name: (one.value, one.others) for name, one in facts.items()} == {
        "employee": ("Max Mouse", ()),
        "injury": ("2019-05-06", ()),
        "born": ("1971-12-09", ()),
    }
    assert " ".join(facts["injury"].evidence.quote.split()) in " ".join(page.split())


@pytest.mark.parametrize(
    ("pages", "others"),
    [
        (("Patient: Ann Low", "Patient: Low, Ann", "Patient: A. Low"), {}),
        (("Patient: Ann Low", "Patient: Ann Low", "Patient: Jane Roe"), {3: "another name: Jane Roe"}),
        (
            ("Patient: Ann Low DOB: 1/2/1970", "DOB: 1/2/1970", "Patient: Ann Low DOB: 3/4/1981"),
            {3: "another date of birth: 1981-03-04"},
        ),
        (("Patient: Ann Low DOB: 1/2/1970", "DOB: 1/2/1970", "Patient: Ann Smith\nDOB: 1/2/1970"), {}),
        (("Patient: Ann Low", "Provider name: Jane Roe, MD", "Patient: Ann Low"), {}),
    ],
)
def test_a_page_with_another_name_or_date_of_birth_is_another_persons(
    pages: tuple[str, ...], others: dict[int, str]
) -> None:
    found = pages_of_others([PacketDocument("d", "Progress note", None, pages)], library.intake("documents"))
    assert {page: said for (_, page), said in found.items()} == others


def test_all_pages_of_a_document_that_names_another_are_that_persons() -> None:
    own = PacketDocument("ur", "Utilization review report", None, ("Patient: Ann Low",))
    note = PacketDocument("note", "Progress note", None, ("Patient: Jane Roe", "No fever."))
    found = pages_of_others([own, note], library.intake("documents"))
    assert found == {("note", 1): "another name: Jane Roe", ("note", 2): "another name: Jane Roe"}


def test_a_document_without_a_name_is_told_by_age_and_sex() -> None:
    for note, other in [
        ("This is a 61-year-old right-handed woman. No fever.", "another sex: 61-year-old woman"),
        ("She is seen for her neck.\nAge/Sex: 47/F", "another sex: 47-year-old woman"),
        ("Gender: female", "another sex: woman"),
        ("HPI: 61F with neck pain.", "another sex: 61-year-old woman"),
        ("98.6 F. 60 M down the hall.", ""),
        ("The patient is a 61 y/o male.", "another age: 61"),
        ("Mr. Roe was a 29-year-old man.", "another age: 29"),
        ("The patient is a 45-year-old man.", ""),
        ("His mother is a 70-year-old woman.", ""),
        ("He was struck by a 61-year-old woman at the wheel.", ""),
        ("Patient: Ann Low\nThis is a 61-year-old woman.", ""),
    ]:
        own = [
            PacketDocument(
                "ur",
                "Utilization review report",
                parse_date("2016-05-24"),
                ("Patient: Ann Low\nA 46-year-old man.",),
            ),
            PacketDocument(
                "a", "Progress note", parse_date("2015-01-02"), ("This is a 44-year-old gentleman.",)
            ),
        ]
        held = PacketDocument("n", "Progress note", parse_date("2016-02-01"), (note, "Second page."))
        found = pages_of_others([*own, held], library.intake("documents"))
        assert found == ({("n", 1): other, ("n", 2): other} if other else {})


def test_two_documents_that_differ_say_nothing_of_whose_they_are() -> None:
    pages = ("A 44-year-old man.", "A 61-year-old woman.")
    held = [
        PacketDocument(f"d{n}", "Progress note", parse_date("2016-02-01"), (page,))
        for n, page in enumerate(pages)
    ]
    assert pages_of_others(held, library.intake("documents")) == {}


def test_the_blanks_of_a_form_are_read_past_the_hint_on_how_to_fill_them_in() -> None:
    page = "Employee Name (First, MI, Last): Jane Q. Roe\nDate of Injury (MM/DD/YYYY): 03/22/2017\nClaim # CB/88/20191\nRE: UTILIZATION REVIEW"
    facts = claim_facts(
        [PacketDocument("a", "Request for authorization", None, [page])], library.intake("documents")
    )
    assert {name: fact.value for name, fact in facts.items()} == {
        "employee": "Jane Q. Roe", "injury": "2017-03-22", "claim_number": "CB/88/20191",
    }  # fmt: skip


def test_of_two_claims_one_persons_name_birth_and_number_are_settled_together() -> None:
    ours = "Patient: Jane Roe\nDOB: 06/21/1985\nClaim Number: AA-1001"
    theirs = "Patient: Max Poe\nDOB: 03/03/1982\nClaim Number: BB-2002"
    kinds = {"Utilization review report": ours.split("\nDOB")[0], "Progress note": ours}
    documents = [PacketDocument(kind, kind, None, [page]) for kind, page in kinds.items()]
    documents += [PacketDocument(f"other {at}", "Request for authorization", None, [theirs]) for at in "ab"]
    documents.append(PacketDocument("rfa", "Request for authorization", None, [ours, ours, ours]))
    facts = claim_facts(documents, library.intake("documents"))
    assert [facts[name].value for name in ("employee", "born", "claim_number")] == [
        "Jane Roe",
        "1985-06-21",
        "AA-1001",
    ]
    assert len(outsiders(facts)) == 1


def test_a_claim_number_whose_end_is_missing_is_that_of_the_same_claim() -> None:
    pages = ("Claim Number: 55-20193-WC", "Claim Number: 55-20193", "Claim Number: 55-20194-WC")
    documents = [PacketDocument(str(at), "Progress note", None, [page]) for at, page in enumerate(pages)]
    made = outsiders(
        claim_facts(
            [*documents, PacketDocument("r", "Request for authorization", None, pages[:1])],
            library.intake("documents"),
        )
    )
    assert [one.said for one in made] == [(("claim_number", "55-20194-WC"),)]
