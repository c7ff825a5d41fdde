"""The ledger: what is read, what is refused, how figures are worded, which figures are one."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderflow.errors import LedgerError, UsageError
from borderflow.ledger import COLUMNS, Claim, Ledger, distinct, place_key, read_ledger, vocabulary, write_ledger
from borderflow.scenario import shipped
from borderflow.units import UNITS, convert_unit, read_unit
from borderflow.wording import open_up, read_hedge

SHARED = Path(__file__).parents[2] / "shared" / "evidence"
ROW = {
    "id": "T1", "date": "2031-05-02", "place": "Alpha / Beta", "country": "FI", "quantity": "queue_cars",
    "value": 120, "unit": "vehicles", "claim_status": "official", "publisher": "Border service",
}  # fmt: skip


def claim(**changes):
    return Claim(**(ROW | changes))


def write(path, *rows):
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "file", [shipped()["russia-2022"] / "evidence.csv", SHARED / "russia-2022.csv", SHARED / "ukraine-2022.csv"]
)
def test_ledgers_come_back_as_they_were(file, tmp_path):
    if not file.exists():
        pytest.skip(f"{file.name} of the shared evidence is not beside this checkout")
    ledger = read_ledger(file)
    write_ledger(ledger, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text("utf-8") == file.read_text("utf-8")  # line ends aside
    assert read_ledger(tmp_path / "again.csv").claims == ledger.claims


def test_bounds_hedge_and_direction_get_columns_of_their_own(tmp_path):
    one = claim(low=100, high=150, hedge="between", direction="in")
    write_ledger([one, claim(id="T2")], tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().splitlines()[0].endswith("known_on,low,high,hedge,direction")
    assert read_ledger(tmp_path / "x.csv").claims == (one, claim(id="T2"))


GOOD = "T1,2031-05-02,,Alpha,FI,queue_cars,120,vehicles,all,official,Somebody,,,2031-05-02"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([GOOD, GOOD], "x.csv:3: id: 'T1' stands already in line 2"),
        ([GOOD.replace("queue_cars", "queue_carz")], "x.csv:2: quantity: unknown quantity 'queue_carz' (did you mean 'queue_cars'?)"),
        ([GOOD.replace("vehicles", "furlongs")], "x.csv:2: unit: unknown unit 'furlongs'"),
        ([GOOD.replace("official", "oficial")], "x.csv:2: claim_status: must be 'official', 'media report', 'estimate', 'derived' or 'denied', got 'oficial' (did you mean 'official'?)"),
        ([GOOD.replace("2031-05-02,,", "2031-13-02,,")], "x.csv:2: date:"),
        ([GOOD.replace("2031-05-02,,", "2031-05-02,2031-05-01,")], "date_end 2031-05-01 is before date 2031-05-02"),
        ([GOOD.replace(",120,", ",many,")], "x.csv:2: value:"),
        ([GOOD.replace(",120,", ",-3,")], "x.csv:2: value:"),
        ([GOOD.replace(",120,", ",nan,")], "x.csv:2: value:"),
        ([GOOD.replace(",FI,", ",Finland,")], "x.csv:2: country:"),
        ([GOOD + ",7"], "x.csv:2: has 15 cells, the header has 14"),
        ([GOOD.replace("queue_cars,120,vehicles", "foot_allowed,2,flag")], "a flag is 1 or 0, got 2"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_file_line_and_field(tmp_path, rows, says):
    with pytest.raises(LedgerError) as caught:
        read_ledger(write(tmp_path / "x.csv", *rows))
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01", b"id,date\n", b'id,date\n"open'])
def test_files_that_are_no_ledger(tmp_path, data):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(LedgerError, match="x.csv"):
        read_ledger(tmp_path / "x.csv")
    with pytest.raises(LedgerError, match="file is missing"):
        read_ledger(tmp_path / "absent.csv")


def test_the_vocabulary_knows_every_shared_quantity():
    assert all(word.kind in ("stock", "flow", "state") for word in vocabulary().values())
    assert all(word.direction in ("in", "out", "both", "") for word in vocabulary().values())
    assert all(read_unit(word.unit) for word in vocabulary().values())
    assert all((word.unit == "flag") == (word.kind == "state") for word in vocabulary().values())


def test_known_by_cuts_at_the_day_and_a_missing_day_is_the_end_of_the_window():
    ledger = Ledger((claim(known_on="2031-05-03"), claim(id="T2", date_end="2031-05-09")))
    assert [len(ledger.known_by(date(2031, 5, day))) for day in (2, 3, 8, 9)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("note", "value", "bounds"),
    [
        ("", 53_136, (53_136, 53_136)),
        ("", 98_000, (97_500, 98_500)),
        ("", 60, (60, 60)),
        ("More than", 64_000, (64_000, float("inf"))),
        ("Satellite, so lower bound", 16, (16, float("inf"))),
        ("Witnesses, up to; CONFLICT with 3-4 days", 48, (0, 48)),
        ("About; 5,000 others elsewhere", 28_000, (26_600, 29_400)),
        ("Almost 5,000 including trucks; CONFLICT with 5,500", 5_000, (4_500, 5_000)),
        ("30-35 km; midpoint", 32.5, (30, 35)),
        ("2-4 days for one group", 72, (48, 96)),
        ("About 300 people waiting", 3, (3, 3)),  # hedges another figure
        ("Over half on foot", 700, (665, 735)),  # half a unit of the last digit, which is a tenth of the value at most
        ("10-23 Feb: earlier level", 16.5, (10, 23)),
        ("01:00-11:00, still waiting", 6, (6, 6)),
    ],
)
def test_bounds_follow_the_wording(note, value, bounds):
    assert claim(note=note, value=value).bounds() == pytest.approx(bounds)


@given(st.sampled_from(["exact", "about", "over", "up to", "between"]), st.floats(0, 1e9))
def test_bounds_hold_the_figure(hedge, value):
    low, high = open_up(hedge, value)
    assert low <= value <= high


@given(st.text(max_size=60), st.floats(0, 1e7))
def test_any_note_can_be_read(note, value):
    hedge, low, high = read_hedge(note, value)
    assert hedge in ("exact", "about", "over", "up to", "between")
    assert low is None or high is None or low <= high


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.floats(0.001, 1e6))
def test_units_convert_there_and_back(one, other, value):
    try:
        there = convert_unit(value, one, other)
    except UsageError:
        with pytest.raises(UsageError):
            convert_unit(value, other, one)
        return
    assert convert_unit(there, other, one) == pytest.approx(value)


def test_currencies_do_not_convert():
    with pytest.raises(UsageError, match="cannot convert 'EUR' to 'RUB'"):
        convert_unit(1, "EUR", "RUB")


def test_the_same_figure_through_several_publishers_counts_once():
    first = claim(claim_status="media report", publisher="A", known_on="2031-05-02")
    again = claim(id="T2", publisher="B", place="Beta / Alpha", known_on="2031-05-03")
    other = claim(id="T3", value=121)
    denied = claim(id="T4", claim_status="denied")
    figures = distinct([first, again, other, denied])
    assert [figure.claims for figure in figures] == [("T1", "T2"), ("T3",), ("T4",)]
    assert figures[0].claim is again  # official goes first
    assert figures[0].publishers == ("A", "B")


def test_the_same_figure_in_two_units_and_a_plan_on_two_days():
    hours = claim(quantity="wait_hours", unit="hours", value=48)
    days = claim(id="T2", quantity="wait_hours", unit="days", value=2)
    assert len(distinct([hours, days])) == 1
    plan = claim(quantity="mobilised_planned", unit="persons", value=9000)
    later = plan.model_copy(update={"id": "T2", "date": date(2031, 5, 9)})
    assert len(distinct([plan, later])) == 1
    assert len(distinct([claim(), claim(id="T2", date="2031-05-03")])) == 2


def test_statements_without_a_number_are_not_one_figure():
    said = claim(quantity="mobilisation_pool", unit="flag", value=1)
    assert len(distinct([said, said.model_copy(update={"id": "T2"})])) == 2


def test_place_keys_ignore_order_and_asides():
    assert place_key("Medyka / Shehyni") == place_key("Shehyni / Medyka (road)") != place_key("Medyka")
    assert place_key("(all)") == "all"
