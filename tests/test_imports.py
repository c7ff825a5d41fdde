"""Modules import only from those before them, and the front door loads nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import borderflow

ROOT = Path(borderflow.__file__).parent
ORDER = (
    "errors", "kernels", "folders", "archives", "pages", "terminals", "places", "scenario", "flee", "routes", "network", "rules", "simulation", "twin", "cube",
    "results", "snapshots", "engine", "plans", "workers", "clusters", "ensemble",
    "units", "wording", "ledger", "naming", "articles", "evidence", "review", "review_page", "proposals",
    "observations", "shares", "camp_store", "camp_tables", "camps", "camp_fits", "scoring", "priors", "smoother", "sequential",
    "fits", "calibration", "pictures", "breaks",
    "forecasting", "baselines", "skill", "backtests",
    "changes", "outcomes", "effects", "comparison", "sensitivity", "crossings", "drafting", "guesses",
    "charts", "plots", "effect_plots", "disclosure", "exports", "pairing", "event_words", "revision", "briefing",
    "camp_briefing",
    "server", "cli",
)  # fmt: skip
HEAVY = ("numba", "scipy", "pandas", "xarray", "zarr", "jinja2")
SOURCES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py" or path.parent != ROOT)


def own(path):
    """Return the line of the order on which a source stands."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(tree):
    """Yield (line number, part of borderflow) for every import anywhere in a file, those for type checkers included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "borderflow":
                    yield node.lineno, (alias.name.split(".") + [""])[1]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            parts = (node.module or "").split(".")
            if parts[0] != "borderflow":
                continue
            for alias in node.names:
                yield node.lineno, parts[1] if len(parts) > 1 else borderflow._HOMES.get(alias.name, alias.name)


@pytest.mark.parametrize("path", SOURCES, ids=[str(path.relative_to(ROOT)) for path in SOURCES])
def test_a_module_imports_only_from_those_above_it(path):
    me = own(path)
    assert me in ORDER, f"{me} has no line in the order of the design"
    for line, other in imported(ast.parse(path.read_text(encoding="utf-8"))):
        if other in ("", "__version__") or me == other:
            continue
        assert other in ORDER, f"{path.name}:{line}: {other}"
        assert ORDER.index(other) < ORDER.index(me), f"{path.name}:{line}: {me} imports {other}"


def test_all_compiled_code_lives_in_kernels():
    for path in SOURCES:
        if own(path) != "kernels":
            assert "njit" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", ["borderflow", "borderflow.cli", "borderflow.scenario", "borderflow.errors"])
def test_the_front_door_is_light(name):
    code = f"import sys, {name}; print(*sorted({{m.split('.')[0] for m in sys.modules}} & set({HEAVY!r})))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True,
                         env={"PYTHONPATH": str(ROOT.parent), "PATH": ""})  # fmt: skip
    assert out.stdout.split() == []
