"""Inputs that nobody would write: bytes, mutated posts, YAML and Markdown made of what has hurt parsers before."""

from __future__ import annotations

import faulthandler
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from publisher.posts.front_matter import FrontMatter
from publisher.site.schema import Configuration
from publisher.values.faults import models_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
HEAD = "id: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: K\ndate: 2022-07-15\nauthor: desk\n"
# Longer by orders of magnitude than anything here takes: what reaches it hangs.
_PATIENCE = 120


@contextmanager
def watchdog() -> Iterator[None]:
    """End the process, with a traceback of where it was, when a block hangs."""
    faulthandler.dump_traceback_later(_PATIENCE, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _keys(model: type[BaseModel]) -> set[str]:
    """List every key that a model knows, at any depth."""
    fields = model.model_fields
    inner = (
        keys for field in fields.values() for part in models_of(field.annotation) for keys in _keys(part)
    )
    return {field.alias or name for name, field in fields.items()}.union(inner)


KEYS = st.sampled_from(
    [*sorted(_keys(FrontMatter)), "raiting", "Title", "sumary", "x-y", "~", "null", "Null", "NULL", "1", "映", "é", "🦋", "<<",
     '"title"', "'title'", '"a b"', "a b", '""', "''", "?", "? a", "- a", "&a", "*a", "!t", "[a]", "{a: b}", ""]
)  # fmt: skip
SCALARS = st.sampled_from(
    ["", "~", "null", "Null", "NULL", "x", "a b", "9", "4/5", "-1", "-x", "- x", "-", "--", "2023-02-30", "1917", "NO",
     "1:41", "=", "<<", ">>", '"', "'", '"x"', "'x'", "''", '""', "'it''s'", '"a\\"b"', '"\\u0001"', '"\\ud800"', '"\\x"',
     '"a\\\n  b"', '"a\n  b"', "'a\n  b'", "a\n  b", "a\n\n  b", "a\n b", "|\n  x\n  y", "|-\n  x", "|+\n  x\n\n",
     ">\n  x\n  y", ">2\n   x", "|\n", "|9\n x", "| x", "&a x", "&a", "*a", "!t x", "!!str x", "! x", "!<t> x", "@", "`",
     "%", "a: b", "a:b", "a:", ":a", "a #b", "a # b", "a#b", "#c", "# c", "a\t", "\ta", "a\tb", "\x07", "\x85",
     "a\x85b", "\u2028", "a\u2028b", "\xa0", "\ufeff", "\ufffe", "\U0010ffff", "\x80", "\x7f", "...", "---", "映🦋", "é",
     "http://", "https://example.com/", "//a.example", "javascript:x", "images/moth.png", "images/none.png", "../x.png",
     "Vudu", "vudux", "rent", "desk", "dsk", "US", "UK", "xx", "en", "en-XX", "..", "a,b", ", a", "]", "}", "[", "{",
     "? x", "?x", ", ", "[a]: b", "%YAML 1.1", "1e400", "0x1F", "9" * 60, "x" * 70, "¾", "²", "٣", "−1"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)},]"),
        st.lists(st.tuples(KEYS, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: "".join(f"\n  - {item}" for item in items)),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: "".join(f"\n- {item}" for item in items)),
        st.lists(st.tuples(KEYS, inner), min_size=1, max_size=3).map(
            lambda pairs: "".join(f"\n  {key}: {value}" for key, value in pairs)
        ),
        st.lists(st.tuples(KEYS, inner), min_size=1, max_size=3).map(
            lambda pairs: "\n  - " + "\n    ".join(f"{key}: {value}" for key, value in pairs)
        ),
    ),
    max_leaves=6,
)
PAIRS = st.tuples(
    st.sampled_from(["", "", "", "", "  ", "- ", "  - ", "\t", "? ", " "]),
    KEYS,
    st.sampled_from([": ", ": ", ": ", ":", " ", ":\t", " : ", ":  ", "\n: "]),
    VALUES,
    st.sampled_from(["", "", "", "", " # note", " #note", "  ", "\t", " #", "\x85", "\n\n", "\n# note"]),
).map("".join)
#: Front matter that is plausible, or was a moment ago.
YAML = st.lists(PAIRS | st.text(max_size=12) | SCALARS, max_size=8).map("\n".join)
_TAME_KEYS = st.sampled_from(
    [
        *["id", "title", "tags", "film", "watch", "service", "x-y", "映", "a b"] * 4,
        "1",
        '"title"',
        "'a'",
        "<<",
        "? a",
        "Null",
        "é",
    ]
)
_TAME = st.sampled_from(
    [
        *["x", "a b", "9", "4/5", "-1", "NO", "1:41", "'x'", '"x"', "''", "2022-07-15", "映🦋", "a:b", "x # note"] * 8,
        "a#b", "=", '""', "'it''s'", "é", "x # a: b", "a\n  b", "a\n\n  b", "'a\n  b'", '"a\n  b"', "|\n  x\n  y", "|\n\n",
        ">-\n  x\n\n  y", "<<", "? x", "a, b", "-", "-x", "--", "-9", "- x", "~", "null", "Null", "~x", "\xa0", "a\tb", "x\t", "x ",
        "\u2028", "a\u2029b", "\ue000", "\U0010fffe", "http://a.example/?b#c", "a]", "a}", "%", "", ".", "..", "x: y", "[x]", "x,y",
        "0x1F", "+",
    ]
)  # fmt: skip
_TAME_VALUES = _TAME | st.lists(_TAME, max_size=3).map(lambda items: f"[{', '.join(items)}]")
_TAME_LINES = st.one_of(
    st.tuples(_TAME_KEYS, st.just(": "), _TAME_VALUES).map("".join),
    st.tuples(_TAME_KEYS, st.just(":\n  - "), _TAME, st.just("\n  - "), _TAME).map("".join),
    st.tuples(_TAME_KEYS, st.just(":\n- "), _TAME_KEYS, st.just(": "), _TAME, st.just("\n  b: "), _TAME).map(
        "".join
    ),
    st.tuples(_TAME_KEYS, st.just(":\n  "), _TAME_KEYS, st.just(": "), _TAME).map("".join),
    st.tuples(_TAME_KEYS, st.just(": {"), _TAME_KEYS, st.just(": "), _TAME, st.just("}")).map("".join),
    st.sampled_from(
        [
            "",
            "# note",
            "  # note",
            "%YAML 1.1",
            "--- # x",
            "...",
            "? a\n: b",
            "? a",
            ": b",
            "x",
            "- x",
            "\u2028",
        ]
    ),
)
#: Front matter that a person may well have written: most of it is what the quick way is for.
TAME_YAML = st.tuples(
    st.lists(_TAME_LINES, max_size=5).map("\n".join),
    st.sampled_from(["", "\n", "\n\n", " "]),
    st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]),
).map(lambda parts: "".join(parts[:2]).replace("\n", parts[2]))

