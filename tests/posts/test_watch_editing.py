"""Edits of `watch:` that sources ask for: the bytes they take, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from publisher.errors import Refused
from publisher.posts.editing import peruse
from publisher.posts.watch_alterations import ORDER
from publisher.posts.watch_editing import OfferChanges, edit_watch

NEW = {"service": "Netflix", "kind": "subscription", "source": "tmdb"}
LINES = "  - service: Netflix\n    kind: subscription\n    source: tmdb\n"
BRACES = "{service: Netflix, kind: subscription, source: tmdb}"
ADD = OfferChanges(add=(NEW,))
MINE = "  - service: Vudu   # c\n    kind: rent\n"
THEIRS = "  - service: Shudder\n    kind: rent # d\n    price: 3.99 USD\n    source: tmdb\n"
THEIRS_WITH_MORE = """\
  - service: Shudder
    kind: rent # d
    url: https://a.example/
    region: US
    price: 3.99 USD
    source: tmdb
    checked: 2026-11-22
"""


def post(front: str, text: str = "\nText.\n\n---\nwatch: not this one\n") -> bytes:
    """Write a post around front matter."""
    return f"---\n{front}---\n{text}".encode()


CASES: dict[str, tuple[str, OfferChanges, str]] = {
    "a new key goes below the rating": (
        "rating: 4\nslug: a # c\n",
        ADD,
        f"rating: 4\nwatch:\n{LINES}slug: a # c\n",
    ),
    "a new key at the end": ("slug: a\n", ADD, f"slug: a\nwatch:\n{LINES}"),
    "a new key among indented ones": (
        "  film:\n    title: A\n  slug: a\n",
        ADD,
        "  film:\n    title: A\n  watch:\n    - service: Netflix\n      kind: subscription\n      source: tmdb\n  slug: a\n",
    ),
    "nothing but comments": ("# c\n", ADD, f"# c\nwatch:\n{LINES}"),
    "an empty key, its comment staying": ("watch:   # c\nslug: a\n", ADD, f"watch:   # c\n{LINES}slug: a\n"),
    "an empty key with a comment below": (
        "watch:\n  # none yet\nslug: a\n",
        ADD,
        f"watch:\n{LINES}  # none yet\nslug: a\n",
    ),
    "a null": ("watch: ~ # c\nslug: a\n", ADD, f"watch: # c\n{LINES}slug: a\n"),
    "an empty list": ("watch: [ ]\nslug: a\n", ADD, f"watch:\n{LINES}slug: a\n"),
    "an empty list with a comment in it": ("watch: [ # c\n ]\n", ADD, f"watch: [{BRACES} # c\n ]\n"),
    "below others": (f"watch:\n{MINE}slug: a\n", ADD, f"watch:\n{MINE}{LINES}slug: a\n"),
    "below a comment of the block": (
        f"watch:\n{MINE}\n    # i\n  # j\n# o\nslug: a\n",
        ADD,
        f"watch:\n{MINE}\n    # i\n  # j\n{LINES}# o\nslug: a\n",
    ),
    "dashes at the margin": (
        "watch:\n- service: Vudu\n  kind: rent\n# o\n",
        ADD,
        "watch:\n- service: Vudu\n  kind: rent\n- service: Netflix\n  kind: subscription\n  source: tmdb\n# o\n",
    ),
    "wide dashes": (
        "watch:\n -   service: Vudu\n     kind: rent\n",
        ADD,
        "watch:\n -   service: Vudu\n     kind: rent\n -   service: Netflix\n     kind: subscription\n     source: tmdb\n",
    ),
    "a dash on a line of its own": (
        "watch:\n  -\n    service: Vudu\n    kind: rent\n",
        ADD,
        f"watch:\n  -\n    service: Vudu\n    kind: rent\n{LINES}",
    ),
    "braces below dashes": (
        "watch:\n  - {service: Vudu, kind: rent}\n",
        ADD,
        f"watch:\n  - {{service: Vudu, kind: rent}}\n  - {BRACES}\n",
    ),
    "brackets": (
        "watch: [ {service: Vudu, kind: rent} ] # c\n",
        ADD,
        f"watch: [ {{service: Vudu, kind: rent}}, {BRACES} ] # c\n",
    ),
    "braces around it all": (
        "{slug: a, watch: [{service: Vudu, kind: rent}]}\n",
        ADD,
        f"{{slug: a, watch: [{{service: Vudu, kind: rent}}, {BRACES}]}}\n",
    ),
    "a value that needs quotes in braces": (
        "watch: [{service: Vudu, kind: rent}]\n",
        OfferChanges(add=({**NEW, "url": "https://a.example/?b=c,d#e"},)),
        'watch: [{service: Vudu, kind: rent}, {service: Netflix, kind: subscription, source: tmdb, url: "https://a.example/?b=c,d#e"}]\n',
    ),
    "another value, the comment staying": (
        f"watch:\n{MINE}{THEIRS}",
        OfferChanges(alter={1: {"kind": "buy"}}),
        f"watch:\n{MINE}{THEIRS.replace('rent #', 'buy #')}",
    ),
    "a value in its quotes": (
        "watch:\n- service: A\n  url: 'https://a.example/'\n  source: tmdb\n",
        OfferChanges(alter={0: {"url": "https://b.example/"}}),
        "watch:\n- service: A\n  url: 'https://b.example/'\n  source: tmdb\n",
    ),
    "a key more, in its place": (
        f"watch:\n{THEIRS}",
        OfferChanges(alter={0: {"region": "US", "url": "https://a.example/", "checked": "2026-11-22"}}),
        f"watch:\n{THEIRS_WITH_MORE}",
    ),
    "a key less": (
        f"watch:\n{THEIRS}",
        OfferChanges(alter={0: {"price": None}}),
        f"watch:\n{THEIRS}".replace("    price: 3.99 USD\n", ""),
    ),
    "the first key less": (
        "watch:\n- price: 1 USD\n  service: A\n  source: tmdb\n",
        OfferChanges(alter={0: {"price": None}}),
        "watch:\n- service: A\n  source: tmdb\n",
    ),
    "keys between braces": (
        "watch: [{price: 1 USD, service: A, quality: hd, source: tmdb}]\n",
        OfferChanges(alter={0: {"price": None, "quality": None, "kind": "rent"}}),
        "watch: [{service: A, kind: rent, source: tmdb}]\n",
    ),
    "away, and its comments with lines of their own stay": (
        f"watch:\n  # b\n  - service: Shudder # c\n    # d\n    kind: rent\n    source: tmdb\n  # e\n{MINE}",
        OfferChanges(drop=frozenset({0})),
        f"watch:\n  # b\n    # d\n  # e\n{MINE}",
    ),
    "away with what is not a comment": (
        f"watch:\n  - via: |\n      # no comment\n    source: tmdb\n{MINE}",
        OfferChanges(drop=frozenset({0})),
        f"watch:\n{MINE}",
    ),
    "away with the only one": (
        f"watch:\n{THEIRS}slug: a\n",
        OfferChanges(drop=frozenset({0})),
        "watch:\nslug: a\n",
    ),
    "away with several between brackets": (
        "watch: [{a: b, source: tmdb}, {c: d, source: tmdb}, {e: f}]\n",
        OfferChanges(drop=frozenset({0, 1})),
        "watch: [{e: f}]\n",
    ),
    "all at once": (
        f"slug: a\nwatch:\n{THEIRS}{MINE}{THEIRS}tags: [x]\n",
        OfferChanges(add=(NEW,), alter={0: {"price": "4.99 USD"}}, drop=frozenset({2})),
        f"slug: a\nwatch:\n{THEIRS.replace('3.99', '4.99')}{MINE}{LINES}tags: [x]\n",
    ),
    "the only one in exchange for another": (
        f"watch:\n{THEIRS}slug: a\n",
        OfferChanges(add=(NEW,), drop=frozenset({0})),
        f"watch:\n{LINES}slug: a\n",
    ),
    "beside faults": (
        "title: &x A\nrating: 99\nfilm: *x\n",
        ADD,
        f"title: &x A\nrating: 99\nwatch:\n{LINES}film: *x\n",
    ),
    "nothing": (f"watch:\n{MINE}", OfferChanges(), f"watch:\n{MINE}"),
}


@pytest.mark.parametrize(("front", "changes", "wanted"), CASES.values(), ids=CASES)
def test_changes_take_the_characters_they_must(front: str, changes: OfferChanges, wanted: str) -> None:
    """Of each way to write offers, exactly what has to change does."""
    assert edit_watch(post(front), "a.md", "tmdb", changes).decode() == post(wanted).decode()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_stay(line_end: str, mark: str) -> None:
    """New lines end as the others do, and an invisible mark stays where it is."""
    front, changes, wanted = CASES["all at once"]

    before, after = (
        (mark.encode() + post(text)).replace(b"\n", line_end.encode()) for text in (front, wanted)
    )

    assert edit_watch(before, "a.md", "tmdb", changes) == after


@pytest.mark.parametrize(
    "changes",
    [
        OfferChanges(drop=frozenset({0})),
        OfferChanges(alter={0: {"kind": "buy"}}),
        OfferChanges(drop=frozenset({9})),
    ],
)
@pytest.mark.parametrize("written", [MINE, MINE + "    source: a festival\n", THEIRS.replace("tmdb", "text")])
def test_what_an_editor_or_another_source_wrote_is_never_touched(changes: OfferChanges, written: str) -> None:
    """Only what names the source is the source's own; somebody who asks for more is refused."""
    with pytest.raises(Refused, match="is not one that tmdb wrote; nothing was changed"):
        edit_watch(post(f"watch:\n{written}"), "a.md", "tmdb", changes)


