"""What a sentence states of where a film can be seen, if every part of the sentence is understood; nothing otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.watch.sentences.grammar import Subject, heads, loose_head, subject_before
from publisher.watch.sentences.known_words import is_known_aside, leave_it_true
from publisher.watch.sentences.places import read_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.watch.sentences.grammar import Head
    from publisher.watch.sentences.places import Group
    from publisher.watch.sentences.sentence import Sentence, Vocabulary


class Stated(NamedTuple):
    """One statement of a sentence.

    Attributes:
        begins: Where its first word stands in the paragraph.
        inner: Whether it stands in a parenthesis.
    """

    head: Head
    groups: tuple[Group, ...]
    begins: int
    inner: bool


def statements(sentence: Sentence, vocabulary: Vocabulary, home: str | None) -> tuple[Stated, ...]:
    """Return what a sentence states; nothing where any part of it is not understood.

    Args:
        sentence: The sentence.
        vocabulary: What is known to be a name in it.
        home: The country of the site.
    """
    codes = sentence.codes
    if "? " in codes or not any(item.code == "N" or item.inner for item in sentence.items):
        return ()
    found: list[Stated] = []
    spans: list[tuple[int, int]] = []
    for head, read in _read(sentence, home):
        groups, end = read
        if head.middle is not None and not leave_it_true(sentence, head.middle, vocabulary):
            return ()
        words = sentence.between(head.start, head.end)
        if not all(is_known_aside(item, vocabulary) for item in words if item.inner is not None):
            return ()
        found.append(Stated(head, groups, sentence.items[sentence.number(head.start)].start, inner=False))
        spans.append((head.start, end))
    for number, item in enumerate(sentence.items):
        if item.inner is None or any(start <= sentence.place(number) < end for start, end in spans):
            continue
        subject = subject_before(sentence, sentence.place(number))
        if (
            subject is not None
            and (inner := _in_parenthesis(item.inner, subject, vocabulary, home)) is not None
        ):
            found.append(inner)
            spans.append((sentence.place(number), sentence.place(number + 1)))
    if not found or not all(leave_it_true(sentence, gap, vocabulary) for gap in _gaps(spans, len(codes))):
        return ()
    return tuple(found)


def _read(sentence: Sentence, home: str | None) -> Iterator[tuple[Head, tuple[tuple[Group, ...], int]]]:
    """Yield the statements of a sentence that stand in no parenthesis, with where in the codes each ends."""
    read_to = 0
    # The same verb with less before it is not understood any better.
    failed: set[int] = set()
    for head in heads(sentence):
        if head.start < read_to or head.end in failed:
            continue
        read = read_places(sentence, head, home)
        if read is None:
            failed.add(head.end)
            continue
        read_to = read[1]
        yield head, read


def _in_parenthesis(
    inner: Sentence, subject: Subject, vocabulary: Vocabulary, home: str | None
) -> Stated | None:
    """Return what the words of a parenthesis state of what stands before it: "Karmalink (now streaming on Hulu)"."""
    head = loose_head(inner, subject)
    read = read_places(inner, head, home) if head else None
    if head is None or read is None or not leave_it_true(inner, (read[1], len(inner.codes)), vocabulary):
        return None
    return Stated(head, read[0], inner.items[0].start, inner=True)


def _gaps(spans: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Yield what lies between spans, before the first and behind the last."""
    at = 0
    for start, end in sorted(spans):
        yield at, start
        at = end
    yield at, length