PIECES = st.sampled_from(
    ["text ", "\n", "\n\n", "# ", "#### x\n", "> ", "- ", "1. ", "    ", "```\n", "`", "*", "**", "_", "~~", "[", "]", "(", ")",
     "[a](b)", "![](b)", "![a](images/none.png)", "[a](/reviews/none/)", "[a](/reviews/k/)", "[a](//b)", "[a](b c)",
     "[a](<b c>)", "[a](javascript:x)", "[a](http://)", "[a](#b)", "[a](mailto:a@b)", "[a](https://example.com/ 'b')",
     "[a][b]", "[b]: /c\n", "[b]: <javascript:x>\n", "[^1]", "[^1]: x\n", "|a|b|\n|-|-|\n|c|\n", "<b>", "</b>", "<b", "<i x='",
     "<a href='", '<a href="b">', "<img src=b>", "<img srcset='a 1x, //b 2x'>", "<video poster=b>", "<script>", "</script>",
     "<style>", "<svg>", "<math>", "<table><td>", "<p>", "</p>", "<div>", "</div>", "<br/>", "<!--", "-->", "<!-->", "<?x",
     "<!DOCTYPE", "<![CDATA[", "]]>", "&", "&amp;", "&amp", "&#11;", "&#xFFFE;", "&#xD800;", "&#0;", "&#1114112;", "&nbsp;",
     "<https://a.example>", "<a@b.example>", "<ftp://x>", "\\", "\\*", "\\[", "\x00", "\x07", "\x0b", "\x7f", "\x80", "\x85",
     "\u2028", "\u202e", "\ufeff", "\ufffe", "\U0001ffff", "\xa0", "é", "e\u0301", "映", "🦋", "👩\u200d🚀", "\r", "\r\n", "\t",
     "---\n", "***\n", "===\n", ":", "<plaintext>", "<noscript>", "<template>", "<select>", "<image src=x>", "<A HREF=x>"]
)  # fmt: skip
MARKDOWN = st.lists(PIECES | st.text(max_size=8), max_size=20).map("".join)

STRUCTURED = st.tuples(
    st.sampled_from(["", "", "\ufeff", "\n \n", "x\n", "\ufeff\ufeff"]),
    st.sampled_from(["---\n", "--- \n", "+++\n", "----\n", ""]),
    st.sampled_from(["", HEAD, HEAD]),
    YAML,
    st.sampled_from(["\n---\n", "\n---\n", "\n---\n\n", "\n---", "\n----\n", "\n ---\n", ""]),
    MARKDOWN,
    st.sampled_from(["\n", "\n", "\r\n", "\r"]),
).map(lambda parts: "".join(parts[:6]).replace("\n", parts[6]).encode("utf-8", "surrogatepass"))

