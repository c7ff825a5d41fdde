"""Things that lead back to themselves: roads, transit, branches, links of a file system. Everything ends, or is refused in a line."""

import shutil
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import borderflow as bf
from borderflow.articles import read_evidence
from borderflow.camps import CampRun, run_camps
from borderflow.ensemble import simulate_block
from borderflow.errors import BorderflowError
from borderflow.flee import load_directory, shipped_directories
from borderflow.flee.members import simulate_members
from borderflow.network import compile_network
from networks import fleeing_scenario, link, tiny_scenario
from runs import TINY, hashes, run_tiny

SAMPLE = shipped_directories()["flee-two-valleys"]
SHIPPED = bf.shipped()["russia-2022"]


def refusal(action) -> str:
    with pytest.raises(BorderflowError) as refused:
        action()
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


# ---------------------------------------------------------------------------------------------------------------------
# Roads and people


@pytest.mark.parametrize("km", [0.0, 1e-9, 50.0])
def test_rings_of_roads_in_a_scenario(km):
    """Ways out are the shortest of a finite list, so a ring, even of no length, adds nothing to walk round."""
    scenario = tiny_scenario(days=2)
    places = [place.id for place in scenario.places]
    ring = [*places[:3], places[0]]
    more = [link(a, b, "car", km=km) for a, b in pairwise(ring)]
    more += [link(b, a, "car", km=km) for a, b in pairwise(ring)]
    data = scenario.model_dump(by_alias=True, mode="json")
    known = {(one["from"], one["to"], one["mode"]) for one in data["links"]}
    data["links"] += [one for one in more if (one["from"], one["to"], one["mode"]) not in known]
    assert len(data["links"]) > len(scenario.links)
    before = time.process_time()
    block = simulate_block(compile_network(type(scenario).model_validate(data)), [0, 1], seed=1)
    assert block.read("left").sum() > 0
    assert time.process_time() - before < 20


def road(*rows: str, chance: str = "1.0"):
    """Return what gives a copy of the sample these roads beside its own, and a chance of leaving."""

    def change(folder: Path) -> None:
        with (folder / "input_csv" / "routes.csv").open("a", encoding="utf-8") as file:
            file.write("".join(f"{row}\n" for row in rows))
        settings = folder / "simsetting.yml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("default_movechance: 0.5", f"default_movechance: {chance}"), encoding="utf-8")

    return change


@pytest.fixture
def directory(tmp_path):
    folder = tmp_path / "two-valleys"
    shutil.copytree(SAMPLE, folder)
    return folder


@pytest.mark.parametrize(
    "rows",
    [
        ("Dunmere,Ardal,0,",),
        ("Ardal,Dunmere,0.3,", "Dunmere,Brenn,0,", "Brenn,Ardal,0.1,"),
        ("Dunmere,Ardal,0.0000001,",),
    ],
    ids=["no length", "a ring", "next to no length"],
)
def test_rings_without_length_in_flee_directories_are_refused(directory, rows):
    """People who never stay would go round for ever within a day; Flee stops at Python's 1,000 calls within calls."""
    road(*rows)(directory)
    text = refusal(lambda: load_directory(directory).compiled)
    assert "routes.csv" in text and "0.4 km or more would be right" in text


def test_a_speed_without_bound_is_refused(directory):
    settings = directory / "simsetting.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("400.0", "1.0e+9"), encoding="utf-8")
    assert "routes.csv" in refusal(lambda: load_directory(directory).compiled)


def test_the_shortest_ring_that_is_taken_ends(directory):
    """Everybody goes on from everywhere, 1,000 roads a day."""
    road("Dunmere,Ardal,0.4,", "Ardal,Brenn,0.4,", "Brenn,Dunmere,0.4,")(directory)
    before = time.process_time()
    compiled = load_directory(directory).compiled
    (member,) = simulate_members(compiled, [0], seed=1)
    everybody = compiled.sources.initial.sum() + member.spawned.sum()
    assert member.present[-1].sum() + member.under_way[-1] == everybody > 0
    assert time.process_time() - before < 60


def test_transit_round_and_round():
    """Two countries pass everybody on to each other, all the way: nobody is counted out of being."""
    scenario = fleeing_scenario()
    everything = [one.model_copy(update={"transit_share": 1.0, "onward_rate": 1.0}) for one in scenario.countries]
    scenario = scenario.model_copy(update={"countries": tuple(everything)})
    block = simulate_block(compile_network(scenario), [0, 1], seed=1)
    assert np.all(block.read("left") >= 0)