@pytest.mark.parametrize(
    "front",
    ["{slug: a}\n", "watch: Vudu\n", "watch: [Vudu]\n", "watch: {service: Vudu}\n", "watch: []\nwatch: []\n"],
)
def test_what_cannot_be_changed_for_certain_is_refused_with_what_to_paste(front: str) -> None:
    """Nothing is guessed; the lines to write by hand are told."""
    with pytest.raises(Refused) as caught:
        edit_watch(post(front), "a.md", "tmdb", ADD)

    assert caught.value.message == (
        "a.md: `watch` is written in a way in which it cannot be changed for certain; nothing was changed"
    )
    assert caught.value.hint == f"write below `watch:`\n  - {BRACES}"


def test_what_cannot_be_read_is_refused() -> None:
    """Front matter that never ends is nothing to write into."""
    with pytest.raises(Refused, match="cannot be edited before it can be read"):
        edit_watch(b"---\nslug: a\n", "a.md", "tmdb", ADD)


# Front matter as people write it, with everything that an edit could trample on.
VALUES = st.sampled_from(
    ["a", "'it''s'", '"a: b # c"', "[x, 'y', \"z\"]", "{a: b, c: [d]}", "映画 🦋", "عنوان", "|\n  - no item\n  # no comment", ">-\n  joined\n  lines",
     "a\n  b", "~", "", "  spaced", "2022-07-15", "\n  - x\n  # c\n  - y", "\n  a: b\n  c: d"]
)  # fmt: skip
NOTES = st.sampled_from(["", "", " # note", "   #  映", " #watch: no"])
BETWEEN = st.sampled_from(["", "", "# a comment\n", "\n", "  # indented\n", "#watch:\n#  - service: X\n"])
NAMES = ["title", "film", "rating", "image", "tags", "映", '"quoted"', "'single'", "slug"]
OFFER_VALUES = {
    "service": st.sampled_from(["Vudu", '"Apple TV"', "'MUBI'", "映画館", "Max  # ok"]),
    "kind": st.sampled_from(["rent", "buy", '"ads"']),
    "url": st.sampled_from(["https://a.example/x?y=z", "'https://a.example/,'", '"https://a.example/#b"']),
    "via": st.sampled_from(["a b", "", "~", "'x'"]),
    "source": st.sampled_from(["tmdb", "'tmdb'", "text", "a festival", ""]),
}


