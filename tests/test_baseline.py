"""The headline numbers of one fixed run, to four significant digits: a change of any of them must be meant.

``python tools/update_baseline.py`` rewrites tests/baseline.yaml; the changelog says what moved and why.
"""

import math

import pytest

from benches import load_script


@pytest.fixture(scope="module")
def tool():
    return load_script("tools/update_baseline.py")


def test_the_headline_numbers_are_those_of_the_baseline(tool, tmp_path):
    new = tool.headline_numbers(tool.baseline_run(tmp_path / "run"))
    changed = tool.differences(tool.read(), new)
    assert not changed, "\n".join(
        [*changed, "if this is meant: python tools/update_baseline.py, and a line in the changelog"]
    )


def test_the_baseline_holds_about_thirty_rounded_numbers(tool):
    numbers = tool.read()
    assert len(numbers) >= 30
    assert all(math.isfinite(number) and number == tool.rounded(number) for number in numbers.values())
    assert sum(number != 0 for number in numbers.values()) == len(numbers)


def test_a_changed_number_is_named(tool):
    assert tool.differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ["b: 2 -> 3", "c: None -> 4"]
