"""Posts that are built to hurt, each as large as the product's own limits let it be.

A kind is named for what it is made of: `FILES` are whole files, `FRONTS` front matter, `TEXTS` what stands below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Making = Callable[[], bytes]
Sized = Callable[[int], bytes]

# Just below what the product takes.
FILE_SIZE = 6 * 1024 * 1024 - 1024
FRONT_SIZE = 256 * 1024 - 512
MARKS = 19_990
TAG_SIZE = 15_990
DEPTH = 99
FRONT_DEPTH = 19
# What is larger than any limit; it should be refused before anything is done with it.
TOO_LARGE = 10 * 1024 * 1024

HEAD = """\
---
id: 4c768283-9939-45ec-b325-53b5be6f9ce5
title: Karmalink
date: 2022-07-15T09:00Z
author: desk
"""
GROUPS = "film: {title: Karmalink, year: 2021}\n"


def fill(unit: str, size: int) -> str:
    """Repeat a text until it has about so many bytes."""
    return unit * (size // len(unit.encode("utf-8", "surrogatepass")))


def count_up(form: str, size: int) -> str:
    """Repeat a text with a number in it (`{n}`) until it has about so many bytes."""
    times = size // len(form.replace("{n}", "000000").encode())
    return "".join(form.replace("{n}", f"{number:06}") for number in range(times))


def text(body: str) -> bytes:
    """Put a text below sound front matter."""
    return f"{HEAD}---\n\n{body}\n".encode("utf-8", "surrogatepass")


def front(lines: str) -> bytes:
    """Put lines of front matter above a sound text."""
    return f"{HEAD}{lines}\n---\n\nA boy hunts for a treasure.\n".encode("utf-8", "surrogatepass")


def _text(unit: str) -> Sized:
    return lambda size: text(fill(unit, size - 200))


def _counted(form: str) -> Sized:
    return lambda size: text(count_up(form, size - 200))


def _marks(unit: str) -> Sized:
    """Repeat what holds one `<` or `&`, as often as is taken, each followed by as much text as there is room for."""
    return lambda size: text(f"{unit}{'x' * ((size - 200) // MARKS - len(unit) - 1)} " * MARKS)


def _front(unit: str, before: str = "", after: str = "") -> Making:
    return lambda: front(before + unit * ((FRONT_SIZE - len(before)) // len(unit)) + after)


def _front_counted(form: str, before: str = "", after: str = "") -> Making:
    return lambda: front(before + count_up(form, FRONT_SIZE - len(before)) + after)


def _whole(unit: str) -> Making:
    return lambda: text(fill(unit, FILE_SIZE - 200))


def _raw(unit: bytes, before: bytes = b"", size: int = FILE_SIZE) -> Making:
    return lambda: before + unit * ((size - len(before)) // len(unit))


def _table(size: int) -> str:
    row = "|" + "x|" * 1000 + "\n"
    return row + "|" + "-|" * 1000 + "\n" + fill(row, size - 10_000)


def _attributes(size: int) -> str:
    tag = "<img " + " ".join(f"a{number}=1" for number in range(TAG_SIZE // 9)) + ">"
    return f"{tag}\n\n" * (size // len(tag) - 4)


def _srcset(size: int) -> str:
    tag = "<img srcset='" + fill("a,", TAG_SIZE - 100) + "'>"
    return f"{tag}\n\n" * (size // len(tag) - 4)


def _deep_html() -> str:
    return ("<div>" * DEPTH + "x" + "</div>" * DEPTH + "\n\n") * (MARKS // (2 * DEPTH))


FILES: Mapping[str, Making] = {
    "NUL": _raw(b"\0"),
    "NUL below front matter": _whole("\0"),
    "U+FFFE": _whole("\ufffe"),
    "surrogates": _whole("\ud800"),
    "C1 controls": _whole("\x80"),
    "C1 controls, one a line": _whole("\x80\n"),
    "controls, one a line": _whole("\x01\n"),
    "lines that end in CR": _whole("a\r"),
    "lines that end in CR LF": _whole("a\r\n"),
    "lines that end in U+0085": _whole("a\x85"),
    "lines that end in U+2028": _whole("a\u2028"),
    "blank lines": _raw(b"\n", b"", FILE_SIZE),
    "blank lines, then front matter": lambda: b"\n" * (FILE_SIZE - 1000) + text("x"),
    "blank lines, then no front matter": lambda: b"\n" * (FILE_SIZE - 1000) + b"x",
    "spaces": _raw(b" "),
    "one line": _whole("x"),
    "one line of words": _whole("boy "),
    "emoji": _whole("\N{BUTTERFLY}"),
    "emoji, one a line": _whole("\N{BUTTERFLY}\n"),
    "an emoji at the end of letters": lambda: text(fill("boy ", FILE_SIZE - 300) + "\N{BUTTERFLY}"),
    "combining marks": _whole("e\u0301\u0302\u0303"),
    "right-to-left overrides": _whole("\u202ea\u202c "),
    "invalid UTF-8": _raw(b"\xff"),
    "invalid UTF-8 below front matter": _raw(b"\xff", f"{HEAD}---\n".encode()),
    "half of every character": _raw(b"\xf0\x9f\xa6"),
    "UTF-16": lambda: text(fill("boy ", FILE_SIZE // 2 - 200)).decode().encode("utf-16"),
    "byte order marks": _raw("\ufeff".encode()),
    "no front matter": _raw(b"boy "),
    "no front matter, one a line": _raw(b"boy\n"),
    "TOML fences": _raw(b"+++\n"),
    "front matter without an end": _raw(b"a\n", b"---\n"),
    "almost fences": _raw(b"--- x\n", HEAD.encode()),
    "spaces behind dashes": _raw(b"\n---" + b" " * 5_000 + b"x", HEAD.encode()),
    "fences in the text": _whole("\n---\n"),
    "more < than are taken": _whole("<"),
    "more & than are taken": _whole("&#11;"),
    "more tags than are taken": _whole("<div>"),
    "more signs than are taken": _whole("x\n\n"),
    "too large": lambda: text(fill("boy ", TOO_LARGE - 300)),
    "too large, controls": _raw(b"\x01", b"", TOO_LARGE),
}

FRONTS: Mapping[str, Making] = {
    "lists": _front("[", "tags: "),
    "lists in lists, closed": lambda: front(
        "tags: [" + fill("[" * (FRONT_DEPTH - 2) + "]" * (FRONT_DEPTH - 2) + ",", FRONT_SIZE - 20) + "]"
    ),
    "a list on one line": _front("a,", "tags: [", "]"),
    "a list on one line, of distinct tags": _front_counted("tag{n}, ", "tags: [", "]"),
    "a list of empty items": _front("~,", "tags: [", "x]"),
    "a list of empty lists": _front("[],", "tags: [", "]"),
    "a list, one a line": _front("- a\n", "tags:\n"),
    "dashes": _front("- "),
    "dashes without spaces": _front("  -a\n", "tags:\n"),
    "groups": _front("{", "film: "),
    "groups in a list": _front("{a: b},", "watch: [", "]"),
    "question marks": _front("? "),
    "question marks, one a line": _front("?\n"),
    "empty keys": _front(":\n"),
    "colons": _front(":"),
    "a: b: c:": _front("a: "),
    "a: b: c:, one a line": _front("a: b: c: d:\n"),
    "unknown keys": _front_counted("key{n}: 1\n"),
    "unknown keys on one line": _front_counted("key{n}: 1, ", "film: {", "}"),
    "unknown keys in groups": _front_counted("- key{n}: 1\n", "watch:\n"),
    "unknown keys left empty": _front_counted("key{n}:\n"),
    "misspelt keys": _front_counted("titl{n}: 1\n"),
    "long unknown keys": _front_counted("x" * 900 + "{n}: 1\n"),
    "one unknown key of 200 KiB": lambda: front("? " + "x" * 200_000 + "\n: 1"),
    "one key again and again": _front("tags: x\n"),
    "one key again and again on one line": _front("a: x, ", "film: {", "}"),
    "lists as keys": _front("[a]: x\n"),
    "a quote that never ends": _front("x ", 'summary: "'),
    "quotes that never end": _front('title: "x\n'),
    "quotes on lines of their own": _front('"x"\n'),
    "a quote over many lines": _front("x\n", 'summary: "', '"'),
    "escapes": _front("\\u0001", 'summary: "', '"'),
    "escapes in a list": _front('"\\u0001",', "tags: [", "]"),
    "surrogates as escapes": _front('"\\ud800",', "tags: [", "]"),
    "controls": _front("\x01", "summary: "),
    "C1 controls": _front("\x80", "summary: "),
    "C1 controls, one a line": _front("\x80\n"),
    "tabs": _front("\t"),
    "tabs at the beginning of lines": _front("\ta: b\n"),
    "tabs at the end of a value": _front("\t", "summary: x", ""),
    "spaces": _front(" ", "summary: x", ""),
    "blank lines": _front("\n"),
    "blank lines in a value": _front("\n", "summary: x\n", "  y"),
    "lines of U+0085": _front("a: b\x85"),
    "lines of U+2028": _front("a: b\u2028"),
    "comments": _front("# comment\n"),
    "a comment": _front("#"),
    "comments in values": _front("#a ", "summary: x "),
    "comments after keys": _front_counted("key{n}: #x\n"),
    "a plain value": _front("x ", "summary: "),
    "a plain value over many lines": _front("  x\n", "summary:\n"),
    "a block of text": _front("  x\n", "summary: |\n"),
    "a folded block of text": _front("  x\n\n", "summary: >\n"),
    "blocks of text": _front_counted("key{n}: |\n  x\n"),
    "anchors": _front("&a x,", "tags: [", "]"),
    "anchors, one a line": _front("- &a x\n", "tags:\n"),
    "a chain of anchors": lambda: front("tags: " + "&a " * 80_000),
    "aliases": lambda: front("title2: &a x\ntags: [" + fill("*a,", FRONT_SIZE - 40) + "]"),
    "a billion laughs": lambda: front(
        "a0: &a0 [x, x]\n"
        + "".join(
            f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 3_000)
        )
    ),
    "merge keys": lambda: front("a: &a {b: c}\n" + fill("<<: *a\n", FRONT_SIZE - 40)),
    "tags": _front("!t x,", "tags: [", "]"),
    "a long tag": _front("x", "title2: !", " y"),
    "a long anchor": _front("x", "title2: &", " y"),
    "directives": _front("%YAML 1.1\n"),
    "documents": _front("...\n"),
    "a long title": _front("x", "title2: "),
    "a long word as id": lambda: front("id2: x").replace(
        b"id: 4c768283", b"id: " + b"4" * (FRONT_SIZE - 300)
    ),
    "a long date": lambda: front("updated: 2022-07-" + "1" * (FRONT_SIZE - 300)),
    "a date and spaces": lambda: front("updated: '2022-07-15" + " " * (FRONT_SIZE - 300) + "x'"),
    "a long rating": lambda: front("rating: " + "4" * (FRONT_SIZE - 300)),
    "a rating and spaces": lambda: front("rating: '4" + " " * (FRONT_SIZE - 300) + "x'"),
    "a long address": lambda: front(
        f"{GROUPS}watch: [{{service: Vudu, kind: rent, url: 'https://{'a.' * (FRONT_SIZE // 2 - 300)}'}}]"
    ),
    "a path that goes up": lambda: front("image: {alt: x, src: " + fill("../", FRONT_SIZE - 300) + "x.png}"),
    "a deep path": lambda: front("image: {alt: x, src: " + fill("a/", FRONT_SIZE - 300) + "x.png}"),
    "unknown services": lambda: front(
        f"{GROUPS}watch:\n" + fill("- {service: Vudux, kind: rnt}\n", FRONT_SIZE - 300)
    ),
    "a hundred long unknown services": lambda: front(
        f"{GROUPS}watch:\n" + ("- {service: " + "Vudu " * 500 + ", kind: rent}\n") * 99
    ),
    "a hundred offers": lambda: front(f"{GROUPS}watch:\n" + "- {service: Vudu, kind: rent}\n" * 100),
    "authors nobody knows": _front_counted("author{n},", "language: en\nauthor: [", "]"),
    "countries nobody knows": lambda: front(
        "film: {title: K, countries: [" + ", ".join(["Kambodia"] * 100) + "]}"
    ),
    "languages nobody knows": lambda: front(
        "film: {title: K, languages: [" + ", ".join(["kmhr-" * 1000] * 40) + "]}"
    ),
    "names of 500 characters": lambda: front(
        "film: {title: K, cast: [" + ", ".join(["x" * 499] * 100) + "]}\n"
        "tags: [" + ", ".join(f"{number:03}" + "x" * 490 for number in range(100)) + "]"
    ),
    "emoji": _front("\N{BUTTERFLY}", "summary: "),
    "emoji as keys": _front_counted("\N{BUTTERFLY}{n}: 1\n"),
}

#: Each is a function of the size the text is to have.
TEXTS: Mapping[str, Sized] = {
    "[": _text("["),
    "]": _text("]"),
    "![": _text("!["),
    "[a](": _text("[a]("),
    "[a](b)": _text("[a](b) "),
    "[a](<b": lambda _: text(fill("[a](<b", 6 * MARKS)),
    "[a](/reviews/none/)": _text("[a](/reviews/none/) "),
    "links to reviews that are not there": _counted("[a](/reviews/none-{n}/) "),
    "links, one a paragraph": _counted("[a](/reviews/none-{n}/)\n\n"),
    "links to other places": _counted("[a](https://example.com/{n}) "),
    "relative links": _counted("[a](b{n}) "),
    "dangerous links": _counted("[a](javascript:{n}) "),
    "links to everything wrong": _counted("[a](//b/{n}) [a](b c) [a](http://) [a](ftp://x/) [a](#{n}) "),
    "a link of 6 MiB": lambda size: text(f"[a](https://example.com/{'x' * (size - 300)})"),
    "links in links": _text("[a [b](c)](d) "),
    "pictures": _text("![a](b) "),
    "pictures without alt": _text("![](b) "),
    "pictures, one a paragraph": _text("![](b)\n\n"),
    "pictures that are not there": _counted("![](images/{n}.png) "),
    "pictures in one picture": lambda size: text("![" * (size // 3) + "](a)" * (size // 30)),
    "pictures in pictures": lambda size: text(fill("![" * DEPTH + "x" + "](a)" * DEPTH + " ", size - 300)),
    "[x][y] with definitions": lambda size: text(
        count_up("[{n}]: /a\n", size // 2) + "\n" + count_up("[x][{n}] ", size // 2 - 300)
    ),
    "[x][y] without definitions": _counted("[x][{n}] "),
    "one long definition, used again and again": lambda size: text(
        f"[x]: /{'a' * (size // 3)}\n\n" + fill("[x] ", size // 3 * 2 - 400)
    ),
    "definitions": _counted("[{n}]: /a\n"),
    "footnotes, all in one": _text("[^1]: "),
    "references to footnotes": lambda size: text(fill("[^1] ", size - 400) + "\n\n[^1]: x"),
    "references to no footnotes": _counted("[^{n}] "),
    "footnotes": _counted("[^{n}]: x\n\n"),
    "footnotes and references": lambda size: text(
        count_up("[^{n}] ", size // 2 - 200) + "\n\n" + count_up("[^{n}]: x\n\n", size // 2 - 200)
    ),
    # One character of another plane, and Python keeps all of a text in four bytes a character.
    "footnotes and references, and an emoji": lambda size: text(
        count_up("[^{n}] ", size // 2 - 200)
        + "\n\n"
        + count_up("[^{n}]: x\n\n", size // 2 - 200)
        + "\N{BUTTERFLY}"
    ),
    "footnotes that refer to each other": _counted("[^{n}]: [^000001] [^{n}]\n\n"),
    "stars": _text("*"),
    "stars and letters": _text("*a **b "),
    "emphasis": _text("*a* "),
    "strong": _text("**a** "),
    "strong, and an emoji": lambda size: text(fill("**a** ", size - 200) + "\N{BUTTERFLY}"),
    "good paragraphs, and an emoji": lambda size: text(
        fill(
            "A *boy* hunts for a [treasure](https://example.com/) that **one** of his lives buried.\n\n",
            size - 400,
        )
        + "\N{BUTTERFLY}"
    ),
    "stars of many lengths": lambda _: text(" ".join("*" * number + "a" for number in range(1, 3_400))),
    "underscores": _text("_a "),
    "tildes": _text("~~a~~ "),
    "tildes never closed": _text("~~a "),
    "backticks": _text("`"),
    "backticks of many lengths": lambda _: text(" ".join("`" * number for number in range(1, 3_400))),
    "code": _text("`a` "),
    "backslashes": _text("\\"),
    "escaped stars": _text("\\*"),
    "fences of code": _text("```\n"),
    "indented code": _text("    a\n\n"),
    "quotes": _text(">"),
    "quotes, spaced": _text("> "),
    "quotes as deep as is taken": lambda size: text(fill("> " * DEPTH + "x\n\n", size - 300)),
    "quotes as deep as is taken, of pictures": lambda size: text(
        fill("> " * DEPTH + "![](b)\n\n", size - 300)
    ),
    "quotes that go on by themselves": lambda size: text("> " * DEPTH + fill("x\n", size - 500)),
    "lists": _text("- x\n"),
    "lists, spaced": _text("- x\n\n"),
    "lists with numbers": _text("1. x\n"),
    "lists on one line": _text("- "),
    "lists as deep as is taken": lambda size: text(fill("- " * DEPTH + "x\n\n", size - 300)),
    "lists that step in": lambda size: text(
        fill("".join(f"{'  ' * number}- x\n" for number in range(DEPTH)), size - 300)
    ),
    "stars, dashes and quotes": _text("* - > "),
    "table of a million cells": lambda size: text(_table(size)),
    "tables": _text("|a|\n|-|\n|b|\n\n"),
    "a table with rows to fill": lambda size: text(
        "|" + "a|" * 20_000 + "\n|" + "-|" * 20_000 + "\n" + fill("|\n", size - 80_100)
    ),
    "pipes": _text("|"),
    "headings": _text("# x\n"),
    "headings that skip": _text("# x\n\n#### x\n\n"),
    "underlined headings": _text("x\n===\n\n"),
    "paragraphs": _text("x\n\n"),
    "lines": _text("x\n"),
    "hard breaks": _text("x  \n"),
    "rules": _text("---\n\n"),
    "spaces": lambda size: text(fill(" " * 99 + "x", size - 300)),
    "tabs": _text("\t"),
    "quotation marks": _text('"'),
    "greater-than": _text("x>"),
    "greater-than, one a line": _text("x\n> >\n"),
    "&": lambda _: text("&" * MARKS),
    "&amp;": _marks("&amp;"),
    "&#11;": _marks("&#11;"),
    "&#11; with letters": lambda _: text("&#11;x" * MARKS),
    "&#xFFFE; in code": lambda _: text("`&#xFFFE;` " * MARKS),
    "&#1114111;": lambda _: text("&#1114111;" * MARKS),
    "<": lambda _: text("<" * MARKS),
    "< and text": _marks("< "),
    "<b>": lambda _: text("<b>" * MARKS),
    "<b>x</b>": lambda _: text("<b>x</b>" * (MARKS // 2)),
    "<p>": lambda _: text("<p>" * MARKS),
    "<p> and text": _marks("<p>"),
    "<br> and text": _marks("<br>"),
    "<hr>, one a paragraph": lambda _: text("<hr>\n\n" * MARKS),
    "<div> as deep as is taken": lambda _: text(_deep_html()),
    "<b> as deep as is taken, and text": lambda size: text("<b>" * DEPTH + fill("x\n\n", size - 1_000)),
    "<i> as deep as is taken, and paragraphs": lambda _: text("<i>" * DEPTH + "<p>x" * (MARKS - DEPTH)),
    "<a><b><i> and <p>": lambda _: text("<a href='x'><b><i>" * 30 + "<p>x</p>" * ((MARKS - 100) // 2)),
    "<table> and text": lambda _: text("<table>" + "x<br>" * (MARKS - 1)),
    "<table>s": lambda _: text("<table><tr><td>x</table>" * (MARKS // 4)),
    "<table> in <table>": lambda _: text(("<table><tr><td>" * 33 + "x" + "</table>" * 33) * (MARKS // 132)),
    "<table> and <a>": lambda _: text("<table><a>" * 49 + "x<a>" * (MARKS - 98)),
    "<select> and <option>": lambda _: text("<select>" + "<option>x" * (MARKS - 1)),
    "<li> in <ul>": lambda _: text("<ul>" + "<li>x" * (MARKS - 1)),
    "<script>": lambda _: text("<script>" * MARKS),
    "<script> and text": lambda _: text("<script>" + fill("x < y\n\n", 5 * MARKS)),
    "<style></style>": lambda _: text("<style>x</style>" * (MARKS // 2)),
    "<svg><path>": lambda _: text("<svg>" + "<path/>" * (MARKS - 1)),
    "<math>": lambda _: text("<math><mi>x</mi></math>" * (MARKS // 4)),
    "<template>": lambda _: text("<template></template>" * (MARKS // 2)),
    "</b>": lambda _: text("</b>" * MARKS),
    "</p>": lambda _: text("</p>" * MARKS),
    "</div> that was never opened": lambda _: text("<div>" * 99 + "</span>" * (MARKS - 99)),
    "<b><div></b>": lambda _: text("<b><div></b></div>" * (MARKS // 4)),
    "misnested formatting": lambda _: text("<b><i></b></i>" * (MARKS // 4)),
    "misnested links": lambda _: text("<a href='x'><div>" * 45 + "<a href='y'>z" * (MARKS - 90)),
    "<!--": lambda _: text("<!--" * MARKS),
    "<!-- and text": _marks("<!-- "),
    "<!-- -->": lambda _: text("<!-- x -->" * MARKS),
    "<!-- --> and text": _marks("<!-- x -->"),
    "<b> and <!--": lambda _: text("<b>" * 99 + "<!--" * (MARKS - 99)),
    "<div> and </div> in a comment": lambda _: text("<div><!--</div>-->" * (MARKS // 3)),
    "<div/>": lambda _: text("<div/>" * MARKS),
    "<?": _marks("<? "),
    "<![CDATA[": _marks("<![CDATA["),
    "]]>": _text("]]>"),
    "<a href never closed": lambda _: text('<a href="' * MARKS),
    "<b> and <a href never closed": lambda _: text("<b>" * 60 + '<a href="' * (MARKS - 60)),
    "<a href>": lambda _: text("<a href='b'>x</a>" * (MARKS // 2)),
    "<a onclick>": lambda _: text("<a onclick='b'>x</a>" * (MARKS // 2)),
    "<x-y>": lambda _: text("<x-y></x-y>" * (MARKS // 2)),
    "distinct elements": lambda _: text("".join(f"<x{number}></x{number}>" for number in range(MARKS // 2))),
    "distinct attributes": lambda size: text(_attributes(size)),
    "one attribute again and again": lambda size: text(
        ("<img " + "a=1 " * (TAG_SIZE // 4 - 10) + ">\n\n") * (size // TAG_SIZE - 4)
    ),
    "srcset": lambda size: text(_srcset(size)),
    "a long attribute": lambda size: text(
        ("<img alt='" + "x" * (TAG_SIZE - 50) + "'>\n\n") * (size // TAG_SIZE - 4)
    ),
    "long tags without an end": lambda _: text(("<a " + "x" * 300) * MARKS),
    "spaces in tags": lambda size: text(("<a" + " " * (TAG_SIZE - 10) + ">\n\n") * (size // TAG_SIZE - 4)),
    "autolinks": lambda _: text("<https://example.com/> " * MARKS),
}
