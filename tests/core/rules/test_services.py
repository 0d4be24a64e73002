"""Which set a service gets: its own, or the general one, and never that of a neighbour."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.rules.services import (
    GENERAL,
    ServiceWords,
    SetProposal,
    services_of,
)
from assistant.core.rules.services import propose_set as proposed

WORDINGS = Path(__file__).with_name("service_wordings.yaml")


def propose_set(service: str, region: str, services: Iterable[ServiceWords]) -> SetProposal:
    return proposed(service, region, services, library.intake("services"))


@pytest.fixture(scope="module")
def services() -> tuple[ServiceWords, ...]:
    return services_of(library.sources())


CHOSEN = [
    ("MRI of the lumbar spine without contrast", "", "lumbar-mri", "lumbar spine"),
    ("Repeat MRI", "low back", "lumbar-mri", "lumbar spine"),
    ("MRI left knee", "lumbar spine", "knee-mri", "knee"),
    ("MRI of the neck", "shoulder", "cervical-mri", "cervical spine"),
    ("CT scan, C5-C7", "", "cervical-mri", "cervical spine"),
    ("radiographs of the cervical spine, four views", "", "cervical-radiography", "cervical spine"),
    ("X-rays L-spine", "", "lumbar-radiographs", "lumbar spine"),
    ("EMG/NCV bilateral upper extremities", "cervical spine", "emg-ncs", "upper extremity"),
    ("electrodiagnostic studies", "lumbar spine", "emg-ncs", "lower extremity"),
    ("left L5-S1 transforaminal epidural steroid injection", "", "epidural-injection", "lumbar spine"),
    ("ESI, C6-7", "", "epidural-injection", "cervical spine"),
    ("right L4-5 medial branch blocks", "", "facet", "lumbar spine"),
    ("open carpal tunnel release, left hand", "", "carpal-tunnel-release", "wrist"),
    ("ACDF C6-C7", "", "cervical-surgery", "cervical spine"),
    ("L4-S1 fusion with a two-day stay", "", "lumbar-surgery", "lumbar spine"),
    ("L4-5 transforaminal lumbar interbody fusion, instrumented", "", "lumbar-surgery", "lumbar spine"),
    ("right L4-5 transforaminal epidural steroid injection", "", "epidural-injection", "lumbar spine"),
    ("arthroscopy with partial medial meniscectomy", "right knee", "knee-surgery", "knee"),
    ("12 visits of physical therapy after rotator cuff repair", "", "physical-therapy", ""),
    ("post-operative physical therapy", "shoulder", "physical-therapy", "shoulder"),
    ("post-fusion physical therapy", "neck", "physical-therapy", "cervical spine"),
    ("referral to pain management for an epidural injection", "low back", "consultation", "lumbar spine"),
    ("surgical consultation", "knee", "consultation", "knee"),
    ("psychological evaluation before a fusion", "lumbar spine", "psychotherapy", "lumbar spine"),
    ("30-day trial of a TENS unit", "lumbar spine", "electrotherapy", "lumbar spine"),
    ("H-wave unit, purchase", "shoulder", "electrotherapy", "shoulder"),
    ("urine drug screens", "", "urine-drug-tests", ""),
    ("Norco 10/325 mg #90", "lumbar spine", "opioids", "lumbar spine"),
    ("hydrocodone/ibuprofen 7.5/200", "", "opioids", ""),
    ("Duragesic patches", "", "opioids", ""),
    ("cyclobenzaprine 7.5 mg", "", "muscle-relaxants", ""),
    ("omeprazole 20 mg", "", "nsaids", ""),
    ("Lyrica", "", "gabapentinoids", ""),
    ("flurbiprofen 20%/cyclobenzaprine 4%/lidocaine 5% cream", "", "topical-compound", ""),
    ("topical gabapentin", "", "topical-compound", ""),
    ("Voltaren 1% gel", "", "topical-compound", ""),
    ("ketoprofen 20% 120 g", "", "topical-compound", ""),
    ("gabapentin 10%/amitriptyline 10%/bupivacaine 5% in cream base", "", "topical-compound", ""),
    ("MRI for the lumbar spine", "", "lumbar-mri", "lumbar spine"),
    ("Request for authorization: MRI lumbar spine", "", "lumbar-mri", "lumbar spine"),
    ("12 visits for physical therapy", "knee", "physical-therapy", "knee"),
    ("TFESI bilateral L5-S1", "", "epidural-injection", "lumbar spine"),
    ("fusion of L4 to the sacrum", "", "lumbar-surgery", "lumbar spine"),
    ("transforaminal interbody fusion L5-S1", "", "lumbar-surgery", "lumbar spine"),
    ("transforaminal lumbar interbody fusion", "", "lumbar-surgery", "lumbar spine"),
    ("subacromial decompression, distal clavicle excision", "shoulder", "shoulder-surgery", "shoulder"),
    ("arthroscopy, sling, pain pump", "left shoulder", "shoulder-surgery", "shoulder"),
    ("referral to a surgeon", "", "consultation", ""),
    ("zolpidem", "", "hypnotics", ""),
    ("80 hours of a functional restoration program", "", "functional-restoration", ""),
]


def test_a_service_gets_the_set_that_is_for_it(services: tuple[ServiceWords, ...]) -> None:
    for service, given, chosen, region in CHOSEN:
        made = propose_set(service, given, services)
        assert (made.prompt_set, made.region if region else "") == (chosen, region)


WITHOUT_A_SET = [
    ("MRI of the thoracic spine", ""),
    ("MRI of the brain", "head"),
    ("CT of the lumbar spine", ""),
    ("X-rays of the knee", ""),
    ("MRI", "hip"),
    ("lumbar discogram", ""),
    ("sacroiliac joint injection", "lumbar spine"),
    ("trigger point injections", "neck"),
    ("radiofrequency ablation of the genicular nerves", "knee"),
    ("cubital tunnel release", "elbow"),
    ("spinal decompression therapy, 20 visits", "lumbar spine"),
    ("spinal cord stimulator trial", "lumbar spine"),
    ("cold therapy unit after knee arthroscopy", "knee"),
    ("lumbar brace following fusion", ""),
    ("hardware removal", "lumbar spine"),
    ("gym membership", "lumbar spine"),
    ("manipulation under anesthesia", "shoulder"),
    ("sumatriptan", "head"),
    ("", "knee"),
    ("spinal surgery", "spine"),
    ("scapular MRI", "shoulder"),
    ("MRI of the clavicle", "shoulder"),
    ("MRI of the brachial plexus", "neck"),
    ("MRI of the sacrum and coccyx", "low back"),
    ("MRI of the brain", "neck"),
    ("CT angiogram of the neck", "neck"),
    ("chest x-ray", "lumbar spine"),
    ("RFA of the SI joint", "low back"),
    ("CT scan", ""),
    ("hernia surgery", ""),
    ("hernia surgery", "lumbar spine"),
    ("inpatient stay for lumbar fusion", "low back"),
    ("cold compression unit for knee surgery", "knee"),
    ("surface EMG", "low back"),
    ("EMG of the facial nerve", ""),
    ("carpal tunnel release and trigger finger release", "wrist"),
    ("intramuscular Toradol", ""),
]


def test_a_service_without_a_set_gets_the_general_one(services: tuple[ServiceWords, ...]) -> None:
    for service, given in WITHOUT_A_SET:
        assert propose_set(service, given, services).prompt_set == GENERAL


SEVERAL = [
    ("acupuncture and spinal manipulation", ("acupuncture", "chiropractic")),
    ("Norco 10/325 mg #90, Flexeril 10 mg", ("opioids", "muscle-relaxants")),
    ("omeprazole 20 mg and a topical cream", ("nsaids", "topical-compound")),
    ("gabapentin 300 mg and lidocaine patches", ("gabapentinoids", "topical-compound")),
    ("MRI of the neck and EMG", ("cervical-mri",)),
    ("a consultation and 6 sessions of CBT", ("consultation", "psychotherapy")),
]


def test_several_services_in_one_get_the_general_set_and_are_named(
    services: tuple[ServiceWords, ...],
) -> None:
    for service, candidates in SEVERAL:
        made = propose_set(service, "", services)
        assert made.prompt_set == GENERAL
        assert made.candidates[: len(candidates)] == candidates


def test_what_reports_and_requests_write_leads_to_the_set_or_to_the_general_one(
    services: tuple[ServiceWords, ...],
) -> None:
    wanted = yaml.parse_yaml(WORDINGS.read_text(), WORDINGS.name).data
    missed = [
        (service, chosen, made)
        for chosen, regions in wanted.items()
        for region, several in regions.items()
        for service in several
        if (made := propose_set(service, region, services).prompt_set) != chosen
    ]
    assert missed == []


SOUNDS_LIKE_ONE = [
    "metoprolol",
    "loprazolam",
    "methylphenidate",
    "naltrexone",
    "ketamine",
    "operating room",
    "lumpectomy",
]


def test_another_word_that_only_sounds_like_one_is_not_taken_for_it(
    services: tuple[ServiceWords, ...],
) -> None:
    for service in SOUNDS_LIKE_ONE:
        assert propose_set(service, "low back", services).prompt_set == GENERAL


def test_a_limb_beside_a_part_of_it_names_the_part(services: tuple[ServiceWords, ...]) -> None:
    made = propose_set("MRI of any joint of the lower extremity, right knee", "", services)
    assert (made.prompt_set, made.region) == ("knee-mri", "knee")


def test_a_set_without_words_goes_by_its_service() -> None:
    own = ServiceWords("my-set", "Mine", "sleep study", (), ("sleep study",))
    assert propose_set("a sleep study at home", "", [own]) == SetProposal("my-set", "", ("my-set",))


def test_of_two_sets_for_one_service_a_persons_own_is_proposed(
    services: tuple[ServiceWords, ...],
) -> None:
    own = ServiceWords("my-acupuncture", "Mine", "acupuncture", (), ("acupuncture",))
    assert propose_set("acupuncture", "", [*services, own]).prompt_set == "my-acupuncture"


def test_the_words_of_every_set_lead_to_it(services: tuple[ServiceWords, ...]) -> None:
    for one in services:
        for word in one.words:
            for region in one.regions or ("",):
                made = propose_set(word, region, services)
                assert made.prompt_set == one.prompt_set, (one.prompt_set, word)