_TOKENS = [
    b"---\n", b"\n", b"\r", b"\r\n", b"\t", b" ", b": ", b"- ", b"#", b"[", b"]", b"{", b"}", b'"', b"'", b"&a ", b"*a", b"!t ",
    b"|\n", b">\n", b"? ", b"%", b"\\", b"\\u0001", b"\x00", b"\x07", b"\x7f", b"\xff", b"\xc2\x85", b"\xe2\x80\xa8",
    b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xed\xa0\x80", b"\xf0\x9f\xa6\x8b", b"\xf0\x9f", b"<", b">", b"&#11;", b"](", b"![",
    b"<!--", b"`", b"*", b"[^1]", b"~", b"null", b"= ", b"[[", b"]]", b"...", b"\n  ",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """Draw a file out of some, and insert, delete, repeat and exchange pieces of it."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        what = draw(st.integers(0, 4))
        if what == 0:
            data = data[:start] + data[end:]
        elif what == 1:
            data = data[:end] + data[start:end] * draw(st.integers(1, 3)) + data[end:]
        elif what == 2:
            other = draw(st.sampled_from(originals))
            cut = draw(st.integers(0, len(other)))
            data = data[:start] + other[cut : cut + 200] + data[end:]
        else:
            put = draw(st.sampled_from(_TOKENS) | st.binary(max_size=4))
            data = data[:start] + put + (data[end:] if what == 3 else data[start:])
    return data


REAL_POSTS = [
    file.read_bytes()
    for folder in (ROOT / "tests/posts/golden", ROOT / "posts")
    for file in sorted(folder.glob("*.md"))
    if file.stat().st_size < 20_000
]
#: Any text at all, below sound front matter.
TEXTS = (MARKDOWN | st.text(max_size=60)).map(
    lambda text: f"---\n{HEAD}summary: A film.\n---\n{text}".encode("utf-8", "replace")
)
POSTS = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=100).map(f"---\n{HEAD}---\n".encode().__add__),
    STRUCTURED,
    TEXTS,
    mutated(REAL_POSTS),
)

REAL_SITES = [
    file.read_bytes()
    for folder in (ROOT / "tests/site/golden", ROOT)
    for file in sorted(folder.glob("*.toml"))
]
_TOML_KEYS = st.sampled_from(
    [*sorted(_keys(Configuration)), "a", "a.b", "a.b.c.d.e.f.g.h.i.j", "''", "é", "映", "duplicate-id", "tag-rare", '"a b"',
     '"\\u0001"', "'a.b'", '"🦋"', ""]
)  # fmt: skip
_TOML_VALUES = st.recursive(
    st.sampled_from(
        ['"x"', '"https://a.example/"', '"en"', '"America/Chicago"', '""', "'x'", '"\\u0001"', '"\\ud800"', '"\\q"', '"🦋"',
         '"é', '"""a\nb"""', "'''a\n'''", "1", "-1", "0.5", "1e400", "inf", "nan", "true", "True", "2022-07-15",
         "2022-07-15T09:00:00Z", "09:00:00", "x", "", "[", "]", "{", "}", '"off"', '"error"', '"10.0.0.0/8"', '"../x"', '"/x"',
         "9" * 30, "0x1F", "\x00", "\x7f", "#"]
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    | st.lists(st.tuples(_TOML_KEYS, inner), max_size=3).map(
        lambda pairs: "{" + ", ".join(f"{key} = {value}" for key, value in pairs) + "}"
    ),
    max_leaves=5,
)  # fmt: skip
_TOML_LINES = st.one_of(
    st.tuples(_TOML_KEYS, st.sampled_from([" = ", "=", " "]), _TOML_VALUES).map("".join),
    st.sampled_from(
        ["[site]", "[rating]", "[authors.desk]", "[authors]", "[[authors]]", "[webhooks]", "[[webhooks.endpoints]]", "[paths]",
         "[images]", "[syndication]", "[feeds]", "[[feeds]]", "[watch]", "[network]", "[deploy]", "[rules]", "[site.licence]", "[x]", "[[x]]", "[[x.y]]",
         "[x.y]", "[", "[[", "]", "# x", "", "\ufeff", "\r", "\x85", "é"]
    ),
    st.text(max_size=10),
)  # fmt: skip
TOML = st.tuples(
    st.sampled_from(["", "", "\ufeff"]),
    st.sampled_from(
        ["", '[site]\ntitle = "A"\nbase_url = "https://a.example/"\ntime_zone = "UTC"\nlanguage = "en"\n']
    ),
    st.lists(_TOML_LINES, max_size=8).map("\n".join),
    st.sampled_from(["\n", "\r\n", "\r"]),
).map(lambda parts: "".join(parts[:3]).replace("\n", parts[3]).encode("utf-8", "surrogatepass"))
SITES = st.binary(max_size=100) | TOML | mutated(REAL_SITES)
