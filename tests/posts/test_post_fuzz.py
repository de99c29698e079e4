"""No bytes whatever end in a traceback, a crash or a hang, and what is said of them is true.

`make fuzz` gives these tests many more examples; what it finds becomes an `@example` here or a golden case.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import example, given

from publisher.content.html import render
from publisher.diagnostics import Diagnostic, Report, Source, apply_fixes, has_errors
from publisher.diagnostics.masking import masked_line, masked_settings_line
from publisher.diagnostics.render import as_fields, concise, full
from publisher.errors import ConfigurationError
from publisher.posts import Examination, read_post, tree
from publisher.posts.plain_yaml import plain_values
from publisher.site import FILE_NAME, Site, load_site
from publisher.values.characters import FORBIDDEN
from tests.posts.fuzz_inputs import HEAD, MARKDOWN, POSTS, SITES, TAME_YAML, YAML, watchdog

if TYPE_CHECKING:
    from collections.abc import Sequence

SITE = load_site(Path(__file__).parent / "golden")
POST = SITE.posts / "x.md"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LINE_END = re.compile(r"\r\n|\r|\n")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A screenful: of a message, and of what a fault is shown as with its line.
_LONGEST_MESSAGE, _LONGEST_SHOWN = 1_000, 3_000


def _check(data: bytes, diagnostics: Sequence[Diagnostic]) -> None:
    """Hold every fault against the file it is about."""
    lines = _LINE_END.split(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    assert len(diagnostics) < 1_000
    for fault in diagnostics:
        assert 1 <= fault.line <= len(lines)
        line = lines[fault.line - 1]
        assert 1 <= fault.column <= len(line) + 1
        assert 1 <= fault.width <= max(1, len(line) - fault.column + 1)
        # What is masked is as long as it was.
        assert fault.excerpt is None or fault.excerpt in {
            line,
            masked_line(line),
            masked_settings_line(line),
        }
        assert max(len(part or "") for part in (fault.message, fault.label, fault.help)) < _LONGEST_MESSAGE
        for shown in (concise(fault), *full(fault).split("\n")):
            assert len(shown) < _LONGEST_SHOWN
            assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in shown), shown
        assert json.dumps(as_fields(fault)).isascii()


def _said(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Write down what was found; a fresh id differs in each run."""
    return [_UUID.sub("<uuid>", full(fault)) for fault in diagnostics]


@given(POSTS)
@example(b"\xed\xa0")
@example(b"---\nid: \xed\xa0")
@example(b"---\r\ntitle: [\r\n---\r\n")
@example(b"---\n\xc2\x85a: [\n---\nx")
@example(b"---\na: {b\n---")
@example(b"---\n\ta: b\n---\nx")
@example(b"---\n%YAML 9.9\n---\nx")
@example(b"---\n? ? ? ?\n---\nx")
@example(b"---\nwatch: [&a {service: x}, {kind: 9}]\n---\nx")
@example(b"---\ntags: [*a, [], ~]\n---\nx")
@example(b"---\n!t\n? &a\n: *a\n---\nx")
@example(b"---\n&a title: K\n*a : K\n---\nx")
def test_any_bytes_give_a_post_or_errors_with_their_places(data: bytes) -> None:
    """A post comes exactly when there is no error, every place exists, and a second look says the same."""
    with watchdog():
        post, diagnostics = read_post(data, POST, SITE, NOW)
        _, again = read_post(data, POST, SITE, NOW)
        _check(data, diagnostics)

    assert (post is None) == has_errors(diagnostics)
    assert _said(again) == _said(diagnostics)
    if post is not None:
        with watchdog():
            html = render(data.decode("utf-8-sig")[post.body :], SITE.url_of(post.review), lambda _: None)
        assert not FORBIDDEN.search(html)


@given(POSTS)
def test_a_fix_changes_the_line_it_belongs_to_and_leaves_the_file_readable(data: bytes) -> None:
    """Every other line stays as it is, and no fault of the file or its fences comes in."""
    with watchdog():
        _, diagnostics = read_post(data, POST, SITE, NOW)
        faults = [fault for fault in diagnostics if fault.fix]
        for fault in faults:
            text = data.decode()
            mended, done = apply_fixes(text, [fault.fix] if fault.fix else [])
            before, after = (_LINE_END.split(written.removeprefix("\ufeff")) for written in (text, mended))
            _, found = read_post(mended.encode(), POST, SITE, NOW)

            assert len(done) == 1
            assert mended != text
            assert after[: fault.line - 1] == before[: fault.line - 1]
            below = len(before) - fault.line
            assert after[len(after) - below :] == before[fault.line :]
            assert not _broken(found) or _broken(diagnostics)


def _broken(diagnostics: Sequence[Diagnostic]) -> bool:
    """Tell whether the file is no text, or its fences are not found; what stands between them is another matter."""
    return any(
        fault.code.startswith(("file-", "front-matter-")) and fault.code != "front-matter-shape"
        for fault in diagnostics
    )


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Make a site without posts."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "posts" / "images").mkdir(parents=True)
    (folder / FILE_NAME).write_bytes((SITE.root / FILE_NAME).read_bytes())
    return load_site(folder)


