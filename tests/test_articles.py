"""Reading articles: files, numbers, dates, places, claims, events, and what is never trusted."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches import load_script
from borderflow.articles import MOST_CHOSEN, Article, RuleExtractor, as_claims, read_article, read_evidence
from borderflow.articles.cues import find_cues
from borderflow.articles.dates import find_dates
from borderflow.articles.lexicon import load_lexicon
from borderflow.articles.numbers import find_amounts
from borderflow.articles.plugins import LLMExtractor, SpacyExtractor
from borderflow.articles.tokens import split_sentences
from borderflow.errors import UsageError
from borderflow.ledger import read_ledger, vocabulary, write_ledger
from borderflow.naming import resolve_place, shipped_names, stem
from borderflow.scenario import load
from pages import pdf_of, pdf_of_columns

DAY = date(2031, 5, 14)  # a Wednesday


def findings(text, day=DAY, **options):
    return read_evidence(Article(text, "test"), published=day, **options)


def short(one):
    return one.quantity, one.value, one.place, one.first.isoformat(), one.last.isoformat()


# --- files -------------------------------------------------------------------------------------------------------------


def test_html_without_scripts_menus_and_comments(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        """<!DOCTYPE html><html><head><title>T</title><meta property="article:published_time" content="2031-05-14T08:00:00Z">
        <style>p{color:red}</style><script>document.write("<p>The queue at Narva is 99 km long.</p>")</script></head><body>
        <nav>Home 12,000 arrivals</nav><p>The queue at Narva is <b>3&nbsp;km</b> long.</p><!-- 4 km --><script>alert(1)
        </script><footer>5 km</footer></body></html>""",
        encoding="utf-8",
    )
    article = read_article(page)
    assert article.published == DAY
    assert [short(one) for one in read_evidence(article)] == [
        ("queue_km", 3.0, "Ivangorod / Narva", "2031-05-14", "2031-05-14")
    ]


def test_pdf_with_text(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf_of("On Tuesday 4,210 people entered Georgia."))
    assert [short(one) for one in read_evidence(tmp_path / "a.pdf", published=DAY)] == [
        ("arrivals_daily", 4210.0, "Georgia", "2031-05-13", "2031-05-13")
    ]


def test_pdf_in_two_columns_with_words_broken_at_the_end_of_lines(tmp_path):
    left = [
        "BORDER REVIEW",
        "On Tuesday 4,210 people had entered Georgia, the",
        "ministry told journalists in Tbilisi. The queue of cars",
        "at  Verkhny  Lars  was  14  kilometres  long,  and  transporta-",
        "tion officials said drivers had waited for up to thirty-",
        "six hours.",
    ]
    right = ["The Koidula cross-", "ing was closed on Monday."]
    (tmp_path / "a.pdf").write_bytes(pdf_of_columns([left, right]))
    article = read_article(tmp_path / "a.pdf")
    assert "BORDER REVIEW\n" in article.text and "transportation officials" in article.text
    found = {(one.quantity, one.value, one.place) for one in read_evidence(article, published=DAY)}
    assert found == {
        ("arrivals_daily", 4210.0, "Georgia"),
        ("queue_km", 14.0, "Verkhny Lars / Dariali (Kazbegi)"),
        ("wait_hours", 36.0, "Verkhny Lars / Dariali (Kazbegi)"),
        ("crossing_closed", 1.0, "Kunichina Gora / Koidula"),
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "holds no text"),
        (b"  \n\n ", "holds no text"),
        (b"\x7fELF\x02\x01\x01" + bytes(500), "not text but binary"),
        (bytes(range(256)) * 40, "not text but binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 20, "binary"),
        (b"%PDF-1.4\nnothing of the kind", "PDF"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_files_that_are_no_article(tmp_path, data, says):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UsageError, match=says) as caught:
        read_evidence(tmp_path / "x", published=DAY)
    assert "\n" not in str(caught.value)


def test_missing_large_and_undated_files(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_evidence(tmp_path / "absent", published=DAY)
    with pytest.raises(UsageError, match="is a folder"):
        read_evidence(tmp_path, published=DAY)
    with (tmp_path / "big").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(UsageError, match="is 50 MB; an article has at most 10 MB"):
        read_evidence(tmp_path / "big", published=DAY)
    (tmp_path / "a.txt").write_text("The queue at Narva is 3 km long.")
    with pytest.raises(UsageError, match="does not say when it was published"):
        read_evidence(tmp_path / "a.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, encoding):
    text = "Очередь перед Верхним Ларсом растянулась на 18 километров. " * 3
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert [one.value for one in read_evidence(tmp_path / "a.txt", published=DAY)] == [18.0]


def test_mixed_encodings_do_no_harm(tmp_path):
    (tmp_path / "a.txt").write_bytes(
        "The queue at Narva is 3 km long. Очередь ".encode() + b"caf\xe9 \xff. Then it was over."
    )
    assert [one.value for one in read_evidence(tmp_path / "a.txt", published=DAY)] == [3.0]


# --- recognisers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "hedge", "counts"),
    [
        ("some 1,850 vehicles", 1850, None, None, "about", "vehicle"),
        ("more than 62,000 people", 62000, None, None, "over", "person"),
        ("between 10 and 14 hours", 12, 10, 14, "between", "time"),
        ("two and a half hours", 2.5, None, None, "exact", "time"),
        ("up to three days", 72, None, None, "up to", "time"),
        ("800 metres", 0.8, None, None, "exact", "length"),
        ("twelve miles", 19.312128, None, None, "exact", "length"),
        ("almost a quarter of a million people", 250_000, None, None, "about", "person"),
        ("tens of thousands of people", 10_000, None, None, "over", "person"),
        ("$450", 450, None, None, "exact", "USD"),
        ("4 310 граждан", 4310, None, None, "exact", "person"),
        ("3,2 тысячи автомобилей", 3200, None, None, "exact", "vehicle"),
        ("более двухсот призванных", 200, None, None, "over", "person"),
        ("от четырёх до шести часов", 5, 4, 6, "between", "time"),
        ("почти 40 тысяч человек", 40_000, None, None, "about", "person"),
    ],
)
def test_numbers(text, value, low, high, hedge, counts):
    (sentence,) = split_sentences(text)
    (one,) = find_amounts(sentence.tokens)
    assert (one.value, one.low, one.high, one.hedge, one.dimension) == (pytest.approx(value), low, high, hedge, counts)


@pytest.mark.parametrize(
    "text",
    [
        "a 27-year-old mechanic",
        "Ahmad, 34, waited",
        "men aged 18 to 60",
        "at 13:15",
        "the M10 road",
        "Covid-19",
        "in 2031",
        "41-летний водитель",
    ],
)
def test_numbers_that_are_no_figures(text):
    (sentence,) = split_sentences(text)
    assert [one for one in find_amounts(sentence.tokens) if one.dimension != "other"] == []


@pytest.mark.parametrize(
    ("text", "first", "last", "role"),
    [
        ("on Tuesday", "2031-05-13", "2031-05-13", "day"),
        ("It will close on Friday", "2031-05-16", "2031-05-16", "day"),
        ("since 10 May", "2031-05-10", "2031-05-14", "since"),
        ("last week", "2031-05-05", "2031-05-11", "span"),
        ("from 20 to 27 December", "2030-12-20", "2030-12-27", "span"),
        ("between 9 and 12 May", "2031-05-09", "2031-05-12", "span"),
        ("over the past 24 hours", "2031-05-13", "2031-05-14", "span"),
        ("by Monday evening", "2031-05-12", "2031-05-12", "by"),
        ("two days ago", "2031-05-12", "2031-05-12", "day"),
        ("September 21, 2022", "2022-09-21", "2022-09-21", "day"),
        ("с 1 мая", "2031-05-01", "2031-05-14", "since"),
        ("в минувшую субботу", "2031-05-10", "2031-05-10", "day"),
        ("с 5 по 11 мая", "2031-05-05", "2031-05-11", "span"),
        ("с пятницы запретит", "2031-05-16", "2031-05-16", "future"),
        ("накануне", "2031-05-13", "2031-05-13", "day"),
    ],
)
def test_dates(text, first, last, role):
    (one,) = find_dates(text, 0, DAY)
    assert (one.first.isoformat(), one.last.isoformat(), one.role) == (first, last, role)


@pytest.mark.parametrize("text", ["12,400 persons", "18 to 60 may leave", "they march on", "the second of two"])
def test_dates_are_not_invented(text):
    assert find_dates(text, 0, DAY) == []


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_the_last_one(day, back):
    wanted = day - timedelta(days=back)
    (one,) = find_dates(f"on {wanted:%A}", 0, day)
    assert one.first == wanted


def test_names_in_any_script_and_case():
    names = shipped_names()
    assert names.look_up("Верхнего Ларса")[0].id == names.look_up("Verkhny Lars")[0].id == "verkhny-lars"
    assert names.look_up("Грузию")[0].id == "GE"
    assert resolve_place("თბილისი")[0].name == "Tbilisi"
    assert resolve_place("Shehyni / Medyka")[0].name in ("Medyka", "Shehyni / Medyka")
    assert stem("озинках") == stem("озинки")


def test_places_of_the_scenario_go_first():
    assert resolve_place("Orsk", scenario=load("russia-2022"))[0].source == "scenario"
    assert resolve_place("Finland-Russia land border")[0].id == "FI"


def test_cues_are_well_formed():
    for kind, text in load_lexicon("cues.txt").items():
        for phrase in text.split("|"):
            assert phrase.strip(), kind
            for word in phrase.split():
                assert word in ("..", "...") or all("*" not in one[:-1] for one in word.split("/")), (kind, phrase)
    (sentence,) = split_sentences("They let the cars and the vans of all their many neighbours through.")
    assert "throughput" not in {cue.kind for cue in find_cues(sentence.tokens)}  # more words between than are allowed


# --- claims and events -------------------------------------------------------------------------------------------------


def test_every_span_holds_its_words():
    for report in bench().load_reports("english", "russian"):
        article = Article(report["text"], report["id"])
        for one in read_evidence(article, published=bench().as_date(report["published"])):
            assert article.text[one.start : one.end] == one.quote
            assert one.quantity in vocabulary()


def test_denial_negation_plan_and_speaker():
    denied, stands = findings(
        "The governor denied that a draft office was opened at Ozinki. Customs said 40 cars waited at Narva."
    )
    assert (denied.quantity, denied.value, denied.status) == ("draft_office_open", 0.0, "denied")
    assert (stands.quantity, stands.status, stands.said_by) == ("queue_cars", "official", "Customs")
    (shut,) = findings("Latvia will close its crossing at Terehova on 20 May, drivers said.")
    assert (shut.planned, shut.first, shut.status) == (True, date(2031, 5, 20), "media report")
    (calm,) = findings("Norway has not closed the crossing at Storskog.")
    assert calm.value == 0.0


def test_who_an_entry_ban_concerns():
    (ban,) = findings("Finland will bar Russians with tourist visas from entering the country from Friday.")
    assert (ban.quantity, ban.place, ban.first, ban.who) == (
        "entry_ban",
        "Finland",
        date(2031, 5, 16),
        "Russians with tourist visas",
    )


def test_since_the_announcement_needs_its_day():
    text = "More than 9,000 people have entered Georgia since the mobilisation was announced."
    assert findings(text)[0].open_start
    assert findings(text, announced=date(2031, 5, 2))[0].first == date(2031, 5, 2)


def test_reading_is_deterministic():
    text = "\n\n".join(report["text"] for report in bench().load_reports("english", "russian")[:20])
    assert findings(text) == RuleExtractor().extract(Article(text, "test"), DAY) == findings(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("a1 .,;-–—:«»\"'\n%$€0Жд9кмQueue at Narva"), max_size=300))
def test_any_text_can_be_read(text):
    for one in findings(text):
        assert text[one.start : one.end] == one.quote


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "1 " * 50_000,
        "9" * 100_000,
        "«" * 50_000,
        "Narva " * 20_000,
        "since " * 20_000,
        "12 May " * 10_000,
    ],
)
def test_time_does_not_explode(text):
    start = time.process_time()
    findings(text)
    assert time.process_time() - start < 20


def test_since_a_thing_that_was_announced_on_a_day_counting_begins_on_that_day():
    text = "Over 194,000 people have entered Georgia since President Adam Berg announced a partial mobilisation on Sept. 21."
    (one,) = read_evidence(Article(text, "test"), published=date(2031, 9, 29))
    assert (one.quantity, one.first, one.last) == ("arrivals_cumulative", date(2031, 9, 21), date(2031, 9, 29))


def test_chance_in_the_order_of_sets_moves_no_finding():
    program = """