@st.composite
def offers(draw: st.DrawFn) -> str:
    """Write the block of offers in one of many ways."""
    items = [
        {key: draw(values) for key, values in OFFER_VALUES.items() if draw(st.booleans())}
        or {"service": "Vudu"}
        for _ in range(draw(st.integers(0, 4)))
    ]
    if not items:
        return draw(
            st.sampled_from(
                ["", "watch:\n", "watch: # c\n", "watch: []\n", "watch: ~\n", "watch: [ # c\n  ]\n"]
            )
        )
    style = draw(st.sampled_from(["block", "block", "margin", "flow", "mixed", "lone"]))
    plain = [{key: value.partition("  #")[0] for key, value in item.items()} for item in items]
    braced = ["{" + ", ".join(f"{key}: {value}" for key, value in item.items()) + "}" for item in plain]
    if style == "flow":
        between = draw(st.sampled_from([", ", ",\n  ", " , # c\n  "]))
        return f"watch: [ {between.join(braced)}{draw(st.sampled_from(['', ' ', chr(10) + '  ']))}]{draw(NOTES)}\n"
    margin, dash = {
        "block": ("  ", "- "),
        "margin": ("", "-  "),
        "mixed": ("    ", "- "),
        "lone": (" ", "- "),
    }[style]
    lines = f"watch:{draw(NOTES)}\n"
    for number, item in enumerate(items):
        note = draw(st.sampled_from(["", "", f"{margin}# between\n", "\n"]))
        inner = margin + " " * len(dash)
        if style == "mixed" and draw(st.booleans()):
            lines += f"{note}{margin}{dash}{braced[number]}\n"
            continue
        first = f"{margin}-\n{inner}" if style == "lone" else f"{margin}{dash}"
        keys = draw(st.permutations(list(item.items())))
        lines += note + "".join(
            f"{first if at == 0 else inner}{key}: {value}{draw(NOTES) if ' #' not in value else ''}\n"
            for at, (key, value) in enumerate(keys)
        )
    return lines + draw(st.sampled_from(["", f"{margin}  # below\n", "\n"]))


