"""The scenario as arrays: distances, opening hours, local days, ordinary traffic and the ways out that a place has."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from borderflow.errors import ScenarioError, UsageError
from borderflow.kernels import border
from borderflow.network import MODES, adapt_network, compile_network, open_share
from borderflow.places import great_circle_km
from borderflow.routes import ACCESS, Roads, detour_factors
from borderflow.rules import compile_rules, shock_shape
from borderflow.scenario import load
from networks import tiny_scenario


@pytest.fixture(scope="module")
def scenario():
    return load("russia-2022")


@pytest.fixture(scope="module")
def network(scenario):
    return compile_network(scenario)


@pytest.fixture(scope="module")
def autumn(scenario):
    """The same network until the clocks have changed (30 October 2022 in the European Union)."""
    return compile_network(scenario.until("2022-11-02"))


def ways(network, place):
    """Return the alternatives of an origin: (country, post, mode of the lane, how to reach it, hours)."""
    choices = network.arrays.choices
    row = network.origins.index(place)
    found = []
    for nest in range(choices.row_nest[row], choices.row_nest[row + 1]):
        for a in range(choices.nest_alt[nest], choices.nest_alt[nest + 1]):
            lane = network.lanes[choices.alt_lane[a]]
            country = network.countries[choices.nest_country[nest]]
            found.append((country, lane.post, lane.mode, ACCESS[network.trips.kind[a]], float(network.trips.hours[a])))
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Distances


def test_detour_factors_are_least_squares_through_zero(scenario):
    pairs = {}
    for link in scenario.links:
        start, end = scenario.place(link.from_), scenario.place(link.to)
        if link.mode == "car" and link.km is not None and end.kind != "crossing":
            circle = great_circle_km(start.lat, start.lon, end.lat, end.lon)
            pairs.setdefault(end.corridor, []).append((float(circle), link.km))
    factors = detour_factors(scenario)
    assert len(pairs) >= 3
    for corridor, roads in pairs.items():
        circles, km = np.array(roads).T
        (slope,), *_ = np.linalg.lstsq(circles[:, None], km, rcond=None)
        assert factors[corridor] == pytest.approx(slope, rel=1e-9), corridor
    assert all(1.05 < factor < 1.6 for factor in factors.values())
    assert {place.corridor for place in scenario.places if place.corridor} <= set(factors)


def test_a_listed_road_counts_as_listed(scenario, network):
    # Moscow - Vladikavkaz is listed: its own km, not the fitted ones, over 65 km/h with rests, plus the last leg
    (road,) = (link for link in scenario.links if (link.from_, link.to, link.mode) == ("moscow", "vladikavkaz", "car"))
    travel = scenario.travel["car"]
    driving = road.km / travel.speed_kmh
    hours = driving + int(driving / travel.rest_after_hours) * travel.rest_hours + 35 / travel.speed_kmh
    found = [way[4] for way in ways(network, "moscow") if way[1:4] == ("verkhny-lars", "car", "car")]
    assert found == [pytest.approx(hours, rel=1e-6)]


# ---------------------------------------------------------------------------------------------------------------------
# Time


@pytest.mark.parametrize(
    ("opens", "closes", "zone", "hours"),
    [
        ("09:00", "16:00", "Europe/Moscow", 7.0),
        ("08:30", "22:15", "Asia/Tbilisi", 13.75),
        ("18:00", "02:00", "Asia/Almaty", 8.0),
        ("00:00", "24:00", "Europe/Helsinki", 24.0),
        ("07:00", "07:00", "Europe/Helsinki", 24.0),
        ("12:00", "24:00", "Asia/Kolkata", 12.0),
        ("23:50", "00:10", "UTC", 1 / 3),
    ],
)
def test_opening_hours(opens, closes, zone, hours):
    start, n = datetime(2022, 9, 14, tzinfo=UTC), 24 * 10
    share = open_share(opens, closes, zone, start, n)
    assert share.shape == (n,)
    assert ((share >= 0) & (share <= 1)).all()
    assert share.sum() == pytest.approx(10 * hours, abs=1e-6)
    # minute by minute, by the clock on the wall
    minutes = [start + timedelta(minutes=m + 0.5) for m in range(60 * 72)]
    wall = np.array([m.astimezone(ZoneInfo(zone)) for m in minutes])
    clock = np.array([f"{w:%H:%M}" for w in wall])
    if closes == "24:00":
        is_open = clock >= opens
    elif opens < closes:
        is_open = (clock >= opens) & (clock < closes)
    else:
        is_open = (clock >= opens) | (clock < closes)
    np.testing.assert_allclose(share[:72], is_open.reshape(72, 60).mean(axis=1), atol=1e-9)


def test_opening_hours_follow_the_change_of_clocks():
    # Helsinki goes back at 04:00 on 30 October 2022: 09:00 is 06:00 UTC before and 07:00 UTC after
    share = open_share("09:00", "16:00", "Europe/Helsinki", datetime(2022, 10, 29, tzinfo=UTC), 72)
    assert np.flatnonzero(share).tolist() == [*range(6, 13), *range(24 + 7, 24 + 14), *range(48 + 7, 48 + 14)]


def test_local_days_and_hours_are_those_of_the_zone_data(autumn):
    clock, scenario = autumn.arrays.clock, autumn.scenario
    steps = [scenario.start + timedelta(hours=n) for n in range(len(autumn.hours))]
    for c, country in enumerate(scenario.countries):
        zone = ZoneInfo(country.time_zone)
        expected = [moment.astimezone(zone).date() for moment in steps]
        assert [autumn.days[day] for day in clock.country_day[c]] == expected, country.id
    assert [autumn.days[day] for day in clock.utc_day] == [moment.date() for moment in steps]
    for origin, row in zip(autumn.origins, autumn.arrays.people.origin_zone, strict=True):
        zone = ZoneInfo(scenario.place(origin).time_zone)
        assert clock.local_hour[row].tolist() == [moment.astimezone(zone).hour for moment in steps], origin


def test_hours_are_utc_from_the_start(network):
    assert str(network.hours[0]) == "2022-09-14T00"
    assert (np.diff(network.hours) == np.timedelta64(1, "h")).all()
    assert len(network.hours) == network.scenario.hours
    assert (np.diff([day.toordinal() for day in network.days]) == 1).all()


def test_days_of_countries_west_of_greenwich_come_first(scenario):
    # a country that is still on the 13th at the start
    countries = tuple(
        c.model_copy(update={"time_zone": "America/New_York"}) if c.id == "FI" else c for c in scenario.countries
    )
    western = compile_network(scenario.model_copy(update={"countries": countries}).until("2022-09-17"))
    assert western.days[0].isoformat() == "2022-09-13"
    assert western.arrays.clock.country_day[western.countries.index("FI")][:5].tolist() == [0, 0, 0, 0, 1]
    assert (western.arrays.clock.country_day >= 0).all()


# ---------------------------------------------------------------------------------------------------------------------
# Ordinary traffic


def test_ordinary_traffic_adds_up_to_the_table(network, scenario):
    lanes = {(lane.post, lane.direction, lane.mode): n for n, lane in enumerate(network.lanes)}
    clock = network.arrays.clock
    for row in scenario.baseline:
        n = lanes[row.place, row.direction, row.mode]
        day = clock.country_day[network.arrays.lanes.country[n]]
        total = np.bincount(day, weights=network.arrays.lanes.ordinary[:, n].sum(axis=1))
        whole = np.flatnonzero(np.bincount(day) == 24)
        expected = [row.persons_per_day * row.weekdays[network.days[d].weekday()] for d in whole]
        np.testing.assert_allclose(total[whole], expected, rtol=1e-9, err_msg=f"{row.place} {row.direction} {row.mode}")
        assert network.arrays.lanes.citizens[n] == row.citizen_share
        assert bool(network.arrays.lanes.ordinary[:, n].any()) == (row.persons_per_day > 0)
    assert set(np.flatnonzero(network.arrays.lanes.ordinary.any(axis=(0, 2)))) <= {
        lanes[r.place, r.direction, r.mode] for r in scenario.baseline
    }


def test_ordinary_tourists_are_the_share_of_the_table(network, scenario):
    tourist = [one.id for one in scenario.visa_classes].index("tourist")
    lanes = {(lane.post, lane.direction, lane.mode): n for n, lane in enumerate(network.lanes)}
    for row in scenario.baseline:
        traffic = network.arrays.lanes.ordinary[:, lanes[row.place, row.direction, row.mode]].sum(axis=0)
        assert traffic[tourist] == pytest.approx(row.tourist_share * traffic.sum(), abs=1e-9)


def test_nobody_crosses_a_shut_post(network):
    lanes = network.arrays.lanes
    shut = lanes.open_share[lanes.hours].T == 0  # (hour, lane)
    assert shut.any()
    assert (lanes.ordinary.sum(axis=2)[shut] == 0).all()


# ---------------------------------------------------------------------------------------------------------------------
# Ways out


def test_moscow_reaches_georgia_kazakhstan_finland_and_the_air(network):
    found = ways(network, "moscow")
    assert {"GE", "KZ", "FI", "TR", "AM", "AE", "UZ"} <= {way[0] for way in found}
    assert ("GE", "verkhny-lars") in {way[:2] for way in found}
    assert {"car", "ride", "bus", "foot", "air"} <= {way[3] for way in found}
    by_car = {way[0]: way[4] for way in sorted(found, key=lambda way: -way[4]) if way[3] == "car"}
    assert 10 < by_car["FI"] < 20 < by_car["GE"] < 50  # the nearest post of each
    assert all(5 < way[4] < 24 for way in found if way[3] == "air")


def test_places_without_a_road_have_no_car(network, scenario):
    lonely = [place.id for place in scenario.places if place.kind == "origin" and "air" in place.access]
    assert len(lonely) >= 3
    for place in lonely:
        kinds = {way[3] for way in ways(network, place)}
        assert kinds and "car" not in kinds, place


def test_every_origin_has_ways_of_plausible_length(network):
    for origin in network.origins:
        found = ways(network, origin)
        assert found, origin
        assert all(0 < way[4] < 192 for way in found), origin
        assert len({way[0] for way in found}) >= 3, origin


def test_near_places_are_near(network):
    samara = [way for way in ways(network, "samara-region") if way[1] == "mashtakovo" and way[3] == "car"]
    assert samara and samara[0][4] < 6
    petersburg = {way[1]: way[4] for way in ways(network, "st-petersburg") if way[3] == "car" and way[0] == "FI"}
    assert min(petersburg.values()) < 5
    assert min(petersburg, key=petersburg.get) in ("torfyanovka", "brusnichnoye", "svetogorsk")


def test_choice_tables_hang_together(network):
    choices = network.arrays.choices
    rows, alternatives = len(choices.row_key), len(choices.alt_lane)
    assert choices.row_nest[0] == choices.nest_alt[0] == 0
    assert choices.row_nest[-1] == len(choices.nest_country)
    assert choices.nest_alt[-1] == alternatives
    assert (np.diff(choices.row_nest) > 0).all() and (np.diff(choices.nest_alt) > 0).all()
    for row in range(rows):
        countries = choices.nest_country[choices.row_nest[row] : choices.row_nest[row + 1]]
        assert len(set(countries.tolist())) == len(countries)
    for nest, country in enumerate(choices.nest_country):
        lanes = choices.alt_lane[choices.nest_alt[nest] : choices.nest_alt[nest + 1]]
        assert {network.lanes[n].country for n in lanes} == {network.countries[country]}
    assert {network.lanes[n].direction for n in choices.alt_lane} == {"out"}
    assert (choices.row_share.sum(axis=1) == pytest.approx(1)) and (choices.row_share >= 0).all()
    # people turned away at a post choose from its gateway, and see the same post again
    for post, row in enumerate(choices.post_row):
        if row >= 0:
            low, high = choices.nest_alt[choices.row_nest[row]], choices.nest_alt[choices.row_nest[row + 1]]
            own = choices.alt_lane[low:high][network.trips.own[low:high] == 1]
            assert {network.lanes[n].post for n in own} <= {network.posts[post]}
    assert network.trips.own[: choices.nest_alt[choices.row_nest[len(network.origins)]]].sum() == 0


def test_services_run_where_the_table_says(network, scenario):
    choices = network.arrays.choices
    ends = {link.service: link.to for link in scenario.links if link.service}
    for n, service in enumerate(network.trips.service):
        lane = network.lanes[choices.alt_lane[n]]
        if service >= 0 and lane.kind == "land":
            assert ends[network.services[service]] == lane.post
        elif service >= 0:
            assert network.services[service] == lane.post


def test_no_crossing_without_lanes(network, scenario):
    with_lanes = {lane.crossing for lane in scenario.lanes}
    without = {p.id for p in scenario.places if p.kind == "crossing"} - with_lanes
    assert without == {"yarag-kazmalyar", "syvyaoro"}
    assert not without & set(network.posts)
    assert {lane.post for lane in network.lanes} == set(network.posts)
    assert len(network.lanes) == len({(lane.post, lane.direction, lane.mode) for lane in network.lanes})


def test_keys_of_draws_are_unique(network):
    a = network.arrays
    for keys in (a.people.origin_key, a.choices.row_key, a.lanes.country_key):
        assert len(np.unique(keys)) == len(keys)
    # the entry side draws at the key after the exit side's
    sides = np.concatenate([a.lanes.key, a.lanes.key + 1])
    assert len(np.unique(sides)) == len(sides)


def test_keys_do_not_move_when_a_place_is_taken_out(network, scenario):
    places = tuple(place for place in scenario.places if place.id != "adygea")
    smaller = compile_network(
        scenario.model_copy(
            update={"places": places, "links": tuple(k for k in scenario.links if "adygea" not in (k.from_, k.to))}
        )
    )
    assert len(smaller.origins) == len(network.origins) - 1
    key = dict(zip(network.origins, network.arrays.people.origin_key.tolist(), strict=True))
    assert all(key[o] == k for o, k in zip(smaller.origins, smaller.arrays.people.origin_key.tolist(), strict=True))
    np.testing.assert_array_equal(smaller.arrays.lanes.key, network.arrays.lanes.key)


def test_people_at_home(network, scenario):
    population = sum(place.population for place in scenario.places if place.kind == "origin")
    assert network.home.shape == (len(network.origins), len(network.groups))
    assert (network.home >= 0).all()
    assert network.everyone <= population
    assert network.everyone == pytest.approx(population, rel=1e-5)  # the three shares add up to one
    assert (network.home.sum(axis=1) <= network.arrays.people.population).all()


def test_an_origin_without_any_way_out_is_named(scenario):
    stranded = scenario.model_copy(
        update={"lanes": (), "baseline": (), "links": tuple(link for link in scenario.links if link.mode != "air")}
    )
    with pytest.raises(ScenarioError, match="no way out"):
        compile_network(stranded)


def test_arrays_have_the_shapes_that_the_kernel_expects(network):
    hours, lanes, posts = len(network.hours), len(network.lanes), len(network.posts)
    a = network.arrays
    assert a.lanes.ordinary.shape == (hours, lanes, len(network.scenario.visa_classes))
    assert network.trips.units.shape == (lanes, 2)
    assert a.lanes.open_share.shape[1] == hours
    assert a.clock.country_day.shape == (len(network.countries), hours)
    assert a.choices.post_row.shape == (posts,)
    assert set(a.lanes.kind.tolist()) == {border.LAND, border.AIR, border.OPEN, border.BACK, border.OPEN_BACK}
    assert [MODES[m] for m in a.lanes.mode] == [lane.mode for lane in network.lanes]
    rules, theta = compile_rules(network)
    segments = int(rules.segment.max()) + 1
    assert rules.segment[0] == 0 and set(np.diff(rules.segment)) <= {0, 1}
    assert rules.control.notice.shape == (segments, posts)
    assert rules.control.admit.shape == (segments, len(network.countries), len(network.scenario.visa_classes))
    assert rules.access.capacity.shape == (segments, lanes, 2)
    assert rules.demand.shock.shape[1:] == (len(network.groups), hours)
    for share in (rules.control.notice, rules.control.stop_noticed, rules.control.stop_listed, rules.control.admit,
                  rules.access.turned_away, rules.access.known_away, rules.access.open_to):  # fmt: skip
        assert ((share >= 0) & (share <= 1)).all()
    assert theta.patience == network.scenario.value("patience")


def test_rules_of_changed_values_equal_those_of_a_changed_scenario(network, scenario):
    values = {"call_up_quota": 1e6, "office_stopped": 0.7, "ban_informed": 0.2, "patience": 12.0, "pull_finland": 1.0}
    rules, theta = compile_rules(network, values)
    changed, changed_theta = compile_rules(compile_network(scenario.with_parameters(**values)))
    assert theta == changed_theta
    for ours, theirs in zip(rules[1:], changed[1:], strict=True):
        for name in ours._fields:
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def test_shock_shape_peaks_at_one_and_halves():
    hours = np.arange(-48, 24 * 60) + 0.5
    shape = shock_shape(hours, 8.0, 9.0)
    assert (shape[hours < 0] == 0).all()
    assert shape.max() == pytest.approx(1, abs=1e-3)
    late = np.flatnonzero(hours > 24 * 10)
    np.testing.assert_allclose(shape[late + 0][: -9 * 24] / 2, shape[late][9 * 24 :], rtol=1e-6)
    assert shock_shape(np.array([1.0]), 0.0, 5.0)[0] == pytest.approx(1, abs=0.01)  # no rise: at once


# ---------------------------------------------------------------------------------------------------------------------
# Networks of single members


def test_an_adapted_network_is_the_compiled_one():
    """Whatever of a member's values the arrays hold is worked out as `compile_network` would: exact."""
    network = compile_network(tiny_scenario(days=2))
    changed = network.scenario.with_parameters(**{"capacity:mountain": 0.5, "ordinary:GE": 1.7, "tourists:FI": 3.0})
    adapted, fresh = adapt_network(network, changed), compile_network(changed)
    for part in ("lanes", "choices"):
        for one, other in zip(getattr(adapted.arrays, part), getattr(fresh.arrays, part), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    assert (adapted.home == fresh.home).all()


def test_shares_of_groups_reach_the_members():
    scenario = load("russia-2022").until("2022-09-15")
    network = compile_network(scenario)
    changed = scenario.with_parameters(share_experienced=0.04)
    assert (adapt_network(network, changed).home == compile_network(changed).home).all()
    with pytest.raises(UsageError, match="share_experienced is part of the network"):
        compile_rules(network, {"share_experienced": 0.04})
    with pytest.raises(UsageError, match="ordinary:KZ is part of the network"):
        compile_rules(network, {"ordinary:KZ": 2.0})


def test_factors_scale_what_they_name():
    """Twice the ordinary traffic is twice the rate; the odds of tourists leave the total alone: exact."""
    network = compile_network(tiny_scenario(days=2))
    lanes = [n for n, lane in enumerate(network.lanes) if lane.country == "FI"]
    before = network.arrays.lanes.ordinary
    double = adapt_network(network, network.scenario.with_parameters(**{"ordinary:FI": 2.0})).arrays.lanes.ordinary
    np.testing.assert_allclose(double[:, lanes], 2 * before[:, lanes])
    odds = adapt_network(network, network.scenario.with_parameters(**{"tourists:FI": 3.0})).arrays.lanes.ordinary
    np.testing.assert_allclose(odds.sum(axis=2), before.sum(axis=2))
    lane = next(n for n in lanes if network.lanes[n].direction == "out")
    # half of them were tourists: odds 1 become odds 3
    np.testing.assert_allclose(odds[:, lane, 1].sum() / odds[:, lane].sum(), 0.75)
    rules, _ = compile_rules(network, {"capacity:mountain": 0.5})
    shipped, _ = compile_rules(network)
    mountain = [n for n, lane in enumerate(network.lanes) if lane.post == "mountain" and lane.direction == "out"]
    np.testing.assert_allclose(rules.access.capacity[:, mountain], 0.5 * shipped.access.capacity[:, mountain])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("capcity:mountain", 1.0, "no factor 'capcity:mountain'; kinds are capacity, ordinary, tourists"),
        ("capacity:montain", 1.0, r"no crossing 'montain' \(did you mean 'mountain'\?\)"),
        ("ordinary:GE", -1.0, "finite number of at least 0, got -1"),
    ],
)
def test_wrong_factors(name, value, message):
    with pytest.raises(UsageError, match=message):
        tiny_scenario().with_parameters(**{name: value})


def test_hours_of_all_at_once_are_those_of_each():
    """What `Roads.hours_by_car` works out for many gateways at a time is what `Roads.drive` says of each, bit for bit."""
    for name in ("russia-2022", "ukraine-2022"):
        scenario = load(name)
        roads = Roads(scenario)
        gateways = list(
            {p.gateway: scenario.place(p.gateway) for p in scenario.places if p.kind == "crossing"}.values()
        )
        for start in [place for place in scenario.places if place.kind == "origin" and "air" not in place.access]:
            hours = roads.hours_by_car(start, gateways, roads.columns(gateways))
            assert hours == [roads.drive(start, gateway)[0] for gateway in gateways]
