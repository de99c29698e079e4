"""On a terminal one is asked before a run does more at once than it does unasked; nobody else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli import terminals
from tests.release.newsroom import NOW, Newsroom, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

ARGUMENTS = ("--now", NOW.isoformat())


@pytest.fixture
def emptied(make_site: Callable[..., Site]) -> Newsroom:
    """Give a site whose six announced reviews have lost their posts."""
    newsroom = Newsroom(make_site, posts={f"a{n}": post(n + 2) for n in range(6)} | {"kept": post()})
    newsroom.push()
    for number in range(6):
        newsroom.remove(f"a{number}")
    return newsroom


def on_a_terminal(newsroom: Newsroom, answer: str, *words: str) -> tuple[int, str]:
    """Run a command in a newsroom on a terminal of its own, and answer its question."""
    return terminals.on_a_terminal("[y/N]", answer, *words, "--site", str(newsroom.site.root))


@pytest.mark.parametrize("verb", ["push", "publish"])
def test_yes_is_taken_for_an_answer(emptied: Newsroom, verb: str) -> None:
    """The question says what would happen; who says yes gets it, once."""
    status, said = on_a_terminal(emptied, "y\n", verb, *ARGUMENTS)

    assert status == 0
    assert "6 reviews would be taken back at once" in said
    assert said.count("Is that meant? [y/N]") == 1
    assert emptied.rows("SELECT count(*) FROM announced WHERE live = 0") == [(6,)]


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"], ids=["no", "return", "end"])
def test_anything_else_is_no(emptied: Newsroom, answer: str) -> None:
    """No is what nobody has to type; nothing is done, and the status says that it was refused."""
    status, said = on_a_terminal(emptied, answer, "publish", *ARGUMENTS)

    assert status == 5
    assert "--yes says that it is meant" in said
    assert emptied.rows("SELECT count(*) FROM announced WHERE live = 0") == [(0,)]
    assert not emptied.site.feeds.exists()


@pytest.mark.parametrize("words", [(), ("--json",), ("--quiet",)])
def test_where_nobody_sits_nobody_is_asked(emptied: Newsroom, words: tuple[str, ...]) -> None:
    """A run of cron is refused at once, with what to do."""
    status, out, err = emptied.run("publish", *ARGUMENTS, *words)

    assert status == 5
    assert "Is that meant" not in out + err
    assert "--yes says that it is meant" in out + err


def test_who_asks_for_json_is_not_asked_even_on_a_terminal(emptied: Newsroom) -> None:
    """Machines have terminals at times, and no answer."""
    status, said = on_a_terminal(emptied, "", "publish", "--json", *ARGUMENTS)

    assert status == 5
    assert '"exit_code": 5' in said
