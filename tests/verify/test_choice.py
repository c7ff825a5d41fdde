"""Shares of countries, posts, modes and visa classes against the nested logit computed on paper.

Theory (McFadden 1978): way ``a`` to country ``c`` has utility ``u_a = constant - value_of_time * hours -
fare_aversion * fare - risk_aversion * risk``; with dissimilarity ``s`` the pull of a country is ``F_c = exp(pull_c) *
(sum exp(u_a / s))**s``, its share among people to whom it is open ``F_c / sum F``, and the share of a way within it
``exp(u_a / s) / sum``. For ``s = 1`` that is the multinomial logit ``exp(pull_c + u_a) / sum``. The answer on paper
is computed in `on_paper` from hours and fares written down here, not taken from the network.

Only the first three hours are run, in which nobody arrives anywhere yet: no line, no second choice. Counts are
compared by chi-square tests at an error rate of 1e-4 each (about ten tests: one false alarm in 1,000 fresh seeds);
seeds are fixed. People choose one by one when 200 or fewer leave a place in an hour, otherwise by chains of
binomials; both are tested.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from borderflow.kernels import border
from borderflow.network import Network, compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario
from borderflow.simulation import Member, run_member
from networks import PARAMETERS, build, event, lane, link, place

ERROR_RATE = 1e-4
FEW, MANY = 0.0012, 0.06  # departures a day: 50 and 2,500 people an hour
GROUPS = (
    {"id": "free", "share": 0.6, "leaving": 1.0, "call_up": "never", "stopped": False},
    {"id": "stoppable", "share": 0.4, "leaving": 1.0, "call_up": "eligible", "stopped": True},
)
PULL = {"GE": 0.0, "FI": 1.2, "TR": 0.3}
#: Hours and fare (thousand roubles) of each way from the town, added up by hand from `town_scenario`.
WAYS = {
    ("GE", "near", "car"): (3.0, 0.585, 0.0),
    ("GE", "near", "foot"): (6.0, 0.39, PARAMETERS["foot_constant"][0]),
    ("GE", "far", "car"): (5.0, 0.975, 0.0),
    ("FI", "forest", "car"): (4.0, 0.78, 0.0),
    ("TR", "flight", "air"): (7.0, 0.732, PARAMETERS["air_constant"][0]),
}
VISA = {"none": 0.6, "tourist": 0.32, "exempt": 0.08}


def town_scenario(
    *, fare_rub: float = 0.0, events: Any = (), places: Any = (), links: Any = (), **parameters: float
) -> Scenario:
    return build(
        places=[
            place("town", "origin", 55.0, 40.0, population=1_000_000, visa_share=0.4, access="road;rail"),
            *[place(f"gate-{post}", "gateway", 55.0, 42.0, access="road") for post in ("near", "far", "forest")],
            *[place(post, "crossing", 55.0, 43.0, country=country, gateway=f"gate-{post}")
              for post, country in (("near", "GE"), ("far", "GE"), ("forest", "FI"))],
            place("capital", "airport", 55.7, 37.6, access="road;rail;airport"),
            place("istanbul", "hub", 41.0, 28.9, country="TR"),
            *places,
        ],
        countries=[
            {"id": country, "time_zone": "UTC", "attractiveness": pull,
             "admits": ["tourist", "exempt"] * (country == "FI")}
            for country, pull in PULL.items()
        ],
        groups=GROUPS,
        lanes=[lane("near", "out", "car", 1e9, 1e9), lane("near", "out", "foot", 1e9, 1e9),
               lane("far", "out", "car", 1e9, 1e9), lane("forest", "out", "car", 1e9, 1e9)],
        links=[
            # at 65 km/h and 3 roubles a km: 2, 4, 3 h to the gates and 1 h to the posts; by train 3 h + 1 h
            link("town", "gate-near", "car", km=130),
            link("town", "gate-far", "car", km=260),
            link("town", "gate-forest", "car", km=195),
            *[link(f"gate-{post}", post, "car", km=65) for post in ("near", "far", "forest")],
            link("gate-near", "near", "foot", km=20, hours=4),
            link("town", "capital", "car", km=60),
            link("capital", "istanbul", "air", hours=3, fare_rub=fare_rub, seats_per_day=1e6, service="flight"),
            *links,
        ],
        baseline=[],
        events=events,
        days=3 / 24,
        parameters={"demand_noise": 0.0, "destination_noise": 0.0, "travel_spread": 0.0, "access_response": 0.0,
                    **parameters},
    )  # fmt: skip


def on_paper(
    *, s: float = PARAMETERS["nest_scale"][0], open_to: Any = None, risk: Any = None, fare: float = 0.0
) -> dict[Any, float]:
    """Return the share of each way, over the mixture of visa classes."""
    open_to = open_to or {"none": {"GE", "TR"}, "tourist": set(PULL), "exempt": set(PULL)}
    time, money, fear = (PARAMETERS[name][0] for name in ("value_of_time", "fare_aversion", "risk_aversion"))
    odds = {}
    for (country, post, mode), (hours, roubles, constant) in WAYS.items():
        utility = (
            constant - time * hours - money * (roubles + fare * (mode == "air")) - fear * (risk or {}).get(post, 0.0)
        )
        odds[country, post, mode] = np.exp(utility / s)
    inside = {country: sum(value for way, value in odds.items() if way[0] == country) for country in PULL}
    force = {country: np.exp(PULL[country]) * inside[country] ** s for country in PULL}
    share = dict.fromkeys(PULL, 0.0)
    for one, weight in VISA.items():
        seen = sum(force[country] for country in open_to[one])
        for country in open_to[one]:
            share[country] += weight * force[country] / seen
    return {way: share[way[0]] * value / inside[way[0]] for way, value in odds.items()}


def run(scenario: Scenario, members: int) -> tuple[Network, list[Member]]:
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    return network, [run_member(network, rules, theta, seed=17, member=member) for member in range(members)]


def assert_shares(network: Network, members: list[Member], shares: dict[Any, float], group: int | None = None) -> None:
    """Chi-square of people by lane, of one group or of all."""
    classes = network.arrays.choices.row_share.shape[1]
    types = slice(0, -1) if group is None else slice(group * classes, (group + 1) * classes)
    by_lane = sum(member.state.roads.calendar[:, :, types].sum(axis=(0, 2)) for member in members)
    counted = {(one.country, one.post, one.mode): int(n) for one, n in zip(network.lanes, by_lane, strict=True)}
    assert counted.keys() == shares.keys()
    total = sum(counted.values())
    assert total > 10_000
    p = stats.chisquare([counted[way] for way in shares], [total * share for share in shares.values()]).pvalue
    assert p > ERROR_RATE, {way: (counted[way] / total, share) for way, share in shares.items()}


@pytest.mark.parametrize("rate", [FEW, MANY], ids=["one by one", "many at once"])
@pytest.mark.parametrize("s", [0.6, 1.0, 0.35])
def test_nested_logit(rate, s):
    assert_shares(
        *run(town_scenario(base_departure_rate=rate, nest_scale=s), 150 if rate == FEW else 40), on_paper(s=s)
    )


def test_one_nest_scale_is_the_plain_logit():
    shares = on_paper(s=1.0, open_to={one: set(PULL) for one in VISA})
    weight = {
        way: np.exp(
            PULL[way[0]] + constant - PARAMETERS["value_of_time"][0] * hours - PARAMETERS["fare_aversion"][0] * fare
        )
        for way, (hours, fare, constant) in WAYS.items()
    }
    for way in WAYS:
        assert shares[way] == pytest.approx(weight[way] / sum(weight.values()), rel=1e-12)


@pytest.mark.parametrize("rate", [FEW, MANY], ids=["one by one", "many at once"])
def test_visa_classes(rate):
    network, members = run(town_scenario(base_departure_rate=rate), 150 if rate == FEW else 40)
    forest = next(number for number, one in enumerate(network.lanes) if one.post == "forest")
    types = sum(member.state.roads.calendar[:, forest, :-1].sum(axis=0) for member in members).reshape(2, 3).sum(axis=0)
    assert types[0] == 0  # nobody without a visa sets out for a country that asks for one
    assert stats.binomtest(int(types[1]), int(types.sum()), 0.8).pvalue > ERROR_RATE


@pytest.mark.parametrize("rate", [FEW, MANY], ids=["one by one", "many at once"])
def test_ban_that_everybody_knows(rate):
    ban = event("entry_ban", countries=["FI"], visa_classes=["tourist"], share_admitted=0.0, share_informed=1.0)
    open_to = {"none": {"GE", "TR"}, "tourist": {"GE", "TR"}, "exempt": set(PULL)}
    members = run(town_scenario(base_departure_rate=rate, events=[ban]), 150 if rate == FEW else 40)
    assert_shares(*members, on_paper(open_to=open_to))


def test_risk_concerns_those_who_may_be_stopped():
    office = event("draft_office", crossings=["near"], share_checked=0.9, share_stopped=0.3)
    network, members = run(town_scenario(base_departure_rate=MANY, events=[office]), 40)
    assert_shares(network, members, on_paper(), group=0)
    assert_shares(network, members, on_paper(risk={"near": 0.27}), group=1)


def test_fare_of_a_flight():
    members = run(town_scenario(base_departure_rate=MANY, fare_rub=10_000.0), 40)
    assert_shares(*members, on_paper(fare=10.0))


def test_who_sees_better_ways_out_leaves_sooner():
    # A second town one hour (65 km) further from every gate; no flights, no visas asked: all utilities fall alike, so
    # its nested sum of pulls is lower by the factor exp(-value_of_time - fare_aversion * 0.195)
    second = place("village", "origin", 55.0, 40.0, population=500_000, visa_share=1.0, access="road")
    further = [
        link("village", f"gate-{post}", "car", km=km + 65)
        for post, km in (("near", 130), ("far", 260), ("forest", 195))
    ]
    changes = {"base_departure_rate": FEW, "access_response": 0.7, "value_of_time": 0.12}
    halt = event("service_halt", services=["flight"])
    scenario = town_scenario(places=[second], links=further, events=[halt], **changes)
    scenario = scenario.model_copy(update={"places": tuple(
        one.model_copy(update={"visa_share": 1.0}) for one in scenario.places)})  # fmt: skip
    _, members = run(scenario, 150)
    left = sum(member.record.origin[border.LEFT].sum(axis=0) for member in members)
    ratio = np.exp(-0.7 * (0.12 + PARAMETERS["fare_aversion"][0] * 0.195))
    town = 1.5 / (1 + 0.5 * ratio)  # mean over residents is 1: (1 * reach + 0.5 * ratio * reach) / 1.5 = 1
    expected = np.array([1_000_000 * town, 500_000 * town * ratio]) * FEW / 24 * 3 * len(members)
    assert (np.abs(left - expected) < stats.norm.isf(ERROR_RATE / 2) * np.sqrt(expected)).all()


def test_ban_in_a_country_that_asks_for_no_visa():
    # nobody knows of the ban and nobody with a tourist visa is admitted, so their share of those who come is refused
    ban = event("entry_ban", countries=["GE"], visa_classes=["tourist"], share_admitted=0.0, share_informed=0.0)
    scenario = town_scenario(base_departure_rate=FEW, events=[ban], rechoose_delay=1e6)
    network, members = run(scenario.model_copy(update={"end": scenario.start + timedelta(hours=30)}), 1)
    georgian = [number for number, one in enumerate(network.lanes) if one.country == "GE"]
    passed, refused = (members[0].record.daily[row][:, georgian].sum() for row in (border.PASSED, border.REFUSED))
    without_visa, with_visa = (
        sum(share for way, share in on_paper(open_to=dict.fromkeys(VISA, choice)).items() if way[0] == "GE")
        for choice in (("GE", "TR"), tuple(PULL))
    )
    share = VISA["tourist"] * with_visa / (VISA["none"] * without_visa + (1 - VISA["none"]) * with_visa)
    assert stats.binomtest(int(refused), int(refused + passed), share).pvalue > ERROR_RATE
