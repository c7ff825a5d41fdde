"""Headings and entry marks: the day and the place that the lines below them belong to."""

from datetime import date

import pytest

from borderflow.articles import Article, read_evidence
from borderflow.articles.frames import frame_sentences
from borderflow.articles.tokens import split_sentences

DAY = date(2031, 5, 14)  # a Wednesday


def findings(text):
    return read_evidence(Article(text, "test"), published=DAY)


def found(text):
    return [(one.quantity, one.value, one.place, one.first.isoformat()) for one in findings(text)]


@pytest.mark.parametrize(
    ("mark", "day"),
    [
        ("14:05 - ", "2031-05-14"),
        ("[14.05] ", "2031-05-14"),
        ("12 May, 14:05: ", "2031-05-12"),
        ("Monday, 18:30 - ", "2031-05-12"),
        ("Tuesday 13 May, 7.15 pm | ", "2031-05-13"),
        ("12 мая, 14:05. ", "2031-05-12"),
        ("Понедельник, 21:40 — ", "2031-05-12"),
    ],
)
def test_an_entry_is_read_as_of_its_own_day(mark, day):
    assert found(f"Our live blog\n\n{mark}The queue at Narva is 3 km long.") == [
        ("queue_km", 3.0, "Ivangorod / Narva", day)
    ]


def test_entries_below_the_heading_of_a_day():
    text = "Narva, hour by hour\n\nTuesday, 13 May\n\n19:00 - The queue at Narva is 3 km long.\n\nMonday, 12 May\n\n21:45 - The queue at Narva is 5 km long."
    assert [one[3] for one in found(text)] == ["2031-05-13", "2031-05-12"]


def test_a_line_of_its_own_is_a_heading_and_wrapped_lines_are_none():
    text = "Narva\nThe queue of cars is 3 km long, and drivers in it say that they have\nwaited since the morning for the barrier to rise."
    assert [one.heading for one in frame_sentences(split_sentences(text), DAY)] == [True, False]
    wrapped = "The queue of cars\nat Narva is now\n3 km long, and the drivers\nwait since the morning"
    assert len(list(split_sentences(wrapped))) == 1


def test_the_place_of_a_heading_is_that_of_the_figures_below():
    text = "Narva\n- Queue of cars: 3 km.\n\nLuhamaa\n- The queue is 5 km long.\n- Waiting time: 7 hours."
    assert [one[:3] for one in found(text)] == [
        ("queue_km", 3.0, "Ivangorod / Narva"),
        ("queue_km", 5.0, "Shumilkino / Luhamaa"),
        ("wait_hours", 7.0, "Shumilkino / Luhamaa"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Georgia closes Verkhny Lars on Monday",  # a headline says what happened, not when the lines below were written
        "Elections on 30 May",
        "On Monday, the queue at Narva was 3 km long.",
        "At 14:05 the queue at Narva was 3 km long.",
    ],
)
def test_what_is_no_heading_of_a_day(line):
    text = f"{line}\n\nThe queue at Luhamaa is 5 km long."
    assert [framed.day for framed in frame_sentences(split_sentences(text), DAY)][-1] == DAY
