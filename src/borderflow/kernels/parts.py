"""Parts: functions that exist only as copies inside the kernels that call them.

Numba compiles every function as if it were called alone: it is linked with all it calls, optimised and turned into
machine code, and then the same happens again in each of its callers, level by level. A kernel of sixty functions pays
for most of them several times. A part is only linked; whoever calls it is optimised and turned into machine code with
all its parts at once, which takes two thirds of the time and gives the same code.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

__all__ = ["PartCompiler"]


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


class PartCompiler(Compiler):
    """Numba's compiler for functions decorated with ``njit(pipeline_class=PartCompiler)``, called from kernels only."""

    def define_pipelines(self) -> Any:
        """Return the usual passes; their code goes to a part."""
        library = _Part(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        library.enable_object_caching()
        self.state.library = library
        usual: Any = super()
        return usual.define_pipelines()
