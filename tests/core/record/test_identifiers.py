"""What tells who a record is of: what is found, what is left alone, and how a date moves in its own form."""

from __future__ import annotations

import pytest

from assistant.core.dates import PartialDate, parse_date
from assistant.core.record.identifiers import ONE_BY_ONE, Finder, common_words, deidentified

COMMON = common_words(
    [
        "patient pain the long norco for exam physical therapy was seen by strength code table section chapter left dear by"
    ]
)
SEEN = parse_date("2014-03-20")


def found(
    text: str, near: PartialDate | None = None, names: tuple[str, ...] = (), weeks: int = -2
) -> list[tuple[str, str, str]]:
    """Kind, words and what they become, of everything that is found in a text."""
    finder = Finder(weeks, COMMON)
    for one in names:
        finder.learn(one, "name", sure=True)
    finder.learn_from(text)
    return [(one.kind, one.words, one.becomes) for one in finder.spans(text, near)]


def test_a_date_moves_and_keeps_its_form() -> None:
    for said, moved in [
        ("2014-03-24", "2014-03-10"),
        ("March 24, 2014", "March 10, 2014"),
        ("MARCH 24, 2014", "MARCH 10, 2014"),
        ("24 March 2014", "10 March 2014"),
        ("Jan. 5, 2014", "Dec. 22, 2013"),
        ("May 6, 2014", "April 22, 2014"),
        ("03/09/2014", "02/23/2014"),
        ("3/24/14", "3/10/14"),
        ("03-24-2014", "03-10-2014"),
        ("March 20 and 24, 2014", "March 6 and 10, 2014"),
        ("March 10-20, 2014", "February 24, 2014 to March 6, 2014"),
        ("March 24th, 2014", "March 10th, 2014"),
        ("02/2014", "02/2014"),
    ]:
        assert found(f"Seen on {said}.") == [("date", said, moved)]


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("May of last year", "March 2013"),
        ("February of this year", "December 2013"),
        ("July 10 of the previous year", "May 15, 2013"),
        ("last May", "March 2013"),
        ("last January", "November 2013"),
    ],
)
def test_a_month_of_last_year_is_told_with_its_year(said: str, moved: str) -> None:
    assert found(f"Pain since {said}.", SEEN, weeks=-8) == [("short-date", said, moved)]


FORMS = """
4 Mar 2014 > 24 Dec 2013 | Mar. 4th, '14 > Dec. 24th, '13 | 2014-03-04 > 2013-12-24 | 03/04/14 > 12/24/13 | 3.4.14 > 12.24.13
20140304 > 20131224 | 4.3.1981 > 1.23.1981 | 24-Mar-14 > 13-Jan-14 | 24Mar2014 > 13Jan2014 | 24MAR14 > 13JAN14
24/Mar/2014 > 13/Jan/2014 | Mar-24-2014 > Jan-13-2014 | Mar-24-14 > Jan-13-14 | Mar.24,2014 > Jan.13,2014
March24,2014 > January13,2014 | MAR 24 2014 > JAN 13 2014 | March fourth, 2014 > December twenty-fourth, 2013
the twenty-fourth day of March, 2014 > the thirteenth day of January, 2014 | 2014/03/24 > 2014/01/13 | 2014.03.24 > 2014.01.13
2014-Mar-24 > 2014-Jan-13 | 2014 March 24 > 2014 January 13 | 03-24-14 > 01-13-14 | 24/03/2014 > 13/01/2014
24.03.2014 > 13.01.2014 | 03242014 > 01132014 | 03 24 2014 > 01 13 2014 | 03 / 24 / 2014 > 01 / 13 / 2014 | 3/ 24/14 > 1/ 13/14
March '14 > January '14 | March of '14 > January of '14 | Mar-2014 > Jan-2014 | MAR2014 > JAN2014 | 03-2014 > 01-2014
3/24-26/14 > 1/13/14-1/15/14 | 2014-W12 > 2014-W02 | 24.III.2014 > 13.I.2014 | 24 de marzo de 2014 > 13 de enero de 2014
2014-03-24T14:03 > 2014-01-13T14:03 | 2014-12-10 > 2014-10-01 | 20141210 > 20141001 | 20140324143022 > 20140113143022 | Mar 4/14 > Dec 24/13 | note_20140324.pdf > note_20140113.pdf
3/4/14-3/10/14 > 12/24/13-12/30/13 | Tuesday, March 4, 2014 > Tuesday, December 24, 2013 | in the fourth of March > in the twenty-fourth of December
the first of April > the twenty-first of January | Mar-14 > Jan-3 | 4-Mar > 24-Dec | 03-24 > 01-13 | 3/24 > 1/13 | 4th of March > 24th of December
in March > in January | 3/4, 3/11 and 3/18/14 > 12/24, 12/31 and 1/7/14 | 6/98 > 4/98 | Christmas 2013 > [holiday] 2013
DOB: 3.4.81 > DOB: [date of birth] | born on the fourth of March 1961 > born on the [date of birth] | D.O.B. 24-Mar-61 > D.O.B. [date of birth]
Date of birth 19610304 > Date of birth [date of birth] | born in 1961 > born in [date of birth]
"""


