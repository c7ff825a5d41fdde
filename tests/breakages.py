"""Ways in which right files break, drawn by hypothesis, and what an answer to a broken one has to be.

The time of each reader is one budget: none means the short version of the tests (few tries, fixed seed), a number of
seconds means `make fuzz`. What was tried is counted, and `make fuzz` writes it to build/fuzz.csv.
"""

import contextlib
import os
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from borderflow.errors import BorderflowError

SECONDS = float(os.environ.get("BORDERFLOW_FUZZ_SECONDS", "0"))  # for each reader; 0: the short version
LONGEST = 20.0  # seconds of processor time that no file may take
LARGEST = 600_000  # kB by which no file may raise the peak of memory
BEGAN: dict[str, tuple[float, float]] = {}  # wall time and processor time at the first try of a reader
LASTED: dict[str, tuple[float, float, float]] = {}  # wall time and processor time of all tries, and of the longest one
TRIED: dict[str, Counter[str]] = {}
REPORT = Path(__file__).parent.parent / "build" / "fuzz.csv"


def tries(few: int) -> settings:
    """Return hypothesis settings: `few` tries with a fixed seed in the tests, as many as fit in the time otherwise."""
    if not SECONDS:
        return settings(max_examples=few, deadline=None, database=None, derandomize=True,
                        suppress_health_check=list(HealthCheck))  # fmt: skip
    return settings(max_examples=10**6, deadline=None, database=None, suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate, Phase.shrink])  # fmt: skip


HOSTILE = [
    "", " ", "nan", "NaN", ".nan", "inf", "-.inf", "-1", "0", "1e9", "1000000000", "1e308", "1e400", "9" * 400, "0x10", "1_000", "½", "٣",
    "null", "~", "true", "[]", "{}", "[[[[[[", "- - - -", "&a *a", "<<: *a", "!!python/object/apply:os.system [id]", "!!binary x", "\t",
    "2022-13-45", "0000-00-00", "9999-12-31T23:59:59Z", "9999-12-31", "0001-01-01", "2022-09-21T25:00", "1600-01-01", "24:00",
    "../../etc/passwd", "/etc/passwd", "/dev/zero", "C:\\CON", "a/b", "..", "\x00", "\ufeff", "\u202e", "é" * 300, '"', "'", ",,,,,,", "=1+1",
    "Mars/Phobos", "x" * 5000, "<", "<script>", "]]>", "&#x0;", "-0", "1e-320", "99999999999999999999", "0.1.2", "%s%n", "{0}", "\r",
]  # fmt: skip


@st.composite
def breakages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Draw a way in which a file breaks."""
    kind = draw(
        st.sampled_from(["token", "token", "token", "token", "drop", "double", "swap", "flip", "cut", "insert"])
    )
    where, other, word = draw(st.floats(0, 1)), draw(st.floats(0, 1)), draw(st.sampled_from(HOSTILE))

    def apply(data: bytes) -> bytes:
        lines = data.split(b"\n")
        n, m = int(where * (len(lines) - 1)), int(other * (len(lines) - 1))
        if kind == "token":
            cut = b"," if b"," in lines[n] else b" "
            parts = lines[n].split(cut)
            parts[int(other * (len(parts) - 1))] = word.encode()
            lines[n] = cut.join(parts)
        elif kind == "drop":
            del lines[n]
        elif kind == "double":
            lines.insert(m, lines[n])
        elif kind == "swap":
            lines[n], lines[m] = lines[m], lines[n]
        elif kind == "insert":
            lines.insert(n, word.encode())
        elif kind == "flip" and data:
            at = int(where * (len(data) - 1))
            return data[:at] + bytes([data[at] ^ (1 << int(other * 7))]) + data[at + 1 :]
        elif kind == "cut":
            return data[: int(where * len(data))]
        return b"\n".join(lines)

    return apply


def several(most: int = 3) -> st.SearchStrategy[list[Callable[[bytes], bytes]]]:
    return st.lists(breakages(), min_size=1, max_size=most)


def broken(data: bytes, ways: list[Callable[[bytes], bytes]]) -> bytes:
    for way in ways:
        data = way(data)
    return data


class Over(KeyboardInterrupt):
    """The time of a reader is over: hypothesis takes it for a person who has had enough, and stops at once."""


def enough(reader: str) -> bool:
    """Return False while there is time; end the tries of this reader otherwise."""
    wall, _ = BEGAN.setdefault(reader, (time.monotonic(), time.process_time()))
    if SECONDS and time.monotonic() - wall > SECONDS:
        raise Over
    return False


def until_over(read: Callable[[], None]) -> None:
    """Do all tries that there is time for."""
    with contextlib.suppress(Over):
        read()


def answers(action: Callable[[], object], reader: str = "") -> str:
    """Run an action that may refuse; return the refusal. Anything but a refusal in short lines is a failure."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        action()
    except BorderflowError as error:
        text = str(error)
        assert text.strip(), "an empty complaint"
        for line in text.splitlines():
            assert len(line) < 1000, f"a complaint of {len(line)} characters: {line[:200]}"
    else:
        text = ""
    took = time.process_time() - began
    assert took < LONGEST
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LARGEST
    if reader in BEGAN:
        wall, processor = BEGAN[reader]
        longest = max(took, LASTED.get(reader, (0, 0, 0))[2])
        LASTED[reader] = (time.monotonic() - wall, time.process_time() - processor, longest)
        TRIED.setdefault(reader, Counter()).update(["refused" if text else "taken"])
    return text


def report() -> None:
    """Add what was tried to build/fuzz.csv, where the time was more than that of the tests.

    A row is the reader, tries, taken, refused, then seconds: by the clock, of the processor, and of the processor for
    the longest try.
    """
    if not SECONDS:
        return
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a", encoding="utf-8") as file:
        for reader, found in TRIED.items():
            times = ",".join(f"{seconds:.1f}" for seconds in LASTED[reader])
            file.write(f"{reader},{found.total()},{found['taken']},{found['refused']},{times}\n")
    TRIED.clear()
