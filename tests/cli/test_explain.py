"""explain reads a file and touches nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.data import shipped
from tests.cli.support import CONFIG, edibridge, in_process, installation
from tests.system.traffic import order, ship_notice, x12

GOOD = shipped("samples") / "x12/856_plain.edi"
DROPPED = shipped("samples") / "drop/label_requests.csv"
MIXED = shipped("samples") / "x12/214_bad_sibling.edi"


def test_a_good_file_is_told_in_the_agreed_shape_without_any_configuration(tmp_path: Path) -> None:
    done = edibridge("explain", GOOD, "--json", folder=tmp_path)
    assert done.code == 0, done.err
    assert done.json["file"] == GOOD.name
    [interchange] = done.json["interchanges"]
    assert interchange["standard"] == "x12"
    assert {"control_number", "sender", "receiver"} <= interchange.keys()
    [document] = interchange["documents"]
    assert {"type", "reference", "segment", "accepted", "errors", "requests", "held"} <= document.keys()
    [request] = document["requests"]
    expected = json.loads(GOOD.with_suffix(".expected.json").read_text())
    assert request == expected["documents"][0]["requests"][0]
    assert "AK1" in done.json["acknowledgement"]
    assert not list(tmp_path.iterdir())


def test_a_file_with_a_bad_document_exits_1_and_its_siblings_are_told(tmp_path: Path) -> None:
    done = in_process("explain", MIXED, "--json", folder=tmp_path)
    assert done.code == 1
    documents = done.json["interchanges"][0]["documents"]
    assert [document["accepted"] for document in documents] == [True, False, False, True]
    error = documents[1]["errors"][0]
    assert (error["segment"], error["position"], error["element"]) == ("AT7", 8, 6)


def test_the_bad_element_is_marked_for_people(tmp_path: Path) -> None:
    lines = in_process("explain", MIXED, folder=tmp_path).out.splitlines()
    marked = next(number for number, line in enumerate(lines) if "^ AT706 Time: the time is invalid" in line)
    assert lines[marked].index("^") == lines[marked - 1].index("2527")


def test_a_file_is_read_as_a_vendors(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    done = in_process("explain", GOOD, "--vendor", "acme", "--json", folder=folder)
    [document] = done.json["interchanges"][0]["documents"]
    assert document["held"], "its warehouse is not one of this vendor's"
    assert done.code == 1


def test_standard_input_is_read_as_a_file(tmp_path: Path) -> None:
    done = edibridge("explain", "-", "--json", folder=tmp_path, stdin=GOOD.read_bytes())
    assert (done.code, done.json["file"]) == (0, "-")


def test_each_order_of_a_drop_file_is_told_in_the_agreed_shape(tmp_path: Path) -> None:
    done = in_process("explain", DROPPED, "--json", folder=tmp_path)
    assert done.code == 1
    assert (done.json["interchanges"], done.json["acknowledgement"]) == ([], "")
    expected = json.loads(DROPPED.with_name("label_requests.csv.expected.json").read_text())["records"]
    records = done.json["records"]
    assert [one["reference"] for one in records] == [one["reference"] for one in expected]
    bodies = [request["body"] for one in expected for request in one["requests"]]
    assert [request["body"] for one in records for request in one["requests"]] == bodies
    assert {one["type"] for one in records} == {"label-request"}
    assert [one["accepted"] for one in records] == [not one["errors"] for one in expected]
    assert (records[0]["segment"], records[-1]["segment"]) == (2, 12)
    error = records[-1]["errors"][0]
    assert (error["segment"], error["position"], error["element"], error["code"]) == (
        "row",
        12,
        3,
        "SHIP_DATE",
    )


def test_a_drop_file_is_told_to_people_row_by_row(tmp_path: Path) -> None:
    text = in_process("explain", DROPPED, folder=tmp_path).out
    assert "label requests in CSV; 9 orders: 3 requests, 6 invalid" in text
    assert "  rows 2-4, order DQ7T4M2ZP: label request for 2 packages, to be shipped on 2026-03-04\n" in text
    assert "    ! row 6: weight_unit 'LBX' is not known: write KG, G, LB or OZ (column 6) [UNIT]" in text
    assert "  ... row 11 to row 12: 1 request, 1 invalid; --all shows them" in text
    assert "row 12: ship_date: '3/4/2026' may be read as two days" in " ".join(
        in_process("explain", DROPPED, "--all", folder=tmp_path).out.split()
    )


def test_numbers_of_a_body_are_told_as_they_are_sent(tmp_path: Path) -> None:
    sample = shipped("samples") / "drop/buy_shipping.csv"
    text = in_process("explain", sample, folder=tmp_path).out
    assert "Value: 10.25" in text
    assert "Amount: 25.50" in text
    expected = json.loads(sample.with_name("buy_shipping.csv.expected.json").read_text())["records"]
    told = in_process("explain", sample, "--json", folder=tmp_path).json["records"]
    assert [one["requests"] for one in told] == [one["requests"] for one in expected]


def test_an_order_of_a_drop_file_that_is_held_exits_1(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    (folder / "wanted.json").write_text('{"purchaseOrderNumber": "PO1", "ship_from": "OTHER"}')
    done = in_process("explain", "wanted.json", "--vendor", "acme", "--json", folder=folder)
    assert done.code == 1
    [record] = done.json["records"]
    assert (record["accepted"], record["requests"]) == (True, [])
    assert "OTHER" in record["held"][0]


def test_a_good_drop_file_exits_0_and_one_that_cannot_be_read_exits_1_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("purchase_order_number\nPO1\n")
    assert in_process("explain", "good.csv", folder=tmp_path).code == 0
    (tmp_path / "empty.csv").write_text("purchase_order_number\n")
    assert in_process("explain", "empty.csv", folder=tmp_path).code == 0
    (tmp_path / "bad.csv").write_text("purchase_order_number,colour\nPO1,red\n")
    done = in_process("explain", "bad.csv", "--json", folder=tmp_path)
    assert (done.code, done.json["records"]) == (1, [])
    assert "unknown columns in the first row: 'colour'" in done.json["unreadable"][0]["message"]
    told = " ".join(in_process("explain", "bad.csv", folder=tmp_path).out.split())
    assert "it cannot be read, and would be quarantined" in told


@pytest.mark.parametrize(
    ("settings", "tags"),
    [
        ("", ["ST*997"]),
        ('acknowledgement_kind = "999"', ["ST*999"]),
        ('ta1 = "always"', ["TA1*", "ST*997"]),
        ('acknowledgement_kind = "999"\nta1 = "always"', ["TA1*", "ST*999"]),
        ('acknowledgements = "never"', []),
    ],
)
def test_the_acknowledgement_is_as_the_vendor_gets_it(settings: str, tags: list[str], tmp_path: Path) -> None:
    text = CONFIG.replace('selling_party = "ACMEV"', f'selling_party = "ACMEV"\n{settings}')
    folder = installation(tmp_path, text)
    done = in_process("explain", GOOD, "--vendor", "acme", "--json", folder=folder)
    found = [
        tag
        for tag in ("TA1*", "ST*997", "ST*999")
        if f"~{tag}" in done.json["acknowledgement"].replace("\n", "")
    ]
    assert found == tags


def test_a_file_without_any_edi_exits_1_and_says_so(tmp_path: Path) -> None:
    letter = tmp_path / "letter.edi"
    letter.write_text("Dear Amazon,\n")
    done = in_process("explain", letter, folder=tmp_path)
    assert done.code == 1
    assert "cannot be read: no ISA, UNA or UNB begins here" in done.out


def test_what_a_run_takes_from_the_orders_label_is_told(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    body = [segment for segment in ship_notice(1) if not segment.startswith("TD5")]
    body = [segment.replace("*92*ABCD", "*92*ACMW1").partition("**CP*")[0] for segment in body]
    file = tmp_path / "shipped.edi"
    file.write_bytes(x12("856", "SH", "004010", 1, [body]))
    done = in_process("explain", file, "--vendor", "acme", "--json", folder=folder)
    [document] = done.json["interchanges"][0]["documents"]
    assert [error["code"] for error in document["errors"]] == ["MISSING_SHIP_METHOD"]
    [note] = [one for one in document["notes"] if one["code"] == "LABEL"]
    told = f"a run takes it from the newest label of order {order(1)}, if one was fetched"
    assert note["message"] == f"packages without a ship method and a tracking number: {told}"
    lines = in_process("explain", file, "--vendor", "acme", folder=folder).out
    assert told in " ".join(lines.split())


def edited(folder: Path, *changes: tuple[str, str], sample: Path = GOOD) -> Path:
    """Write a sample with some of its text replaced."""
    text = sample.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "edited.edi"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "where", "code", "message"),
    [
        (("GE*1*101", "GE*3*101"), "groups", "5", "GE counts 3, there are 1 transaction sets"),
        (("GE*1*101", "GE*1*102"), "groups", "4", "the control numbers of GS and GE do not match"),
        (("GE*1*101~\n", ""), "groups", "3", "the functional group trailer (GE) is missing"),
        (("IEA*1*000000101~\n", ""), "interchange", "023", "the interchange ends without its trailer (IEA)"),
        (
            ("IEA*1*", "IEA*4*"),
            "interchange",
            "021",
            "the number of groups in IEA does not match the actual count",
        ),
    ],
)
def test_faults_of_an_envelope_are_told_as_in_the_acknowledgement(
    change: tuple[str, str], where: str, code: str, message: str, tmp_path: Path
) -> None:
    path = edited(tmp_path, change)
    done = in_process("explain", path, "--json", folder=tmp_path)
    [interchange] = done.json["interchanges"]
    [group] = interchange["groups"]
    assert (group["functional_id"], group["control_number"], group["errors"]) == ("SH", "101", [])
    notes = group["notes"] if where == "groups" else interchange["notes"]
    assert (code, message) in [(note["code"], note["message"]) for note in notes]
    if where == "groups":
        assert f"*{code}~" in next(one for one in done.json["acknowledgement"].split("AK9")[1:])[:12]
    text = in_process("explain", path, folder=tmp_path).out
    owner = "group 101 (SH): " if where == "groups" else ""
    assert f"  ~ {owner}{message} [{code}]" in text


def test_a_group_that_rejects_what_is_in_it_is_told(tmp_path: Path) -> None:
    path = edited(tmp_path, ("GS*SH*ACMESHIP*EDIBRIDGE*", "GS*SH*ACMESHIP**"))
    done = in_process("explain", path, "--json", folder=tmp_path)
    assert done.code == 1
    [group] = done.json["interchanges"][0]["groups"]
    assert [error["message"] for error in group["errors"]] == ["GS03 names no receiver"]
    assert (
        "  ! group 101 (SH): GS03 names no receiver [1]" in in_process("explain", path, folder=tmp_path).out
    )


def test_the_element_of_the_isa_that_is_too_long_is_named(tmp_path: Path) -> None:
    path = edited(tmp_path, ("*ZZ*EDIBRIDGE      *", "*ZZ*EDIBRIDGE OF THE WEST*"))
    done = in_process("explain", path, "--json", folder=tmp_path)
    [stretch] = done.json["unreadable"]
    assert (stretch["segment"], stretch["element"], stretch["code"]) == ("ISA", 8, "008")
    assert "ISA08 has more than 15 characters" in stretch["message"]
    assert "ISA08 has more than 15 characters" in in_process("explain", path, folder=tmp_path).out


def test_a_mandatory_segment_that_is_missing_is_named_where_it_belongs(tmp_path: Path) -> None:
    x12 = edited(tmp_path, ("BSN*00*SH260302A*20260302*0915*0001~\n", ""), ("SE*22", "SE*21"))
    done = in_process("explain", x12, "--json", folder=tmp_path)
    [error] = done.json["interchanges"][0]["documents"][0]["errors"]
    assert (error["segment"], error["position"], error["code"]) == ("BSN", 2, "3")
    lines = in_process("explain", x12, folder=tmp_path).out.splitlines()
    marked = next(
        number for number, line in enumerate(lines) if "the mandatory segment BSN is missing" in line
    )
    assert "BSN Beginning Segment for Ship Notice" in lines[marked]
    assert "HL*1**S" in lines[marked - 1]
    edifact = edited(
        tmp_path,
        ("BGM+351+DES260302A+9'\n", ""),
        ("UNT+24", "UNT+23"),
        sample=GOOD.parents[1] / "edifact" / "desadv_plain.edi",
    )
    text = in_process("explain", edifact, folder=tmp_path).out
    assert "^ BGM Beginning of Message: segment BGM is missing [13]" in text


@pytest.mark.parametrize(
    ("sample", "changes", "told"),
    [
        (GOOD, (("ST*856", "ST*810"), ("GS*SH", "GS*IN")), "810 documents are not supported, right or wrong"),
        (GOOD, (("ST*856", "ST*850"), ("GS*SH", "GS*PO")), "supported are 214, 855, 856"),
        (GOOD, (("X*004010", "X*003060"),), "856 of 003060 is not supported"),
        (
            GOOD.parents[1] / "edifact" / "desadv_plain.edi",
            (("UNH+1+DESADV", "UNH+1+INVOIC"),),
            "INVOIC documents are not supported",
        ),
    ],
)
def test_a_type_that_is_not_supported_is_told_as_one(
    sample: Path, changes: tuple[tuple[str, str], ...], told: str, tmp_path: Path
) -> None:
    path = edited(tmp_path, *changes, sample=sample)
    done = in_process("explain", path, "--json", folder=tmp_path)
    [document] = done.json["interchanges"][0]["documents"]
    assert (done.code, document["accepted"], document["supported"]) == (1, False, False)
    text = " ".join(in_process("explain", path, folder=tmp_path).out.split())
    assert told in text
    assert "corrected" not in text


def test_a_wrong_document_of_a_supported_type_is_to_be_sent_again(tmp_path: Path) -> None:
    done = in_process("explain", MIXED, "--json", folder=tmp_path)
    assert {one["supported"] for one in done.json["interchanges"][0]["documents"]} == {True}
    assert "its sender has to send it again, corrected" in in_process("explain", MIXED, folder=tmp_path).out


def test_without_a_name_the_only_vendor_is_taken(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    done = in_process("explain", GOOD, "--json", folder=folder)
    assert (done.json["vendor"], done.json["placeholders"]) == ("acme", False)
    assert done.json == in_process("explain", GOOD, "--vendor", "acme", "--json", folder=folder).json
    assert "Read as a file of acme." in in_process("explain", GOOD, folder=folder).out


def test_of_several_vendors_none_is_taken_and_placeholders_are_told(tmp_path: Path) -> None:
    first = CONFIG[CONFIG.index("[vendors.acme]") :]
    other = first.replace("acme", "globex").replace('"drop"', '"other"').replace("ACM", "GLO")
    folder = installation(tmp_path, CONFIG + other)
    done = in_process("explain", GOOD, "--json", folder=folder)
    assert (done.json["vendor"], done.json["placeholders"]) == (None, True)
    text = " ".join(in_process("explain", GOOD, folder=folder).out.split())
    assert "placeholders (SELLINGPARTY, WAREHOUSE) stand for a partner's settings" in text
    assert "--vendor NAME reads it as one's (acme, globex)" in text


def test_without_a_configuration_placeholders_are_told_to_scripts(tmp_path: Path) -> None:
    done = in_process("explain", GOOD, "--json", folder=tmp_path)
    assert (done.json["vendor"], done.json["placeholders"]) == (None, True)