# ---------------------------------------------------------------------------------------------------------------------
# Branches


def test_a_branch_of_a_branch_and_a_branch_in_place_of_its_run(tmp_path):
    """A branch needs nothing of the run it came from any more; even in its place it is the same run."""
    straight = hashes(run_tiny(tmp_path / "straight", members=3).folder)
    run_tiny(tmp_path / "one", members=3, snapshots=["2022-09-27T00:00"])
    second = bf.run(
        TINY, base=f"{tmp_path / 'one'}@2022-09-27T00:00", snapshots=["2022-09-28T00:00"], out=tmp_path / "two"
    )
    third = bf.run(TINY, base=f"{second.folder}@2022-09-28T00:00", out=tmp_path / "three")
    assert hashes(second.folder) == hashes(third.folder) == straight
    for folder in ("one", "two"):  # a run from itself, and one from a branch of itself
        again = bf.run(TINY, base=f"{tmp_path / folder}@2022-09-28T00:00", out=tmp_path / "one")
        assert hashes(again.folder) == straight
    shutil.rmtree(tmp_path / "one")
    assert hashes(bf.run(TINY, base=f"{second.folder}@2022-09-28T00:00", out=tmp_path / "four").folder) == straight


# ---------------------------------------------------------------------------------------------------------------------
# Links of a file system


def loop(path: Path) -> Path:
    """Put a link to itself where a file was."""
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)
    return path


@pytest.mark.parametrize(
    "name", ["scenario.yaml", "places.csv", "lanes.csv", "links.csv", "baseline.csv", "evidence.csv"]
)
def test_files_of_a_scenario_that_lead_to_themselves(tmp_path, name):
    folder = tmp_path / "scenario"
    shutil.copytree(SHIPPED, folder)
    loop(folder / name)
    read = bf.read_ledger if name == "evidence.csv" else bf.load
    assert name in refusal(lambda: read(folder))


@pytest.mark.parametrize(
    "name", ["simsetting.yml", "input_csv/routes.csv", "input_csv/locations.csv", "source_data/data_layout.csv"]
)
def test_files_of_a_flee_directory_that_lead_to_themselves(directory, name):
    loop(directory / name)
    assert Path(name).name in refusal(lambda: load_directory(directory).compiled)


def test_folders_that_hold_themselves(tmp_path, directory):
    """Folders are never searched through, so what leads back up does no harm."""
    run = run_tiny(tmp_path / "run", members=3)
    (tmp_path / "run" / "again").symlink_to(".")
    (tmp_path / "run" / "results.zarr" / "up").symlink_to("..")
    assert len(bf.open_run(run.folder).quantiles("arrivals_daily"))
    assert bf.open_run(run.folder).store.read("left").shape[0] == 3
    (directory / "input_csv" / "up").symlink_to("..")
    (directory / "again").symlink_to(".")
    run_camps(directory, members=1, out=tmp_path / "camps")
    (tmp_path / "camps" / "again").symlink_to(".")
    assert CampRun.open(tmp_path / "camps").simulated.shape[0] == 1
    folder = tmp_path / "scenario"
    shutil.copytree(SHIPPED, folder)
    (folder / "again").symlink_to(".")
    assert bf.load(folder) is not None


@pytest.mark.parametrize("name", ["manifest.json", "summary.csv", "results.zarr/left"])
def test_parts_of_a_run_that_lead_to_themselves(tmp_path, name):
    run_tiny(tmp_path / "run", members=1)
    target = tmp_path / "run" / name
    if target.is_dir():
        shutil.rmtree(target)
    loop(target)
    assert Path(name).name in refusal(lambda: bf.open_run(tmp_path / "run").store.read("left"))


@pytest.mark.parametrize("name", ["run", "run.part"])
def test_an_output_folder_that_leads_to_itself_is_refused_before_any_work(tmp_path, name):
    loop(tmp_path / name)
    assert name in refusal(lambda: run_tiny(tmp_path / "run", members=1))
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_an_article_that_leads_to_itself(tmp_path):
    assert "article.txt" in refusal(lambda: read_evidence(loop(tmp_path / "article.txt")))