def test_whatever_form_a_date_has_it_moves_by_the_same_weeks_in_it() -> None:
    for line in FORMS.strip().splitlines():
        for said, moved in (one.split(" > ") for one in line.split(" | ")):
            finder = Finder(-10, COMMON)
            assert deidentified(f"Seen {said}, then.", finder, SEEN)[0] == f"Seen {moved}, then.", said


def test_years_move_too_where_they_are_cut_or_joined() -> None:
    for said, moved in (
        ("in '14", "in '13"),
        ("2013-14", "2012-13"),
        ("2013-2014", "2012-2013"),
        ("2012", "2011"),
    ):
        assert deidentified(f"So {said}.", Finder(-52, COMMON))[0] == f"So {moved}."


HIDDEN = {
    "names": "Dr. [JOSÉ NÚÑEZ] | Mr. [Élodie Ångström] | [JOSÉ NÚÑEZ], M.D. | Attn: [O'Malley] | ATTN [O’MALLEY] | "
    "Patient: [MUÑOZ, ÁNGEL] | Dear Ms. [d'Arcy] | Dr. [de la Cruz] | /s/ [Zoë Quist] | Mrs. [St. James-Holloway] | "
    "Signed by: [Q. R. Testwell] | cc: [Quist] | dr. [quist] | by [Q.T.] today | Interpreter: [Xóchitl Ruiz] | [Quist], MD",
    "places": "[Fresno, CA 93701] | [Fresno CA 93701-1234] | ZIP [93701] | zip code: [93701] | [93701-1234] | [CA 93701] | "
    "[Los Angeles, California 90001] | County of [Fresno] | [Kern County] | [14 INVENTED LANE] | [14 invented lane] | "
    "[P.O. Box 77] | [Apt 4B] | [12 N. 5th St., Suite 200] | [123 Calle Real] | City of [Bakersfield] | [34.05223, -118.24368]",
    "telephone and fax": "[(555) 010-0177] | [555-010-0177] | [555.010.0177] | [555 010 0177] | [5550100177] | [+1 555 010 0177] | "
    "[1-800-FLOWERS] | Tel [555-0177] | Fax: [555/010-0177] | [(555)010-0177 x123] | ext. [4471] | [+44 20 7946 0958] | "
    "[555–010–0177]",
    "mail": "[jane.doe@example.org] | [jane [at] example.org] | [jane (at) example (dot) org] | [jane at example dot org] | "
    "[JANE@EXAMPLE.ORG] | [jane @ example.org] | [jane{at}example.org] | [jane.doe at example.org] | [j_d+1@x-y.io]",
    "web": "[https://x.example.org/a] | [www.example.org] | [example.com/jane] | [portal.kaiser.org] | [@janedoe] | [10.0.0.12] | "
    "[2001:db8::1] | [00-1A-2B-3C-4D-5E] | [00:1A:2B:3C:4D:5E]",
    "social security": "SSN [123-45-6789] | SSN: [123 45 6789] | [123.45.6789] | SSN [123456789] | [XXX-XX-6789] | "
    "SSN ending in [6789] | SS# [123–45–6789]",
    "records and plans": "MRN# [004512] | MRN [004512] | Medical Record Number: [00 45 12] | Claim No: [ZZ-4471-9] | "
    "claim number is [4471-22] | Policy [WC-12345] | Acct. [4471-0] | Medi-Cal ID [91234567A] | Chart [20881] | "
    "Beneficiary No. [1EG4-TE5-MK73] | in [ADJ1234567] | File No. [12] | Accession [14-88122] | [4111 1111 1111 1111]",
    "licenses": "License [A123456] | Lic. No. [G45678] | CA Lic # [A-12345] | license number is [PT 23456] | DEA [BS1234563] | "
    "NPI [1234567890] | Driver's License [D1234567] | CDL: [N7654321] | Cert. #[QME-1234] | license no [C 54321] | [G-54321]",
    "work": "Badge [4471] | badge no. [4471] | Employee ID: [E-4471] | Emp # [4471] | employee number [44] | Personnel No [00447] | "
    "Payroll ID [4471-B] | Staff ID: [12] | User ID: [jdoe7] | ID #[4471] | Badge #[7]",
    "vehicles and devices": "VIN [1HGCM82633A004352] | [1HGCM82633A004352] | plate [ABC-1234] | [7ABC123] | Serial No. [SN-99-X1] | "
    "Model # [A4-22] | Lot [4471B] | Device ID: [0088] | Fingerprint ID [88-A1]",
    "ages": "a [92]-year-old | [92] y/o | [92]yo | age [92] | Age: [101] | [ninety-two]-year-old | [92]M with pain | a [nonagenarian]",
}  # fmt: skip


