"""Every example runs from start to end, in an empty folder, without a warning and without leaving anything behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


def test_examples_are_numbered_without_gaps():
    assert [path.name[:3] for path in EXAMPLES] == [f"{n:02}_" for n in range(1, len(EXAMPLES) + 1)]
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path, tmp_path):
    scratch = tmp_path / "scratch"
    here = tmp_path / "here"
    scratch.mkdir()
    here.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=here,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) >= 3
    assert list(here.iterdir()) == []
    assert list(scratch.iterdir()) == []
