"""Clocks inside a kernel: its own text compiled a second time, with the processor's clock read around chosen calls.

The text is that of the functions themselves, so nothing else is measured than what runs. A clock costs some twenty
cycles; each is counted, and what as many clocks around nothing show is taken off again.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

_OPTIONS: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "nogil": True}


@intrinsic
def ticks(_context: Any) -> Any:
    """Return the processor's clock."""

    def read(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(64), [])
        return builder.call(builder.module.declare_intrinsic("llvm.readcyclecounter", (), kind), [])

    return types.int64(), read


class _Clocks(ast.NodeTransformer):
    """Read the clock before and after every statement that calls a term; hand the clocks on to functions within."""

    def __init__(self, terms: Sequence[str], step: str, within: Sequence[str]) -> None:
        self.terms, self.step, self.within = list(terms), step, within
        self.met: set[str] = set()

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Hand the clocks on."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self.within:
            node.args.append(ast.Name("spent", ast.Load()))
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        """Note where the steps of time begin."""
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and node.target.id == self.step:
            node.body[:0] = ast.parse(f"spent[-1, 0] = {self.step}").body
        return node

    def generic_visit(self, node: ast.AST) -> Any:
        """Put clocks around a statement; look for more statements within."""
        super().generic_visit(node)
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.Return):
            return node
        asked = node.test if isinstance(node, ast.If) else node.value
        calls = ast.walk(asked) if asked else ()
        names = [one.func.id for one in calls if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
        found = [name for name in names if name in self.terms]
        if not found:
            return node
        self.met.update(found[:1])
        at = 2 * self.terms.index(found[0])
        after = f"spent[{at}, spent[-1, 0]] += ticks() - began\nspent[{at + 1}, spent[-1, 0]] += 1"
        last: list[ast.stmt] = []
        if isinstance(node, ast.Return) and node.value:
            last = ast.parse("return returned", mode="exec").body
            node = ast.Assign([ast.Name("returned", ast.Store())], node.value)
        return [*ast.parse("began = ticks()").body, node, *ast.parse(after).body, *last]


def clocked(functions: Sequence[Any], terms: Sequence[str], step: str) -> Callable[..., Any]:
    """Compile functions of a kernel, the last of which calls the others, with clocks around the calls of terms.

    Parameters
    ----------
    functions : sequence of compiled functions
        Called ones before those that call them; each takes one more argument, handed on by its caller.
    terms : sequence of str
        Names of called functions; none may be called within another.
    step : str
        The variable of the loop over time in the last function.

    Returns
    -------
    callable
        The last function with one more argument, the clocks: see `new_clocks`.
    """
    done: dict[int, Any] = {}
    met: set[str] = set()
    for original in functions:
        home = vars(sys.modules[original.py_func.__module__])
        known = {name: done[id(value)] for name, value in home.items() if id(value) in done}
        clocks = _Clocks(terms, step, list(known))
        tree = ast.parse(textwrap.dedent(inspect.getsource(original.py_func)))
        function = tree.body[0]
        assert isinstance(function, ast.FunctionDef)
        function.decorator_list = []
        function.args.args.append(ast.arg("spent"))
        space = {**home, **known, "ticks": ticks}
        exec(compile(ast.fix_missing_locations(clocks.visit(tree)), f"<clocked {function.name}>", "exec"), space)
        met |= clocks.met
        inline = bool(original.targetoptions.get("forceinline"))
        compiler = original._compiler.pipeline_class  # a kernel hands its parts less than any other function
        made = space[function.name]
        done[id(original)] = numba.njit(**_OPTIONS, forceinline=inline, pipeline_class=compiler)(made)
    assert met == set(terms), f"never called: {set(terms) - met}"
    last: Callable[..., Any] = done[id(functions[-1])]
    return last


def new_clocks(terms: Sequence[str], steps: int) -> NDArray[np.int64]:
    """Return clocks at zero: ticks and calls of every term at every step of time, and a row for the step."""
    return np.zeros((2 * len(terms) + 1, steps), np.int64)


def milliseconds(runs: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return milliseconds and calls of every term: the sum over steps of time of the least of any run.

    The clock goes on while other processes have the processor; no step of time meets them in every run. What takes
    less than a clock itself cannot be timed by one: NaN.
    """
    spent, calls = np.min([run[:-1:2] for run in runs], axis=0), runs[0][1:-1:2].sum(axis=1)
    clocks = calls * _cost_of_a_clock()
    net = spent.sum(axis=1) - clocks
    return np.where(net < clocks, np.nan, net) / _ticks_per_millisecond(), calls


def _cost_of_a_clock() -> float:
    """Return the ticks that a clock around nothing shows."""
    empty = _empty_clocks(np.zeros(1, np.int64), 1)
    assert empty >= 0
    return float(min(_empty_clocks(np.zeros(1, np.int64), 100_000) for _ in range(20)) / 100_000)


@numba.njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def _empty_clocks(spent: Any, times: int) -> Any:
    for _ in range(times):
        began = ticks()
        spent[0] += ticks() - began
    return spent[0]


def _ticks_per_millisecond() -> float:
    """Measure the processor's clock against the computer's."""
    read = numba.njit(lambda: ticks())
    first, began = read(), time.perf_counter()
    first, began = read(), time.perf_counter()
    time.sleep(0.2)
    return float((read() - first) / (1000 * (time.perf_counter() - began)))
