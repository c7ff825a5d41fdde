"""Write the table of parameters that the shipped crises share into docs/model.md and benchmarks/RESULTS.md.

Run from an environment with borderflow:  python tools/compare_parameters.py

Of each parameter that more than one scenario leaves open it shows the shipped value and the 90 % interval, that of the
scenario's fit where it ships one (fit/parameters.csv), else that of its prior; whether the crises agree; and the prior
that `borderflow new` gives a third one (src/borderflow/data/defaults.yaml, from tools/make_defaults.py).
"""

from __future__ import annotations

import re
from pathlib import Path

from make_defaults import LEARNED, fitted
from ruamel.yaml import YAML

from borderflow.scenario import ENGINE_PARAMETERS, Scenario, load, shipped

ROOT = Path(__file__).parents[1]
TARGETS = (ROOT / "docs" / "model.md", ROOT / "benchmarks" / "RESULTS.md")


def interval(scenario: Scenario, folder: Path, name: str) -> tuple[float, float, float, bool]:
    """Return value, 5 % and 95 %, and whether the data narrowed them."""
    one = scenario.parameters[name]
    middle, low, high, ratio = fitted(folder.name).get(name, (one.value, one.prior.low, one.prior.high, 1.0))
    return middle, low, high, ratio < LEARNED


def rows() -> list[str]:
    folders = shipped()
    scenarios = {name: load(path) for name, path in folders.items()}
    pooled = YAML(typ="safe").load(ROOT / "src" / "borderflow" / "data" / "defaults.yaml")["parameters"]
    head = [*(f"{name} {'fit' if (folders[name] / 'fit').is_dir() else 'prior'}, 90 %" for name in scenarios)]
    out = [
        f"| parameter | unit | {' | '.join(head)} | agree | prior for a third crisis |",
        "|---" * (4 + len(head)) + "|",
    ]
    for name, (unit, _meaning) in ENGINE_PARAMETERS.items():
        used = [key for key, one in scenarios.items() if one.parameters[name].prior.shape != "fixed"]
        if len(used) < 2:
            continue
        found = [interval(scenarios[key], folders[key], name) for key in scenarios]
        cells = [f"{value:.3g} ({low:.3g} to {high:.3g}){' *' if said else ''}" for value, low, high, said in found]
        overlap = max(low for _, low, _, _ in found) <= min(high for _, _, high, _ in found)
        inside = all(low <= value <= high for value, *_ in found for _, low, high, _ in found)
        verdict = "yes" if inside else "partly" if overlap else "no"
        prior = pooled[name]["prior"]
        third = f"{pooled[name]['value']:.3g} ({prior['low']:.3g} to {prior['high']:.3g}, {prior['shape']})"
        out.append(f"| `{name}` | {unit} | {' | '.join(cells)} | {verdict} | {third} |")
    return out


def main() -> None:
    block = "<!-- shared parameters: written by tools/compare_parameters.py -->\n" + "\n".join(rows())
    block += "\n<!-- /shared parameters -->"
    for path in TARGETS:
        text = path.read_text(encoding="utf-8")
        pattern = re.compile(r"<!-- shared parameters.*?<!-- /shared parameters -->", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{path}: has no block <!-- shared parameters --> to fill")
        path.write_text(pattern.sub(lambda _: block, text), encoding="utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main()