def test_an_identifier_is_found_in_each_way_it_is_written() -> None:
    for kind in HIDDEN:
        for written in HIDDEN[kind].split(" | "):
            before, _, rest = written.partition("[")
            secret, _, after = rest.rpartition("]")
            finder, text = Finder(-10, COMMON), f"He wrote {before}{secret}{after} and left."
            finder.learn_from(text)
            made, spans = deidentified(text, finder)
            assert secret not in made, made
            assert text[: text.index(secret)] == made[: text.index(secret)], made  # and nothing before it
            assert all(text[one.start : one.end] == one.words for one in spans)


LEFT = """
Strength is 5/5 in all groups | pain 8/10 | Pain is rated 8/10, down from 9/10 | reflexes 2/4 | deltoid 4/5, biceps 5/5 | 1/2 tablet
10/325 mg | 5-10 mg | 6/12 visits | L4-5 | T12-L1 | Table 8-8, p. 182 | section 9792.24.2 | chapter 12.2.14 | 120/80 | 24/7 | 3-4 weeks
for 92 days | CPT 72148 | code 97110, 97140 | 10-12 lb | L5/S1 | sensation 2/2 | E0730 | G0283 | MRI 1.5 T | 4.5 x 3.2 | 10,000 steps
at 10:30 | ratio 1:2:3 | a 47-year-old | the 12.5 mg | physical therapy | so McMurray is positive | a positive Lachman test | one may march on | extension 25% | 8 CCR 9792.21(d) | fever above 101 F
"""


def test_scores_levels_doses_and_codes_are_left_alone() -> None:
    for said in LEFT.replace("\n", " | ").strip(" |").split(" | "):
        assert found(f"so it has {said}.", SEEN) == [], said


def test_a_date_beside_a_score_is_no_score() -> None:
    assert [one[1] for one in found("pain since the fall 8/10", SEEN)] == ["8/10"]
    assert [one[1] for one in found("Strength was tested on 5/5", SEEN)] == ["5/5"]


def test_what_a_rule_finds() -> None:
    for text, kind, words, becomes in [
        ("DOB: 3/4/1961.", "birth", "3/4/1961", "[date of birth]"),
        ("Call (555) 010-0177 today", "contact", "(555) 010-0177", "[phone]"),
        ("q.testwell@example.org wrote", "contact", "q.testwell@example.org", "[e-mail]"),
        ("SSN 123-45-6789", "number", "123-45-6789", "[number]"),
        ("Claim No: ZZ-4471-9", "number", "ZZ-4471-9", "[number]"),
        ("MRN# 004512", "number", "004512", "[number]"),
        ("in ADJ1234567", "number", "ADJ1234567", "[number]"),
        ("14 Invented Lane", "address", "14 Invented Lane", "[address]"),
        ("a 92-year-old", "age", "92", "90+"),
        ("aged 101", "age", "101", "90+"),
        ("in 2012", "year", "2012", "2012"),
        ("Employer: Pretend Parcels", "organization", "Pretend Parcels", "[organization 1]"),
        ("pain for Zebulon Quist", "like-name", "Zebulon Quist", "[name]"),
    ]:
        assert (kind, words, becomes) in found(text)


def test_a_short_date_is_placed_by_its_document_and_only_suspected() -> None:
    assert found("Seen 1/5.", parse_date("2014-02-01")) == [("short-date", "1/5", "12/22")]
    assert found("Seen 3/5.", parse_date("2016-03-20")) == [("short-date", "3/5", "2/20")]  # over February 29
    assert "short-date" in ONE_BY_ONE


def test_a_name_is_one_in_all_its_forms() -> None:
    text = "Dr. Ann Sample wrote. SAMPLE, ANN; Sample's exam; Ann\nSample was seen."
    assert found("Seen by Dr. Exam.") == [("name", "Exam", "[name 1]")]  # whatever word it is
    assert {(kind, becomes) for kind, _, becomes in found(text)} == {("name", "[name 1]")}
    assert len(found(text)) == 4


def test_a_listed_name_is_found_without_title_and_a_common_part_of_it_is_suspected() -> None:
    text = "Long was seen; the long pain; QUENTIN LONG"
    known = [("like-name", "Long", "[name 1]"), ("name", "QUENTIN LONG", "[name 1]")]
    assert found(text, names=("Quentin Long",)) == known
