"""Parts: functions that exist only as copies inside the kernels that call them.

Numba compiles every function as if it were called alone: it is linked with all it calls, optimised and turned into
machine code, and then the same happens again in each of its callers, level by level. A kernel of sixty functions pays
for most of them several times. A part is only linked; whoever calls it is optimised and turned into machine code with
all its parts at once, which takes two thirds of the time and gives the same code.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from numba import njit, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.extending import typeof_impl

__all__ = ["Open", "copied", "kernel", "open_copied", "open_part", "part"]


class _Part(JITCodeLibrary):
    """Code that waits for its callers: nothing is optimised, and nothing is made of it alone.

    Should another numba not call these methods, a part is compiled like any other function: slower, not wrong.
    """

    def _optimize_final_module(self) -> None: ...

    def _finalize_final_module(self) -> None:
        self._finalized = True

    @property
    def codegen(self) -> _Part:
        """Where numba sets the environment that a function needs to talk to Python; parts do not."""
        return self

    def set_env(self, _name: str, _environment: Any) -> None:
        """Leave the environment unset: there is no machine code yet that could hold it."""


class _Whole(JITCodeLibrary):
    """Code of a kernel with all its parts, which nobody else calls.

    Where the compiler knows that, it leaves out of each call what the part does not use. An array is seven numbers or
    more, of which most parts use one; handing all of them over took longer than some of the steps.
    """

    def _optimize_final_module(self) -> None:
        # names that nobody else has: in one process, whoever links a part of the same name would get this one, which is
        # called in another way
        parts = [one for one in self._final_module.functions if one.linkage.name == "linkonce_odr"]
        own = [one.name for one in self._final_module.functions if not one.is_declaration and one not in parts]
        kernel = zlib.crc32("".join(own).encode())
        for number, function in enumerate(parts):
            function.linkage = "internal"
            function.name = f"part-{kernel:08x}-{number}"
        usual: Any = super()
        usual._optimize_final_module()


class _KernelCompiler(Compiler):
    """Numba's compiler for functions decorated with `kernel`."""

    def define_pipelines(self) -> Any:
        """Return the usual passes; their code goes to a whole."""
        library = _Whole(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        library.enable_object_caching()
        self.state.library = library
        usual: Any = super()
        return usual.define_pipelines()


class _PartCompiler(Compiler):
    """Numba's compiler for functions decorated with `part` or `copied`, called from kernels only."""

    def define_pipelines(self) -> Any:
        """Return the usual passes; their code goes to a part."""
        library = _Part(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        library.enable_object_caching()
        self.state.library = library
        usual: Any = super()
        return usual.define_pipelines()


# All arrays come from outside and outlive the call, so reference counting (`_nrt`) is off: passing tuples of arrays from
# function to function would otherwise count them up and down, which costs more than the draws. Functions take the small
# tuples they need, because every array passed costs compile time; and zero is passed as ``ZERO``, because numba compiles
# a function once more for each literal. Numbers of places that many people look up are unsigned (``ONE``, ``np.uint64``),
# because a signed one may count from the end, which has to be looked at every time.
_OPTIONS: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}
_INSIDE: dict[str, Any] = _OPTIONS | {"no_cpython_wrapper": True, "pipeline_class": _PartCompiler}

#: What Python calls; to be decorated within `kernel_cache`.
kernel = njit(**_OPTIONS, cache=True, nogil=True, pipeline_class=_KernelCompiler)
#: A function of its own within a kernel; said in so many words, because numba hands it down from the caller where not.
part = njit(**_INSIDE, forceinline=False)
#: A function that is copied to wherever it is called.
copied = njit(**_INSIDE, forceinline=True)


class Open:
    """A function that is a part within kernels and that Python may call, too: only then is it compiled by itself.

    Parameters
    ----------
    py_func : callable
    inside : numba dispatcher
        The same as a `part`, or `copied`.
    """

    def __init__(self, py_func: Callable[..., Any], inside: Any) -> None:
        self.py_func, self.inside = py_func, inside
        self.outside = njit(**_OPTIONS, cache=True)(py_func)
        self.__doc__ = py_func.__doc__

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it from Python."""
        return self.outside(*arguments, **named)


@typeof_impl.register(Open)
def _type_inside(function: Open, _context: Any) -> types.Dispatcher:
    return types.Dispatcher(function.inside)


def open_part(py_func: Callable[..., Any]) -> Open:
    """Make a function of its own within a kernel of what Python may call, too; to be used within `kernel_cache`."""
    return Open(py_func, part(py_func))


def open_copied(py_func: Callable[..., Any]) -> Open:
    """Copy what Python may call, too, to wherever a kernel calls it; to be used within `kernel_cache`."""
    return Open(py_func, copied(py_func))
