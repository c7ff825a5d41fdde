"""Sentences and tokens, each with its exact position in the text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.lexicon import load_words

__all__ = ["Sentence", "Token", "split_sentences"]

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*|\d+(?:[.,:]\d+)*|\S")
_TWO_NAMES = re.compile(r"[A-ZА-ЯЁÀ-Þ][^\W\d_-]{2,}-[A-ZА-ЯЁÀ-Þ][^\W\d_-]{2,}")
_SPACE_BREAK = re.compile(r"\n[ \t]*\n\s*|\n[ \t]*(?=[-–—•*■▪●][ \t]?\S|\[?\d{1,2}[:.]\d{2}\b)")
_LONGEST_HEADING = 60
_ITEM = re.compile(r"^[^.:]{3,80}[:–—] ?\D{0,20}\d|^\d{1,2}\.\d ")
_DAY_ONLY = re.compile(
    r"(?:\w+,? )?(?:\d{1,2}(?:st|nd|rd|th)? [^\W\d_]{3,9}|[^\W\d_]{3,9} \d{1,2},?)(?: \d{4})?(?: года| г\.)?:?"
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|;(?=\s)")
_SHORT = load_words("abbreviation")
_WORD_BEFORE = re.compile(r"([\w.]+)$")


class Token(NamedTuple):
    """A word, a number or a mark, with its place in the text."""

    start: int
    end: int
    text: str
    lower: str

    @property
    def is_word(self) -> bool:
        """Whether the token is made of letters."""
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        """Whether the token is made of digits."""
        return self.text[0].isdigit()

    @property
    def is_capital(self) -> bool:
        """Whether the token starts with a capital letter."""
        return self.text[0].isupper()


class Sentence(NamedTuple):
    """A sentence: where it stands, its tokens, and the number of its paragraph."""

    start: int
    end: int
    text: str
    tokens: tuple[Token, ...]
    paragraph: int


def split_sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text, in time linear in its length.

    Examples
    --------
    >>> [one.text for one in split_sentences("About 2.5 thousand left on Nov. 3. Mr. Orlov stayed.")]
    ['About 2.5 thousand left on Nov. 3.', 'Mr. Orlov stayed.']
    """
    for number, (start, end) in enumerate(_paragraphs(text)):
        for first, last in _split(text, start, end):
            body = text[first:last]
            # a "sentence" without an end (a table, a wall of letters) is cut so that no work grows with its square
            for offset in range(0, len(body), 2000):
                piece = body[offset : offset + 2000]
                if piece.strip():
                    yield Sentence(
                        first + offset, first + offset + len(piece), piece, _tokens(piece, first + offset), number
                    )


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _SPACE_BREAK.finditer(text):
        if gap.start() > start:
            yield from _below_headings(text, start, gap.start())
        start = gap.end()
    if start < len(text):
        yield from _below_headings(text, start, len(text))


def _is_list(lines: Sequence[str]) -> bool:
    """Tell whether every line is an item of its own: it begins like one, and most name something and give its number."""
    plain = [line.strip() for line in lines if line.strip()]
    begins = all(line[0].isupper() or line[0].isdigit() or line[0] in '-–—•*«"“' for line in plain)
    given = sum(bool(_ITEM.search(line)) for line in plain)
    return begins and len(plain) > 2 and given > 0.5 * len(plain)


def _are_titles(lines: Sequence[str]) -> bool:
    """Tell whether a few short lines are titles one below the other: none ends like a sentence, each begins like one."""
    plain = [line.strip() for line in lines if line.strip()]
    return len(plain) <= 4 and all(
        len(line) <= 80 and line[-1] not in ".,;:!?-–—" and (line[0].isupper() or line[0].isdigit()) for line in plain
    )


def _below_headings(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a paragraph in parts where lines much shorter than its others, without an end, stand in it as headings."""
    lines = text[start:end].split("\n")
    listed = len(lines) > 1 and (_is_list(lines) or _are_titles(lines))
    width = max(map(len, lines))
    first = at = start
    for line, following in itertools.pairwise(lines):
        at += len(line) + 1
        plain, after = line.strip(), following.strip()[:1]
        short = 0 < len(plain) <= min(_LONGEST_HEADING, 0.6 * width) or (
            _DAY_ONLY.fullmatch(following.strip()) and len(plain) <= _LONGEST_HEADING
        )
        begins = plain[:1].isupper() and (after.isupper() or after.isdigit() or after in '«“"-–—•*')
        if (listed and plain) or (short and begins and plain[-1] not in ",;-–—"):
            yield first, at - 1
            first = at
    if first < end:
        yield first, end


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for mark in _END.finditer(text, start, end):
        following = text[mark.end() : mark.end() + 4].lstrip()
        if mark.group()[0] == ";":
            yield from _trim(text, first, mark.end())
            first = mark.end()
            continue
        if following and not (following[0].isupper() or following[0].isdigit() or following[0] in "\"'“«‘—–-(["):
            continue
        word = _WORD_BEFORE.search(text, max(first, mark.start() - 12), mark.start())
        if mark.group()[0] == "." and word and following:
            plain = word.group(1).casefold()
            if plain in _SHORT or (len(plain) == 1 and plain.isalpha()):
                continue
        yield from _trim(text, first, mark.end())
        first = mark.end()
    yield from _trim(text, first, end)


def _trim(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    if first < last:
        yield first, last


def _tokens(body: str, offset: int) -> tuple[Token, ...]:
    return tuple(
        Token(offset + start, offset + end, body[start:end], body[start:end].casefold().replace("ё", "е"))
        for match in _TOKEN.finditer(body)
        for start, end in _parts(match)
    )


def _parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield a token, or the parts of two names with a hyphen: "Orenburg-Aktobe" may be a route, "Raja-Jooseppi" a name."""
    text, start = match.group(), match.start()
    if "-" in text and _TWO_NAMES.fullmatch(text):
        at = start + text.index("-")
        yield start, at
        yield at, at + 1
        yield at + 1, match.end()
    else:
        yield start, match.end()
