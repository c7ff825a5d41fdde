"""Reading what surrounds figures and events, what is no event, and pages whose headings carry the day or the place."""

from datetime import date
from pathlib import Path

import pytest

from borderflow.articles import Article, read_evidence
from borderflow.articles.circumstances import CIRCUMSTANCES
from borderflow.ledger import vocabulary

DAY = date(2031, 5, 14)  # a Wednesday
REPORTS = Path(__file__).parent / "reports"


def findings(text, day=DAY):
    return read_evidence(Article(text, "test"), published=day)


def found(text, quantity):
    return [one for one in findings(text) if one.quantity == quantity]


def lines(name):
    return [line for line in (REPORTS / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


# --- circumstances: the rows of the news report that the project starts from, in other words ---------------------------


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("callup_criteria", "Only reservists with combat experience will be summoned, Russia's defence minister said."),
        ("callup_criteria", "The call-up in Belarus is limited to men who have served in the army."),
        ("callup_criteria", "В России призовут только запасников с боевым опытом, заявил министр обороны."),
        ("callup_criteria", "Мобилизация коснётся лишь тех, кто служил в армии, сообщили в Минобороны России."),
        (
            "callup_beyond_criteria",
            "Rights groups in Russia say that men who never served have received call-up papers.",
        ),
        (
            "callup_beyond_criteria",
            "In Dagestan students and the chronically ill were drafted in spite of the criteria.",
        ),
        ("callup_beyond_criteria", "Правозащитники сообщают, что повестки получают и мужчины, которые не служили."),
        ("callup_beyond_criteria", "В Якутии призвали людей старше предельного возраста, пишут местные СМИ."),
        ("wider_draft_feared", "Lawyers call the decree vague: nothing in it limits the number of men."),
        ("wider_draft_feared", "Many Russians fear a second wave of mobilisation."),
        ("wider_draft_feared", "Анонимные чиновники опасаются всеобщей мобилизации в России."),
        ("wider_draft_feared", "Юристы в России называют указ расплывчатым."),
        ("wrongly_drafted_returned", "Men who had been called up by mistake would be sent home, the governor said."),
        ("wrongly_drafted_returned", "Errors in the draft will be put right and those wrongly summoned sent home."),
        ("wrongly_drafted_returned", "В Кремле признали ошибки при мобилизации: незаконно призванных вернут домой."),
        ("wrongly_drafted_returned", "Призванных по ошибке отпустили домой, сообщил губернатор."),
        ("mass_exit_claim", "Since the announcement men have been leaving Russia in droves."),
        ("mass_exit_claim", "The order triggered a mass exodus from Russia."),
        ("mass_exit_claim", "Из России начался массовый выезд мужчин призывного возраста."),
        ("queue_long_flag", "Long lines of cars stretch back from the Georgian border."),
        ("queue_long_flag", "At Verkhny Lars the queue of cars is endless."),
        ("queue_long_flag", "На границе с Казахстаном выстроились длинные очереди из машин."),
        ("queue_long_flag", "У «Верхнего Ларса» многокилометровая пробка."),
        ("last_land_route", "Finland is the last easy land route into Europe for those with a Schengen visa."),
        ("last_land_route", "Latvia was the only remaining way to the European Union by land, officials said."),
        ("last_land_route", "Финляндия остаётся последним сухопутным путём в Европу для россиян с визой."),
        ("last_land_route", "Единственная дорога в Евросоюз по суше для владельцев виз ведёт через Финляндию."),
        ("border_closure_rumour", "Rumours are spreading that Russia's borders will be closed to men of military age."),
        ("border_closure_rumour", "По России ходят слухи, что границы закроют для мужчин призывного возраста."),
        ("high_alert", "Astrakhan region has introduced a high-alert regime on the roads to the border."),
        ("high_alert", "В Красноярском районе Астраханской области введён режим повышенной готовности."),
    ],
)
def test_a_circumstance_is_read(quantity, text):
    (one,) = found(text, quantity)
    assert one.kind == "event" and one.value == 1 and one.unit == "flag"
    assert quantity in CIRCUMSTANCES and quantity in vocabulary()


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("mass_exit_claim", "The Kremlin dismissed talk of a mass exodus from Russia as exaggerated."),
        ("mass_exit_claim", "В Кремле опровергли сообщения о массовом отъезде из России."),
        ("border_closure_rumour", "В Кремле назвали слухи о закрытии границ России для мужчин ложью."),
    ],
)
def test_a_circumstance_may_be_denied(quantity, text):
    (one,) = found(text, quantity)
    assert one.status == "denied" and one.value == 0


