"""Run Flee's serial engine on a directory, in Flee's own environment; print processor seconds of its day loop.

Called by versus_flee.py with the Python of that environment: flee_driver.py DIR SETTINGS SEED [SEED...].
Prints a line per seed. Needs nothing of ours.
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from flee import InputGeography, flee, spawning
from flee.datamanager import handle_refugee_data, read_period
from flee.SimulationSettings import SimulationSettings


def main(folder, settings, seed):
    random.seed(seed)
    for kept in ("__refugees_raw", "__refugee_debt"):  # from one run to the next, by Flee
        setattr(spawning, kept, 0)
    np.random.seed(seed)  # noqa: NPY002
    tables, counts = Path(folder) / "input_csv", Path(folder) / "source_data"
    start, length = read_period.read_conflict_period(str(tables / "sim_period.csv"))
    SimulationSettings.ReadFromYML(settings)
    SimulationSettings.ConflictInputFile = str(tables / "conflicts.csv")
    ecosystem, geography = flee.Ecosystem(), InputGeography.InputGeography()
    geography.ReadConflictInputCSV(SimulationSettings.ConflictInputFile)
    geography.ReadLocationsFromCSV(str(tables / "locations.csv"))
    geography.ReadLinksFromCSV(str(tables / "routes.csv"))
    geography.ReadClosuresFromCSV(str(tables / "closures.csv"))
    ecosystem, places = geography.StoreInputGeographyInEcosystem(ecosystem)
    data = handle_refugee_data.RefugeeTable(
        csvformat="generic", data_directory=str(counts), start_date=start, data_layout="data_layout.csv",
        population_scaledown_factor=SimulationSettings.optimisations["PopulationScaleDownFactor"],
    )  # fmt: skip
    data.ReadL1Corrections(str(tables / "registration_corrections.csv"))
    camps = [name for name, place in places.items() if place.camp]
    for name in camps:
        spawning.add_initial_refugees(ecosystem, data, places[name])
    series = {name: [] for name in places}
    began = time.process_time()
    for day in range(length):
        geography.AddNewConflictZones(ecosystem, day)
        spawning.spawn_daily_displaced(ecosystem, day, data, SumFromCamps=True)
        spawning.refresh_spawn_weights(ecosystem)
        ecosystem.enact_border_closures(day)
        ecosystem.evolve()
        for name in places:
            series[name].append(places[name].numAgents)
    seconds = time.process_time() - began
    print(
        "RESULT " + json.dumps({"seconds": seconds, "agents": len(ecosystem.agents), "days": length, "places": series})
    )


if __name__ == "__main__":
    for one in sys.argv[3:]:
        main(sys.argv[1], sys.argv[2], int(one))
