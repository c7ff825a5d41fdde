"""Scripts of benchmarks/ and tools/ as modules: their functions are what tests measure with."""

import functools
import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


@functools.cache
def load_script(path):
    """Return a script of the repository, given by its path from the root, as a module, loaded once."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
