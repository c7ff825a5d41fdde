"""Put road distances and hours from a routing server into the links.csv of a scenario.

    python tools/road_times.py my-scenario --osrm http://localhost:5000
    python tools/road_times.py my-scenario --valhalla http://localhost:8002

Both servers are free software and run on your own computer with a map extract of the region (OpenStreetMap, ODbL:
credit it). Every car link whose source begins with "guess" is asked for by itself, last legs to crossings too; what the
server does not know stays a guess. The old file is kept as links.csv.old.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from borderflow.errors import BorderflowError
from borderflow.scenario import Place, load


def ask_osrm(server: str, a: Place, b: Place) -> tuple[float, float] | None:
    url = f"{server}/route/v1/driving/{a.lon},{a.lat};{b.lon},{b.lat}?overview=false"
    answer = fetch(url)
    if answer.get("code") != "Ok" or not answer.get("routes"):
        return None
    route = answer["routes"][0]
    return route["distance"] / 1000.0, route["duration"] / 3600.0


def ask_valhalla(server: str, a: Place, b: Place) -> tuple[float, float] | None:
    spots = [{"lat": a.lat, "lon": a.lon}, {"lat": b.lat, "lon": b.lon}]
    question = {"locations": spots, "costing": "auto", "units": "kilometers"}
    answer = fetch(f"{server}/route?json={urllib.parse.quote(json.dumps(question))}")
    summary = answer.get("trip", {}).get("summary")
    return None if summary is None else (summary["length"], summary["time"] / 3600.0)


def fetch(url: str) -> dict:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        # both servers answer "no road there" with an error status and a body
        return {"code": str(error.code)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=Path)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--osrm", metavar="URL")
    which.add_argument("--valhalla", metavar="URL")
    chosen = parser.parse_args()
    ask, server, name = (ask_osrm, chosen.osrm, "OSRM") if chosen.osrm else (ask_valhalla, chosen.valhalla, "Valhalla")
    try:
        scenario = load(chosen.scenario)
    except BorderflowError as error:
        sys.exit(str(error))
    path = chosen.scenario / "links.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    today = datetime.now(UTC).date()
    found = 0
    for row in rows:
        if row["mode"] != "car" or not row["source"].startswith("guess"):
            continue
        try:
            way = ask(server.rstrip("/"), scenario.place(row["from"]), scenario.place(row["to"]))
        except (OSError, ValueError, KeyError) as error:
            sys.exit(f"{server}: {error}; nothing was changed")
        if way is not None:
            row["km"], row["hours"] = f"{way[0]:.1f}", f"{max(way[1], 0.01):.2f}"
            row["source"] = f"{name}, OpenStreetMap contributors (ODbL), {today}"
            found += 1
    path.rename(path.with_suffix(".csv.old"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path}: {found} of {sum(row['mode'] == 'car' for row in rows)} roads from {name}")


if __name__ == "__main__":
    main()