@given(first=POSTS, second=POSTS, links=MARKDOWN)
@example(
    first=f"---\n{HEAD}slug: a\n---\nx".encode(), second=f"---\n{HEAD}slug: A\n---\nx".encode(), links=""
)
def test_any_two_posts_are_held_against_each_other(
    empty_site: Site, first: bytes, second: bytes, links: str
) -> None:
    """What is wrong between posts has a place in the post it is said of, whatever else is wrong with that."""
    linking = f"---\n{HEAD.replace('4c76', '5c76')}---\n[a](/reviews/a/) {links}".encode("utf-8", "replace")
    files = dict(
        zip((empty_site.posts / f"{name}.md" for name in "abc"), (first, second, linking), strict=True)
    )
    with watchdog():
        examination = Examination(empty_site, unsaved=files, now=NOW)
        found = [fault for _, faults in examination.files() for fault in faults] + examination.between()
    for file, data in files.items():
        _check(data, [fault for fault in found if fault.path == empty_site.display(file)])

    assert {fault.path for fault in found} <= {empty_site.display(file) for file in files}


@given(SITES)
@example(b'[site]\ntitle = "\\ud800"')
@example(b"[[a]]\n[a.b]\n[[a.b]]")
def test_any_configuration_gives_a_site_or_faults_with_their_places(data: bytes) -> None:
    """Whatever publisher.toml holds, what is wrong with it is said as it is of posts."""
    with tempfile.TemporaryDirectory() as folder, watchdog():
        Path(folder, FILE_NAME).write_bytes(data)
        _check(data, _faults_of(Path(folder)))


def _faults_of(folder: Path) -> Sequence[Diagnostic]:
    try:
        load_site(folder)
    except ConfigurationError as error:
        return error.diagnostics
    return ()


@given(TAME_YAML | YAML)
@example("a: b\n'a': c")
@example("a: |\n\n\n")
@example("- a\n-b")
@example("a: b\r---\rc: d")
def test_the_quick_way_through_front_matter_sees_what_the_close_look_sees(text: str) -> None:
    """Where the quick way answers, the close look gives the same values and finds no fault."""
    text = text.encode("utf-8", "replace").decode()
    with watchdog():
        values = plain_values(text)
        if values is None:
            return
        report = Report(Source("x.md", text))
        root, whole = tree.build(text, 0, report)

    assert report.diagnostics == []
    assert whole
    assert tree.plain(root) == values
    assert list(cast("dict[str, object]", tree.plain(root))) == list(values)


NESTED = {
    "brackets": f"---\n{HEAD}tags: {'[' * 100_000}\n---\nx",
    "brackets that close": f"---\n{HEAD}tags: {'[' * 30_000}{']' * 30_000}\n---\nx",
    "braces": f"---\n{HEAD}film: {'{' * 100_000}\n---\nx",
    "groups": f"---\n{HEAD}film: {'{a: ' * 50_000}\n---\nx",
    "question marks": f"---\n{HEAD}{'? ' * 100_000}\n---\nx",
    "dashes": f"---\n{HEAD}{'- ' * 100_000}\n---\nx",
    "steps": f"---\n{HEAD}" + "".join(f"{' ' * depth}a:\n" for depth in range(600)) + "---\nx",
    "as deep as the quick way goes": f"---\n{HEAD}tags: {'[' * 398}\n---\nx",
    "quotes": f"---\n{HEAD}---\n" + "> " * 400_000,
    "quotes as deep as is taken": f"---\n{HEAD}---\n" + "> " * 99 + "x",
    "lists": f"---\n{HEAD}---\n" + "- " * 400_000,
    "pictures": f"---\n{HEAD}---\n" + "![" * 300_000 + "](a)" * 20_000,
    "links": f"---\n{HEAD}---\n" + "[a](" * 200_000,
    "stars": f"---\n{HEAD}---\n" + "*a **b " * 140_000,
    "tags": f"---\n{HEAD}---\n" + "<div>" * 19_000,
    "tags as deep as is taken": f"---\n{HEAD}---\n" + "<div>" * 99,
    "formatting as deep as is taken": f"---\n{HEAD}---\n" + "<b><i>" * 49 + "<p>x" * 5_000,
    "tables": f"---\n{HEAD}---\n" + "<table><td>" * 49,
    "raw text": f"---\n{HEAD}---\n" + "<script>" * 19_000,
}
_SMALL_STACK = """
import json, sys, threading
from publisher.content.html import render
from publisher.posts import read_post
from publisher.site import load_site

site = load_site(sys.argv[1])
texts = json.load(sys.stdin)

def read():
    for name, text in texts.items():
        print("reading", name, flush=True)
        post, found = read_post(text.encode(), site.posts / "x.md", site)
        if post is not None:
            render(text[post.body :], site.url_of(post.review), lambda _: None)
        print("read", name, flush=True)

threading.stack_size(512 * 1024)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


def test_what_is_nested_does_not_need_a_stack_to_match() -> None:
    """A sixteenth of the stack that a process has is enough for YAML, Markdown and HTML of any depth."""
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_STACK, str(SITE.root)],
        input=json.dumps(NESTED),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[1::2] == [f"read {name}" for name in NESTED], done.stderr
