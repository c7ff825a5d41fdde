"""Fits of Flee's conflicts: settings fitted to the first half of each, scored on the new arrivals of the second.

    python benchmarks/flee_fits.py DATA SETTINGS     DATA holds one folder per conflict, SETTINGS is Flee's preset

Prints a table for RESULTS.md. Nothing of the second half is used but its totals, which drive Flee, too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from borderflow.camp_fits import fit_camps, score_growth
from borderflow.flee import load_directory


def main(data: Path, settings: Path) -> None:
    """Fit, score and print."""
    print(
        "| conflict | preset, first half | fitted, first half | fitted | preset | shares before the split | shares of the window before | s |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    lines = []
    for folder in sorted(path.parent for path in data.glob("*/input_csv")):
        scenario = load_directory(folder, settings=settings)
        began = time.process_time()
        made = fit_camps(scenario)
        errors = [f"{row['error']:.3f}" for row in score_growth(scenario, made)]
        cells = [folder.name, f"{made.before:.3f}", f"{made.error:.3f}", *errors, f"{time.process_time() - began:.0f}"]
        print(f"| {' | '.join(cells)} |", flush=True)
        lines.append(f"{folder.name}: " + ", ".join(f"{name} {value:g}" for name, value in made.values.items()))
    print("\n" + "\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
