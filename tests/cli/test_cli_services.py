"""`publisher services` says what a name or a link is, with a site and without one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from publisher.cli.completing import complete_services
from publisher.cli.services import KINDS, services, show
from publisher.model import OfferKind

if TYPE_CHECKING:
    from tests.conftest import MakeSite, Run

OLD = "http://www.vudu.com/content/movies/details/The-Handmaiden/839048?utm_source=x&irclickid=3"
NEW = "https://athome.fandango.com/content/browse/details/The-Handmaiden/839048"
KINO = '[services.kino-klub]\nname = "Kino Klub"\nkinds = ["free"]\n'


def test_the_kinds_are_those_of_the_model() -> None:
    """They are written out, so that help is quick."""
    assert tuple(map(str, OfferKind)) == KINDS


def test_services_are_listed_by_their_keys(run: Run) -> None:
    """Without a site, too: the catalogue comes with the program."""
    lines = run("services", "list").stdout.splitlines()

    assert len(lines) >= 80
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert any(line.split(maxsplit=1) == ["netflix", "Netflix: subscription"] for line in lines)


def test_the_list_can_be_narrowed(run: Run, make_site: MakeSite) -> None:
    """By kind and country; the site's own services are among them."""
    make_site({}, more=KINO)
    done = run("services", "list", "--kind", "free", "--json")
    listed = json.loads(done.stdout)["services"]

    assert "kino-klub" in {service["key"] for service in listed}
    assert all("free" in service["kinds"] for service in listed)
    assert run("services", "list", "--country", "gb", "--kind", "cinema").stdout == ""


def test_a_name_is_shown_with_what_decided(run: Run) -> None:
    """The kind tells the store from the subscription, and it is said that another has the name."""
    done = run("services", "show", "Apple TV", "--kind", "rent")

    assert done.returncode == 0
    assert done.stdout.startswith(
        "Apple TV is Apple TV Store: of those that share the name, it alone is known for such offers\n"
        "  Apple TV is a former name\n"
        "  also called so: Apple TV (subscription) (apple-tv-plus)\n"
    )
    assert "  kinds      rent, buy\n" in done.stdout


def test_the_day_can_decide(run: Run) -> None:
    """As it does for a review of that day."""
    shown = json.loads(run("services", "show", "Apple TV", "--day", "2024-05-01", "--json").stdout)

    assert (shown["decision"], [service["key"] for service in shown["services"]]) == (
        "day",
        ["apple-tv-store"],
    )
    assert shown["rivals"] == ["apple-tv-plus"]


def test_a_name_that_stays_open_shows_all_that_it_can_mean(run: Run) -> None:
    """Nothing is guessed."""
    done = run("services", "show", "Apple TV")

    assert done.returncode == 0
    assert done.stdout.startswith("Apple TV can mean Apple TV (subscription) or Apple TV Store;")
    assert "(apple-tv-plus)" in done.stdout
    assert "(apple-tv-store)" in done.stdout


def test_an_unknown_name_brings_the_near_one(run: Run) -> None:
    """On standard error, with the status of a command that was not understood."""
    done = run("services", "show", "Netflx")

    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean Netflix?" in done.stderr
    assert "\x1b" not in run("services", "show", "Netflx\x1b[31m").stderr


def test_a_link_is_explained(run: Run) -> None:
    """Whose it is, which film, how it is written now, and what was removed."""
    done = run("services", "explain", OLD)

    assert done.stdout.splitlines() == [
        NEW,
        "  service    Fandango at Home (fandango-at-home)",
        "  page       a film, id 839048",
        "  rewritten  it had a form that the service no longer uses",
        "  removed    utm_source: it follows readers about",
        "  removed    irclickid: it earns somebody else a commission",
    ]