@st.composite
def fronts(draw: st.DrawFn) -> tuple[str, str, str]:
    """Write front matter with offers somewhere in it: what stands above them, they themselves, what stands below."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    parts = [f"{name}: {draw(VALUES)}" for name in names]
    lines = [draw(BETWEEN) + part + ("" if "\n" in part else draw(NOTES)) + "\n" for part in parts]
    at = draw(st.integers(0, len(lines)))
    head, tail = "".join(lines[:at]), "".join(lines[at:])
    # A comment that is indented below the offers is one of theirs.
    return (
        head,
        draw(offers()),
        tail.removeprefix("  # indented\n") + draw(BETWEEN.filter(lambda note: note[:1] != " ")),
    )


WORDS = st.sampled_from(
    [
        "Netflix",
        "a: b",
        "a # c",
        "it's",
        '"q"',
        "映画",
        "https://a.example/?b=c&d=[e]",
        "3.99 USD",
        "- x",
        "null",
        "{x}",
    ]
)
KEYS = st.sampled_from([key for key in ORDER if key != "source"])


@given(
    parts=fronts(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    data=st.data(),
)
def test_front_matter_outside_watch_never_changes(
    parts: tuple[str, str, str], line_end: str, mark: str, data: st.DataObject
) -> None:
    """Whatever a source adds, alters and takes out: all else stays, byte for byte, and so do the editor's own offers."""
    head, block, tail = parts
    before = (mark.encode() + post(head + block + tail)).replace(b"\n", line_end.encode())
    values = peruse(before)
    listed = (values or {}).get("watch") or ()
    if not isinstance(listed, tuple) or not all(isinstance(item, dict) for item in listed):
        return
    own = [number for number, item in enumerate(listed) if item.get("source") == "tmdb"]
    chosen = data.draw(st.lists(st.sampled_from(own), unique=True)) if own else []
    half = len(chosen) // 2
    alter: dict[int, dict[str, Any]] = {
        number: data.draw(st.dictionaries(KEYS, WORDS | st.none(), min_size=1)) for number in chosen[:half]
    }
    add = data.draw(
        st.lists(
            st.dictionaries(KEYS, WORDS, min_size=1).map(lambda keys: {**keys, "source": "tmdb"}), max_size=3
        )
    )
    changes = OfferChanges(tuple(add), alter, frozenset(chosen[half:]))

    try:
        after = edit_watch(before, "a.md", "tmdb", changes)
    except Refused:
        event("refused")
        return
    event("changed" if after != before else "as it was")

    new = peruse(after) or {}
    assert {key: value for key, value in new.items() if key != "watch"} == {
        key: value for key, value in (values or {}).items() if key != "watch"
    }
    above = f"{mark}---\n{head}".replace("\n", line_end).encode()
    below = post(tail)[4:].replace(b"\n", line_end.encode())
    if block:
        assert after.startswith(above)
        assert after.endswith(below)
    else:
        same = next(
            (at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), len(before)
        )
        assert after.endswith(before[same:])
    kept = [item for number, item in enumerate(listed) if number not in chosen]
    assert [item for item in (new.get("watch") or ()) if item in kept][: len(kept)] == kept
    assert len(new.get("watch") or ()) == len(listed) - len(changes.drop) + len(add)