@pytest.mark.parametrize(
    ("text", "value", "hedge", "place"),
    [
        ("The vast majority of Russian men under 65 are registered as reservists.", 50, "over", "Russia"),
        ("About 80 per cent of men in Belarus are in the reserve.", 80, "about", "Belarus"),
        ("Two thirds of men in Russia count as reservists.", 200 / 3, "exact", "Russia"),
        ("Большинство российских мужчин до 65 лет состоят в запасе.", 50, "over", "Russia"),
        ("В запасе в России числятся около 70 процентов мужчин.", 70, "about", "Russia"),
    ],
)
def test_which_share_of_men_is_in_the_reserve(text, value, hedge, place):
    (one,) = found(text, "reservists_share_pct")
    assert one.kind == "claim" and one.value == pytest.approx(value) and one.hedge == hedge and one.place == place


@pytest.mark.parametrize(
    "text",
    [
        "This is the only way to learn Finnish, the teacher in Narva said.",
        "Only drivers with experience may take the mountain road to Verkhny Lars.",
        "Long lines formed at the supermarkets of Narva.",
        "There were no long lines of cars at Narva on Tuesday.",
        "A long line of poplars leads to the border at Ozinki.",
        "The guards at Narva were put on high alert after a shot was heard.",
        "Since the exodus began, rents in Tbilisi have doubled.",
        "Teachers fear a second wave of the flu in Pskov.",
        "Parents were sent home by mistake when the school in Vyborg shut early.",
        "Most of the men in the picture are in the reserve team of FC Narva.",
        "In the reserve near Vyborg 70 per cent of the elks have ticks.",
        "The vague outline of the bridge showed in the fog.",
        "Длинная очередь за хлебом выстроилась в Нарве.",
        "Последний путь героя в Европу описан в романе.",
        "Только водители с опытом ездят через перевал.",
        "Учителя опасаются второй волны гриппа.",
        "Расплывчатые очертания моста видны с берега.",
    ],
)
def test_words_that_only_look_like_a_circumstance(text):
    assert not [one for one in findings(text) if one.quantity in CIRCUMSTANCES]


def test_a_long_line_says_nothing_beside_its_number():
    assert not found("The line at Narva is endless: 900 cars were standing in it on Tuesday.", "queue_long_flag")


# --- what is no event --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no-events-english.txt", "no-events-russian.txt"])
def test_sentences_without_an_event_give_none(name):
    wrong = [
        (line, one.quantity) for line in lines(name) for one in findings(line, date(2034, 5, 17)) if one.kind == "event"
    ]
    assert len(lines(name)) >= 40 and len(wrong) <= 1, wrong  # a bridge within a town still passes for a post


# --- pages with headings -----------------------------------------------------------------------------------------------


def test_the_day_of_a_heading_is_that_of_what_stands_below():
    text = "Live\n\nWednesday 14 May\n\n09:10 – The queue at Narva is 3 km long.\n\nTuesday 13 May\n\n21:30 – The queue at Narva is 5 km long."
    assert [(one.value, one.first) for one in found(text, "queue_km")] == [
        (3, date(2031, 5, 14)),
        (5, date(2031, 5, 13)),
    ]


def test_the_place_of_a_heading_is_that_of_what_stands_below():
    text = "Narva\n- 640 cars in the queue.\n- Closed since 12 May.\n\nKoidula\n- 85 cars in the queue."
    assert [(one.value, one.place.split(" / ")[-1]) for one in found(text, "queue_cars")] == [
        (640, "Narva"),
        (85, "Koidula"),
    ]
    (one,) = found(text, "crossing_closed")
    assert one.place.endswith("Narva") and one.first == date(2031, 5, 12)


def test_prose_after_a_heading_goes_its_own_way():
    text = "Narva\n\nThe talks took place in Vyborg. At Vaalimaa 300 cars were waiting. There the wait was four hours."
    assert {one.place.split(" / ")[-1] for one in findings(text)} == {"Vaalimaa"}


@pytest.mark.parametrize(("day", "first"), [("Thursday", date(2031, 5, 15)), ("Monday", date(2031, 5, 12))])
def test_a_weekday_of_the_coming_days_with_a_verb_of_the_present(day, first):
    (one,) = found(f"Finland stops admitting Russian tourists on {day}.", "entry_ban")
    assert one.first == first