def test_a_link_is_explained_to_machines(run: Run) -> None:
    """With the version of the format."""
    assert json.loads(run("services", "explain", OLD, "--json").stdout) == {
        "format_version": 1,
        "url": OLD,
        "services": ["fandango-at-home"],
        "page": "film",
        "id": "839048",
        "canonical": NEW,
        "rewritten": True,
        "network": None,
        "removed": [
            {"name": "utm_source", "value": "x", "reason": "tracking"},
            {"name": "irclickid", "value": "3", "reason": "affiliate"},
        ],
        "left": [],
    }


def test_what_may_be_a_campaign_is_named_and_stays(run: Run) -> None:
    """With the reason, so that an editor can look."""
    url = "https://geo.itunes.apple.com/us/movie/x/id1234567?at=1000l"
    done = run("services", "explain", url)

    assert (
        "  left       at: perhaps it earns somebody else a commission, but that is not verified\n"
        in done.stdout
    )
    assert json.loads(run("services", "explain", url, "--json").stdout)["left"] == [
        {"name": "at", "value": "1000l", "reason": "affiliate"}
    ]


def test_a_search_that_nobody_verified_is_said_to_be_one(run: Run) -> None:
    """Readers are not led there."""
    shown = run("services", "show", "mubi").stdout

    assert (
        "  search     https://mubi.com/search?query={query} (not verified: no reader is led there)\n" in shown
    )
    assert "search?q={query}\n" in run("services", "show", "shudder").stdout


@pytest.mark.parametrize("url", ["foo", "javascript:alert(1)", "", "ftp://www.netflix.com/title/70143836"])
def test_what_is_no_address_is_said_to_be_none(run: Run, url: str) -> None:
    """With an example of one."""
    done = run("services", "explain", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert "is not an absolute http or https address" in done.stderr


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://", "has no usable host name"),
        ("http://[::1", "is not an address"),
        ("https://a b/\x1b[31m", "holds a space"),
        ("https://netflix.com/\x1b[31m", "holds U+001B (ESCAPE)"),
        ("https://somebody@www.netflix.com/title/1", "holds a user name or password"),
        ("https://www.netflix.com/title/1 https://mubi.com", "holds a space"),
    ],
)
def test_what_cannot_be_an_address_is_refused(run: Run, url: str, problem: str) -> None:
    """With what is wrong with it; it steers no terminal."""
    done = run("services", "explain", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "pasted",
    [
        "www.vudu.com/content/movies/details/The-Handmaiden/839048",
        "vudu.com/content/movies/details/The-Handmaiden/839048",
        " https://www.vudu.com/content/movies/details/The-Handmaiden/839048\n",
        "<https://www.vudu.com/content/movies/details/The-Handmaiden/839048>",
        "\u201chttps://www.vudu.com/content/movies/details/The-Handmaiden/839048\u201d",
    ],
)
def test_an_address_is_read_as_it_was_pasted(run: Run, pasted: str) -> None:
    """Mails and browsers put something around it, or leave the scheme out."""
    assert run("services", "explain", pasted).stdout.splitlines()[0] == NEW


@pytest.mark.parametrize(
    "url", ["https://[::1]/", "https://é.example/%00", "https://nobody.example:8443/film"]
)
def test_an_address_of_nobody_is_said_to_be_nobodys(run: Run, url: str) -> None:
    """Nothing is made of it."""
    done = run("services", "explain", url)

    assert done.returncode == 0
    assert "none of the catalogue" in done.stdout


def test_a_site_that_is_named_has_to_be_there(run: Run) -> None:
    """A slip in --site is not passed over."""
    assert run("services", "list", "--site", "nowhere").returncode == 4


def test_the_shell_finishes_keys(make_site: MakeSite) -> None:
    """Those of the catalogue with their names, and the site's own."""
    site = make_site({}, more=KINO)
    context = click.Context(services)
    context.params["site_folder"] = site.root
    (name,) = (param for param in show.params if param.name == "name")

    assert [(item.value, item.help) for item in complete_services(context, name, "fandango-at")] == [
        ("fandango-at-home", "Fandango at Home"),
        ("fandango-at-home-free", "Fandango at Home Free"),
    ]
    assert [item.value for item in complete_services(context, name, "kino-k")] == ["kino-klub"]
