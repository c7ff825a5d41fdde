"""Article files as plain text: text, HTML and PDF, in whatever encoding they come.

Nothing is fetched, no script runs, nothing outside the file is opened. Spans of claims are positions in the text that
this module returns.
"""

from __future__ import annotations

import html.parser
import io
import itertools
import re
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borderflow.errors import UsageError

__all__ = ["LIMIT", "Article", "read_article"]

#: Largest file that is read, in bytes; no news report comes near it.
LIMIT = 10_000_000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STRETCHED = re.compile(r"(?<=\S)[ \t\u00a0]{2,}(?=\S)")  # lines set to the width of a column
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "td", "th", "tr", "ul", "title",
))  # fmt: skip
_SILENT = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "head", "nav", "footer", "aside", "form",
    "button", "select", "iframe", "object",
))  # fmt: skip
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))  # fmt: skip
_META_DATES = (
    "article:published_time", "date", "pubdate", "publish-date", "dc.date", "datepublished", "og:published_time",
)  # fmt: skip


@dataclass(frozen=True)
class Article:
    """The text of an article, and the day of its publication where the file says so."""

    text: str
    name: str
    published: date | None = None


def read_article(path: str | Path) -> Article:
    """Read a text, HTML or PDF file.

    Raises
    ------
    UsageError
        In one line: the file is missing, empty, larger than 10 MB, not text, or a PDF without text in it.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if file.is_dir():
            raise UsageError(f"{file}: is a folder, not an article")
        if size > LIMIT:
            raise UsageError(f"{file.name}: is {size / 1e6:.0f} MB; an article has at most {LIMIT / 1e6:.0f} MB")
        data = file.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    article = _read_bytes(data, file.name)
    if not article.text.strip():
        raise UsageError(f"{file.name}: holds no text")
    return article


def _read_bytes(data: bytes, name: str) -> Article:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return Article(_read_pdf(data, name), name)
    text = _decode(data, name)
    start = text[:2000].lstrip().casefold()
    if start.startswith(("<!doctype html", "<html", "<?xml")) or (
        "<body" in start or "<p>" in start or "<head" in start
    ):
        return _read_html(text, name)
    return Article(_tidy(text), name)


def _decode(data: bytes, name: str) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    head = data[:65536]
    if head.count(0) > len(head) / 4 and len(head) > 8 and not head.strip(b"\0"):
        raise UsageError(f"{name}: is not text but binary data; give a text, HTML or PDF file")
    if 0 in head:
        # UTF-16 without a mark has its zeros on one side; anything else with zeros is no text
        for encoding, side in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
            blocks = sum(side.count(byte) for byte in range(6))  # Latin, Greek and Cyrillic letters lie below U+0600
            if blocks > 0.9 * len(side) and head.count(0) <= blocks * 1.05:
                return data.decode(encoding, errors="replace")
        raise UsageError(f"{name}: is not text but binary data; give a text, HTML or PDF file")
    declared = re.search(rb"charset=[\"']?([\w-]+)|encoding=[\"']([\w-]+)[\"']", head[:4096])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = error.start
    text = data.decode("utf-8", errors="replace")
    if text.count("�") <= max(3, 0.002 * len(text)):
        return text  # UTF-8 with a few bytes of something else pasted in
    if declared:
        try:
            return data.decode((declared.group(1) or declared.group(2)).decode("ascii"), errors="replace")
        except (LookupError, UnicodeDecodeError):
            pass
    text = _single_byte(data)
    odd = len(_CONTROL.findall(text[:65536]))
    if odd > 0.01 * len(text[:65536]) + 1:
        raise UsageError(f"{name}: is not text but binary data (byte {broken}); give a text, HTML or PDF file")
    return text


def _single_byte(data: bytes) -> str:
    """Decode as Windows-1251, KOI8-R or Windows-1252, whichever gives the likelier letters."""
    best, most = "", -1.0
    for encoding in ("cp1251", "koi8-r", "cp1252"):
        text = data.decode(encoding, errors="replace")
        sample = text[:65536]
        small = len(re.findall(r"[а-яё]", sample)) + len(re.findall(r"[a-zà-ÿ]", sample))
        swaps = len(re.findall(r"[а-яёa-z][А-ЯЁ]", sample)) + sample.count("�")
        mixed = len(re.findall(r"[a-z][а-яё]|[а-яё][a-z]", sample))
        if (score := small - 5 * swaps - 5 * mixed) > most:
            best, most = text, score
    return best


def _tidy(text: str) -> str:
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _STRETCHED.sub(" ", plain)


def _read_pdf(data: bytes, name: str) -> str:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise UsageError(f"{name}: is a PDF with a password; save it without one")
            pages = [page.extract_text() for page in reader.pages[:300]]
    except UsageError:
        raise
    except Exception as error:  # pypdf lets whatever it stumbles over out; a broken file is never its caller's fault
        reason = " ".join(str(error).split())[:120]
        raise UsageError(f"{name}: is not a readable PDF: {reason}") from None
    text = _tidy("\n\n".join(pages))
    if not text.strip():
        raise UsageError(f"{name}: is a PDF without text in it (a scan?); run a text recognition first")
    return _join_lines(_BROKEN_WORD.sub(_whole_word, text))


_BROKEN_WORD = re.compile(r"(\w+)[-\u2010\u2011\u00ad] *\n(?=[a-zа-яё])")
#: what is written with a hyphen where no line ends: "thirty-six", "call-up", "пресс-служба"
_KEEPS_HYPHEN = frozenset(
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
     "call", "check", "mid", "non", "ex", "half", "self", "long", "short", "lorry", "north", "south", "east", "west", "visa", "high", "day", "hour", "year",
     "пресс", "экс", "юго", "северо", "вице", "военно", "генерал"]
)  # fmt: skip
_MIDDLE_WORDS = frozenset(
    ["a", "an", "the", "of", "on", "in", "at", "to", "by", "for", "from", "with", "and", "or", "that", "said", "was", "were", "is", "are", "has", "had", "have",
     "в", "во", "на", "с", "со", "и", "по", "о", "об", "к", "за", "от", "до", "для", "что", "из"]
)  # fmt: skip


def _whole_word(match: re.Match[str]) -> str:
    """Return a word that a line broke in two; some keep the hyphen."""
    first = match.group(1)
    return f"{first}-" if first.casefold() in _KEEPS_HYPHEN or first[-1].isdigit() else first


def _join_lines(text: str) -> str:
    """Join the lines of a page to paragraphs; a heading or a running title stays a line of its own."""
    lines = text.split("\n")
    lengths = sorted(len(line) for line in lines if line.strip())
    width = lengths[(9 * (len(lengths) - 1)) // 10] if lengths else 0
    parts, ended = [lines[0]], True
    for line, following in itertools.pairwise(lines):
        full = not line.strip() or line.rstrip()[-1] in ".:!?"
        apart = not full and ended and _is_title(line, following, width)
        parts += ["\n" if full or not following.strip() else "\n\n" if apart else " ", following]
        ended = full or apart or not following.strip()
    return "".join(parts)


def _is_title(line: str, following: str, width: int) -> bool:
    """Tell whether a line that opens a paragraph ends it as well, far from the right edge and not within a phrase."""
    words = line.split()
    starts = following[:1].isupper() or following[:1].isdigit() or following[:1] in '«“"•–—-'
    whole = words[-1][-1] not in ",;-–—" and words[-1].casefold() not in _MIDDLE_WORDS
    return starts and whole and len(words) <= 6 and len(line) <= 0.6 * width


class _Page(html.parser.HTMLParser):
    """Collects the visible text of a page, and the day of publication from its head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.published: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "meta" and not self.published:
            label = (given.get("property") or given.get("name") or given.get("itemprop") or "").casefold()
            if label in _META_DATES:
                self.published = given.get("content", "")
        if tag == "time" and not self.published:
            self.published = given.get("datetime", "")
        if tag in _SILENT:
            self.silent.append(tag)
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            # an unclosed inner tag ends with the outer one
            while self.silent and self.silent.pop() != tag:
                pass
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _read_html(text: str, name: str) -> Article:
    page = _Page()
    try:
        page.feed(text)
        page.close()
    except (AssertionError, ValueError) as error:  # html.parser on hopeless markup
        raise UsageError(f"{name}: is not readable HTML: {error}") from None
    plain = re.sub(r"[ \t]*\n[ \t\n]*", "\n\n", _tidy("".join(page.parts))).strip()
    day = re.match(r"\d{4}-\d{2}-\d{2}", page.published.strip())
    try:
        published = date.fromisoformat(day.group()) if day else None
    except ValueError:
        published = None
    return Article(re.sub(r" {2,}", " ", plain), name, published)
