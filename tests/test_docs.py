"""The documentation runs, its links lead somewhere, and its lists are those of the code."""

import inspect
import io
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from cyclopts import CycloptsError
from pydantic import TypeAdapter
from ruamel.yaml import YAML

import borderflow as bf
from borderflow import cli
from borderflow.cube import array_specs
from borderflow.network import compile_network
from borderflow.results import QUANTITIES, SUMMARY_COLUMNS
from borderflow.scenario import (
    ENGINE_PARAMETERS,
    Baseline,
    Country,
    Event,
    Group,
    Lane,
    Link,
    Parameter,
    Place,
    Prior,
    Scenario,
    Travel,
    VisaClass,
    load,
)

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [*DOCS, *(ROOT / name for name in ("VISION.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
PAGES += sorted((ROOT / "scenarios").glob("*/README.md"))
KINDS = {model.model_fields["kind"].annotation.__args__[0]: model for model in get_args(get_args(Event)[0])}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> Iterator[tuple[int, str]]:
    """Yield the fenced blocks of one language with the line on which their code begins."""
    text = path.read_text(encoding="utf-8")
    for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text[: found.start(1)].count("\n") + 1, found.group(1)


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """Return the cells of the table under a heading by the code in their first cell; a cell may name several."""
    section = re.split(rf"^#+ {re.escape(heading)}$", read(page), flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    out = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            for key in re.findall(r"`([^`]+)`", cells[0]):
                assert key not in out, key
                out[key] = cells[1:]
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Code


@pytest.mark.parametrize("path", [p for p in DOCS if list(blocks(p, "python"))], ids=name)
def test_python_blocks_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for line, code in blocks(path, "python"):
        # padded, so that a traceback names the line of the page
        exec(compile("\n" * (line - 1) + code, str(path), "exec"), namespace)


def test_yaml_blocks_are_valid():
    seen = set()
    for _, text in blocks(ROOT / "docs" / "scenario-format.md", "yaml"):
        tree = YAML(typ="safe", pure=True).load(io.StringIO(text))
        if isinstance(tree, dict):
            assert all(Parameter.model_validate(one) for one in tree["parameters"].values())
            continue
        for row in tree:
            event = TypeAdapter(Event).validate_python(row)
            assert event.evidence
            seen.add(event.kind)
    assert seen == set(KINDS)


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_documented_commands_parse(path):
    """Every command line of the documentation is one that the program takes; nothing is run."""
    for line, text in blocks(path, "console"):
        for command in re.findall(r"(?<![\w/-])(?:\.venv/bin/)?borderflow (.+)", text.replace("\\\n", " ")):
            words = shlex.split(command.split("  #")[0].split(" # ")[0], comments=True)
            try:
                cli.app.parse_args(words, exit_on_error=False, print_error=False)
            except CycloptsError as error:
                pytest.fail(f"{name(path)}:{line}: borderflow {command}: {error}")


def test_readme_names_every_option():
    options = {f"--{name.rstrip('_')}" for name in inspect.signature(cli.runs.run).parameters} - {"--scenario"}
    assert {key.split()[0] for key in rows("README.md", "Options of run")} == options


TUTORIALS = [*sorted((ROOT / "docs" / "tutorials").glob("*.md")), ROOT / "docs" / "flee.md"]


@pytest.mark.parametrize("path", TUTORIALS, ids=name)
def test_tutorials_have_one_form(path):
    """Goal, time and needs on top; what one should see; as many solutions as exercises."""
    text = path.read_text(encoding="utf-8")
    assert [line.split(" | ")[0] for line in text.splitlines()[2:6]] == ["| Goal", "|---|---|", "| Time", "| You need"]
    assert "**What you should see.**" in text
    exercises, solutions = text.split("\n## Exercises\n")[1].split("\n## Solutions\n")
    asked = re.findall(r"^(\d)\. ", exercises, re.MULTILINE)
    assert asked == re.findall(r"^<summary>(\d)\. ", solutions, re.MULTILINE) and len(asked) >= 3
    assert solutions.count('<details markdown="1">') == solutions.count("</details>") == len(asked)


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_every_command_has_a_line(page):
    assert set(rows(page, "Commands")) == {key for key in cli.app if not key.startswith("-")}


def test_validation_covers_the_results():
    """A section of the results that the page of validation does not explain is a figure without a meaning."""
    sections = re.findall(r"^##+ (.+)$", without_code(read("benchmarks/RESULTS.md")), re.MULTILINE)
    explained = re.findall(r"^\| \[([^\]]+)\]\(\.\./benchmarks/RESULTS\.md#", read("docs/validation.md"), re.MULTILINE)
    assert explained == sections


# ---------------------------------------------------------------------------------------------------------------------
# Links


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_relative_links(path):
    for image, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", without_code(path.read_text(encoding="utf-8"))):
        if image or re.match(r"[a-z]+:", target):
            continue
        page, _, anchor = target.partition("#")
        found = (path.parent / page).resolve() if page else path
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), target


@pytest.mark.parametrize("path", [p for p in DOCS if p.name != "index.md"], ids=name)
def test_index_names_every_page(path):
    assert path.name == "README.md" or f"({path.relative_to(ROOT / 'docs').as_posix()})" in read("docs/index.md")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_paths_of_one_machine(path):
    assert not re.search(r"(?<!\w)/(work|home|root|tmp)/(?!geonames)", path.read_text(encoding="utf-8"))


def test_the_site_builds_strictly(tmp_path):
    """Every link and anchor of the site leads somewhere; a name of the reference that is gone fails the build."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_docs.py"), "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    page = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    for public in bf.__all__:
        assert re.search(rf'id="borderflow\.[\w.]+\.{public}"', page), f"docs/api.md lacks {public}"
    for html in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)"', html.read_text(encoding="utf-8"))
        assert not [url for url in loaded if "canonical" not in url], f"{html} loads {loaded}"


# ---------------------------------------------------------------------------------------------------------------------
# Lists


def test_outputs_lists_the_quantities():
    table = rows("docs/outputs.md", "Quantities")
    assert set(table) == set(QUANTITIES)
    for key, quantity in QUANTITIES.items():
        unit, direction, kind, _, meaning = table[key]
        assert (unit, direction, kind, meaning) == (
            quantity.unit,
            quantity.direction,
            quantity.kind,
            quantity.meaning,
        ), key


def test_outputs_lists_the_summary_columns():
    assert tuple(rows("docs/outputs.md", "summary.csv")) == SUMMARY_COLUMNS


def test_outputs_lists_the_arrays_of_the_cube():
    table = rows("docs/outputs.md", "The cube")
    specs = array_specs(compile_network(load("russia-2022").until("2022-09-15")))
    dimensions = {"member", *(dim for dims, _, _ in specs.values() for dim in dims)}
    # `abroad` and others are arrays, `hour` and others dimensions: one table each, no name in both
    assert set(table) == set(specs) | dimensions
    for array, (dims, _, _) in specs.items():
        assert table[array][0] == ", ".join(dims), array


def test_scenario_format_lists_the_engine_parameters():
    table = rows("docs/scenario-format.md", "parameters")
    shapes = set(Prior.model_fields["shape"].annotation.__args__)
    assert set(table) == set(ENGINE_PARAMETERS) | shapes
    for key, (unit, meaning) in ENGINE_PARAMETERS.items():
        assert table[key] == [unit, meaning], key


@pytest.mark.parametrize(
    ("heading", "model"),
    [("places.csv", Place), ("lanes.csv", Lane), ("links.csv", Link), ("baseline.csv", Baseline), ("groups", Group),
     ("visa_classes", VisaClass), ("countries", Country), ("travel", Travel)],
)  # fmt: skip
def test_scenario_format_lists_every_column_and_key(heading, model):
    text = re.split(rf"^### {heading}$", read("docs/scenario-format.md"), flags=re.MULTILINE)[1].split("\n##")[0]
    for field, spec in model.model_fields.items():
        assert f"`{spec.alias or field}`" in text, field


def test_scenario_format_lists_the_keys_of_the_yaml():
    tables = {"places", "lanes", "links", "baseline", "folder"}
    assert set(rows("docs/scenario-format.md", "scenario.yaml")) == set(Scenario.model_fields) - tables


@pytest.mark.parametrize("kind", KINDS)
def test_scenario_format_explains_every_event_kind(kind):
    text = read("docs/scenario-format.md")
    assert re.search(rf"^### {kind}$", text, re.MULTILINE)
    for field in KINDS[kind].model_fields:
        assert re.search(rf"\b{field}\b", text), field


def test_dependencies_are_explained():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    text = read("docs/dependencies.md")
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in wanted:
        package, bound = requirement.split(",")[0].split(">=")
        assert re.search(rf"^\| {re.escape(package)} \| .*\b{re.escape(bound)}\b", text, re.MULTILINE), requirement