from borderflow.articles import Article, read_evidence
from benches import load_script
bench = load_script("benchmarks/evidence.py")
for report in bench.load_reports("english-sixth", "russian-sixth"):
    print(read_evidence(Article(report["text"], report["id"]), published=bench.as_date(report["published"])))
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=Path(__file__).parent,
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1] != ""


@pytest.mark.parametrize("day", [date.min, date.max])
def test_no_article_is_of_an_end_of_the_calendar(day):
    with pytest.raises(UsageError, match=f"test: published {day}; a day of the years 1500 to 2500 would be right"):
        read_evidence(Article("Last week 1,200 people entered Georgia.", "test"), published=day)


def seconds_of(*sizes):
    """Return the processor time of reading texts of some lengths, made of reports one after another."""
    text = "\n\n".join(report["text"] for report in bench().load_reports("english", "russian"))
    text = text * (max(sizes) // len(text) + 1)
    findings(text[:2000])
    seconds = []
    for size in sizes:
        start = time.process_time()
        findings(text[:size])
        seconds.append(time.process_time() - start)
    return seconds


def test_time_is_linear_in_the_text():
    seconds = seconds_of(30_000, 120_000)
    assert seconds[1] < 4 * 1.7 * seconds[0]  # four times the text; 70 % for a shared computer
    assert seconds[1] < 120_000 / 1_000_000 * 10 * 2  # 1 MB in 10 s, twice that on a slow day


def test_time_is_linear_in_the_text_where_choices_are_learned():
    seconds = seconds_of(20_000, 80_000)
    assert seconds[1] < 4 * 1.7 * seconds[0]


def test_a_text_longer_than_any_article_is_read_by_rules_alone():
    text = "The queue at Narva is 3 km long. On Tuesday over 4,210 people entered Georgia.\n\n"
    filler = "The weather was fine and the band played on. "
    long = Article(text + filler * (MOST_CHOSEN // len(filler) + 1), "long")
    assert len(long.text) > MOST_CHOSEN
    found = RuleExtractor().extract(long, DAY)
    assert found == RuleExtractor(chooses=False).extract(long, DAY)
    assert [(one.quantity, one.value) for one in found] == [("queue_km", 3.0), ("arrivals_daily", 4210.0)]
    assert all(one.confidence < 1 for one in found)  # a rule does not know how often it is right
    short = Article(text, "short")
    assert RuleExtractor().extract(short, DAY) != RuleExtractor(chooses=False).extract(short, DAY)


def test_findings_become_a_ledger_and_come_back(tmp_path):
    found = findings("The queue at Narva is 3 to 5 km long. On Tuesday over 4,210 people entered Georgia.")
    write_ledger(as_claims(found, publisher="test", published=DAY), tmp_path / "c.csv")
    rows = read_ledger(tmp_path / "c.csv").claims
    assert [row.bounds() for row in rows] == [(3.0, 5.0), (4210.0, float("inf"))]
    assert [(row.span_start, row.quote) for row in rows] == [(one.start, one.quote) for one in found]


# --- plug-ins ----------------------------------------------------------------------------------------------------------


def test_a_model_is_believed_only_where_its_quote_stands():
    text = "At Narva there was a line of three kilometres."
    item = '{"quantity": "%s", "value": 3, "unit": "%s", "first": "2031-05-14", "last": "2031-05-14", "place": "Narva", "country": "EE", "quote": "%s"}'
    answers = [
        item % ("queue_km", "km", "a line of three kilometres"),
        item % ("queue_km", "km", "a line of four kilometres"),  # not in the text
        item % ("queue_miles", "km", "a line of three kilometres"),  # not in the vocabulary
        item % ("queue_km", "hours", "a line of three kilometres"),  # not a length
        '{"quantity": "queue_km"}',
    ]
    reader = LLMExtractor(lambda prompt: f"Here you are:\n[{', '.join(answers)}]")
    found = [one for one in findings(text, extractors=[reader]) if one.method == "llm"]
    assert [(one.value, one.quote) for one in found] == [(3.0, "a line of three kilometres")]
    with pytest.raises(UsageError, match="no JSON array"):
        findings(text, extractors=[LLMExtractor(lambda prompt: "I cannot help with that")])


def test_what_any_plugin_returns_without_its_span_is_dropped():
    class Liar:
        name = "liar"

        def extract(self, article, published):
            return [
                one.model_copy(update={"quote": "never said"}) for one in RuleExtractor().extract(article, published)
            ]

    assert len(findings("The queue at Narva is 3 km long.", extractors=[Liar()])) == 1


def test_a_pipeline_gives_figures():
    class Word:
        def __init__(self, lemma):
            self.lemma_ = lemma

    class Entity:
        def __init__(self, text, label, start):
            self.text, self.label_, self.start_char, self.end_char = text, label, start, start + len(text)

    class Sentence(list):
        ents = (Entity("1,200", "CARDINAL", 0), Entity("Narva", "GPE", 18))

    class Document:
        sents = (Sentence([Word("queue")]),)

    reader = SpacyExtractor(lambda text: Document(), {"queue": "queue_cars"})
    (one,) = [one for one in findings("1,200 cars queue, Narva.", extractors=[reader]) if one.method == "spacy"]
    assert (one.value, one.place, one.quote) == (1200.0, "Narva", "1,200")
    with pytest.raises(UsageError, match="unknown quantity"):
        SpacyExtractor(lambda text: Document(), {"queue": "queues"})


# --- what the fourth set showed -----------------------------------------------------------------------------------------


def test_a_day_that_the_month_lacks_is_the_nearest_one():
    # on 2 November "the 31st" raised: November has none
    (one,) = find_dates("the queue of the 31st was long", 0, date(2031, 11, 2))
    assert one.first == date(2031, 10, 31)
    assert find_dates("on the 28th", 0, date(2031, 3, 1))[0].first == date(2031, 2, 28)
    assert find_dates("on the 45th", 0, date(2031, 3, 1)) == []
    assert findings("The queue at Narva is 3 km long. It was 5 km on the 31st.", date(2031, 11, 2))


@pytest.mark.parametrize(
    "text",
    [
        "The queue at Narva moved slowly, said Halyna, a pensioner of 71, waiting with a suitcase.",
        '"My brother is 23 and my son is 24," said a woman in the queue at Narva.',
        "On Thursday at ten in the morning the queue at Narva did not move.",
        "В очереди на переходе «Петухово» стоит Иван из Пензы, ему 57.",
        "Очередь на переходе «Петухово» тянется до заправки, где кончился 95-й, а 92-го ещё много.",
    ],
)
def test_ages_hours_and_ordinals_are_no_people_in_line(text):
    assert [one for one in findings(text) if one.kind == "claim"] == []


@pytest.mark.parametrize("number", ["120", "71"])
def test_people_in_line_stay_people_in_line(number):
    (one,) = [one for one in findings(f"A queue of {number} people stood at Narva.") if one.kind == "claim"]
    assert (one.quantity, one.value) == ("queue_persons", float(number))


def test_an_hour_is_one_only_after_its_preposition():
    numbers = [
        [one.value for one in find_amounts(next(split_sentences(text)).tokens)]
        for text in (
            "They turned back ten in the morning.",
            "They left at ten in the morning.",
            "A convoy of 71, he said.",
        )
    ]
    assert numbers == [[10.0], [], [71.0]]


def test_conditions_and_denials_without_a_post_are_no_closings():
    assert not findings("If the crossing at Narva is closed, people will go to Luhamaa.")
    assert not findings("Reports that the crossing would be closed are untrue, said a man near Tartu.")
    (one,) = findings("Officials denied that the crossing at Narva was closed.")
    assert (one.quantity, one.status, one.value) == ("crossing_closed", "denied", 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "Closing the crossing at Narva was discussed but rejected.",
        "The ministry says that no decision has been taken to close the crossing at Narva.",
        "Оснований для закрытия границы в Нарве нет, сообщили в ведомстве.",
    ],
)
def test_a_closing_that_nobody_decided_is_no_event(text):
    assert [one for one in findings(text) if one.kind == "event"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Officials denied that the crossing at Narva will be closed.",
        '"Narva will not be closed," the mayor said.',
        "«Закрывать „Ивангород“ не будут», — заявил губернатор.",
        "Is it true that the Narva crossing is closed? The border guard denies it.",
        "Narva has been closed, a channel claimed. Officials called this a hoax.",
    ],
)
def test_what_is_denied_of_a_post_by_name_is_kept_as_denied(text):
    # outside writers label it so; what nobody decided, and what no post is named for, is left out
    events = [one for one in findings(text) if one.kind == "event"]
    assert [(one.quantity, one.value) for one in events] == [("crossing_closed", 0.0)]


def test_another_post_follows_the_one_before():
    first, second = findings("Estonia will close the crossing at Narva on 1 June. Luhamaa is to follow on 3 June.")
    assert (first.quantity, second.quantity) == ("crossing_closed", "crossing_closed")
    assert (second.first.isoformat(), second.value) == ("2031-06-03", 1.0)
    (only,) = findings("Estonia will close the crossing at Narva on 1 June. Luhamaa sees no reason to follow.")
    assert only.first.isoformat() == "2031-06-01"


def test_words_that_look_like_bounds():
    (given,) = findings("Officers at Narva had handed over 118 call-up notices.")
    assert (given.quantity, given.value, given.hedge) == ("notices_served", 118.0, "exact")
    assert findings("Students will not be drafted, he promised, and nobody over 50.") == []


def test_there_is_the_post_of_the_sentence_before():
    text = "A draft office opened at Petukhovo on Monday. Eleven men were turned back there on Tuesday."
    (one,) = [one for one in findings(text) if one.quantity == "turned_back"]
    assert one.place.startswith("Petukhovo") and one.value == 11


def test_a_paper_says_so_and_is_no_place():
    text = "Narva is crowded. The line of cars was seven kilometres long on Tuesday, the Tartu daily Uudised reported."
    (one,) = [one for one in findings(text) if one.quantity == "queue_km"]
    assert one.place != "Tartu"


# --- measured ----------------------------------------------------------------------------------------------------------


def bench():
    return load_script("benchmarks/evidence.py")


def test_the_measure_tells_yes_from_no():
    module = bench()
    (closed,) = [one for one in findings("Narva was closed on Monday.") if one.kind == "event"]
    (denied,) = [
        one for one in findings("Officials denied that the Narva crossing was closed on Monday.") if one.kind == "event"
    ]
    label = f"crossing_closed | Narva | {closed.first}"
    assert module.matches(label, closed) and not module.matches(f"{label} | denied", closed)
    assert module.matches(f"{label} | denied", denied) and not module.matches(label, denied)


def test_there_are_enough_labelled_reports():
    ids = [report["id"] for report in bench().load_reports()]
    assert len(ids) == len(set(ids)) >= 757
    assert sum("r" in one[:4] for one in ids) >= 230  # Russian ones


@pytest.mark.parametrize("name", ["first", "second", "third", "fourth", "sixth", "seventh", "eighth", "styles"])
def test_precision_and_recall(name):
    # all sets are development material; what the rules did on each before they had seen it, benchmarks/RESULTS.md says
    module = bench()
    counts = module.measure(module.load_reports(*module.SETS[name]))
    # the writer of the fourth labelled no denied closing, which the others label, so its aim for events is lower
    aims = {"claim": (0.85, 0.75), "event": (0.75 if name == "fourth" else 0.9, 0.8)}
    for kind, (least_precision, least_recall) in aims.items():
        precision, recall = module.rates(counts, kind)[3:]
        assert precision >= least_precision and recall >= least_recall, (kind, precision, recall)


# measured on 26 November 2026: 0.72 / 0.62 and 0.73 / 0.58; 0.85 / 0.83 and 0.88 / 0.88; 0.86 / 0.86 and 0.91 / 0.89. The
# aims of the sets above are met by the eighteenth, missed by the ninth, and by the tenth in the precision of events.
@pytest.mark.parametrize(
    ("name", "floors"),
    [
        ("ninth", {"claim": (0.70, 0.60), "event": (0.72, 0.56)}),
        ("tenth", {"claim": (0.82, 0.80), "event": (0.85, 0.85)}),
        ("eighteenth", {"claim": (0.85, 0.83), "event": (0.90, 0.86)}),
    ],
)
def test_closed_sets_do_not_fall(name, floors):
    """Hold the sums only: what is missed in a closed set is looked at by nobody who works on the rules."""
    module = bench()
    counts = module.measure(module.load_reports(*module.CLOSED[name]))
    for kind, (least_precision, least_recall) in floors.items():
        precision, recall = module.rates(counts, kind)[3:]
        assert precision >= least_precision and recall >= least_recall, (kind, precision, recall)
