"""Which sources there are, which of them the site can ask, and where its keys come from."""

from __future__ import annotations

import subprocess
import sys
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigurationError, EnvironmentFault, UsageError
from publisher.model import Offer, OfferKind, Terms
from publisher.watch.sources import SOURCES, Attribution, attributions, connect, enabled, find_source
from publisher.watch.sources.keys import find_key
from publisher.watch.sources.source import SourceFault
from tests.watch.sources.source_hosts import KEY, NOW, answer, everything_in, source_host

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site
    from tests.conftest import MakeSite

VARIABLE = "PUBLISHER_STREAMING_AVAILABILITY_KEY"
NAME = "streaming-availability"


def key_file(site: Site, text: str = KEY, mode: int = 0o600) -> Path:
    """Put a key where the site looks for it."""
    site.secrets.mkdir(parents=True, exist_ok=True)
    file = site.secrets / NAME
    file.write_text(text)
    file.chmod(mode)
    return file


def offer(told_by: str | None) -> Offer:
    """Make an offer that somebody told of."""
    return Offer(service="mubi", name="MUBI", terms=Terms(kind=OfferKind.RENT, source=told_by))


@pytest.mark.parametrize("key", SOURCES)
def test_every_source_says_what_it_must(key: str) -> None:
    """It is known by its key, says who it is, is asked over https, and demands an attribution with a link."""
    found = find_source(key)

    assert found.key == key
    assert found.name
    assert found.attribution.text
    assert found.attribution.url.startswith("https://")
    assert found.access.url.startswith("https://")
    assert found.access.url.endswith("/")
    assert found.access.variable.startswith("PUBLISHER_")
    assert found.access.longest.days <= 183
    assert found.access.pace >= 1


def test_a_source_that_does_not_exist_is_named_with_those_that_do() -> None:
    """A misspelt name is told, with the right ones."""
    with pytest.raises(UsageError, match='"tmbd" is not a source of offers') as raised:
        find_source("tmbd")

    assert raised.value.hint == f"known: {', '.join(SOURCES)}"


def test_attributions_are_those_of_the_offers_shown() -> None:
    """Each once, in the order of the sources; editors, strangers and offers of nobody demand nothing."""
    first, second = (find_source(key).attribution for key in SOURCES[:2])

    assert attributions([]) == ()
    assert attributions([offer(None), offer("somebody"), offer("../x")]) == ()
    assert attributions([offer(SOURCES[1]), offer(None), offer(SOURCES[0]), offer(SOURCES[1])]) == (
        first,
        second,
    )
    assert attributions(iter([offer(SOURCES[1])])) == (second,)


def test_the_credit_is_what_the_terms_ask_for() -> None:
    """TERMS.md: stating that the information is provided by it, with a link to its page."""
    assert find_source(NAME).attribution == Attribution(
        "Streaming availability information is provided by Streaming Availability API by Movie of the Night.",
        "https://www.movieofthenight.com/about/api",
    )


def test_a_build_loads_nothing_that_could_send_a_request() -> None:
    """Attributions are asked for by every post of every build."""
    script = (
        "import sys\n"
        "from publisher.watch.sources import SOURCES, attributions\n"
        "from publisher.model import Offer, OfferKind, Terms\n"
        "attributions([Offer(service='x', name='X', terms=Terms(kind=OfferKind.RENT, source=key)) for key in SOURCES])\n"
        "print([name for name in ('requests', 'urllib3', 'publisher.net', 'ssl') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_without_a_key_no_source_is_asked(make_site: MakeSite) -> None:
    """An empty variable, as automation sets it where it was given no secret, is none."""
    site = make_site()

    assert enabled(site, NOW, environment={}) == ()
    assert enabled(site, NOW, environment={VARIABLE: "", "PUBLISHER_TMDB_KEY": " "}) == ()
    with pytest.raises(ConfigurationError, match="Streaming Availability has no key of this site") as raised:
        connect(NAME, site, NOW, environment={})
    assert VARIABLE in str(raised.value.hint)
    assert f".publisher/secrets/{NAME} with mode 0600" in str(raised.value.hint)


def test_a_key_comes_from_the_environment_first_then_from_a_file(make_site: MakeSite) -> None:
    """Spaces and the line end around it are no part of it."""
    site = make_site()
    key_file(site, f"{KEY}\n")

    found = find_key(site, find_source(NAME), {})
    assert found is not None
    assert found.text == KEY
    assert KEY not in repr(found)
    other = find_key(site, find_source(NAME), {VARIABLE: " another-key \n"})
    assert other is not None
    assert other.text == "another-key"
    assert [each.source.key for each in enabled(site, NOW, environment={})] == [NAME]
    assert connect(NAME, site, NOW, environment={}).source is find_source(NAME)


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "two words here",
        "x" * 2049,
        "schlüssel-schlüssel",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "a\x00bcdefgh",
    ],
)
def test_what_cannot_be_a_key_is_refused_and_not_quoted(make_site: MakeSite, text: str) -> None:
    """Where it is from is named, and what a key looks like."""
    site = make_site()
    key_file(site, text)
    for environment, where in (
        ({}, f".publisher/secrets/{NAME}"),
        ({VARIABLE: text}, f"variable {VARIABLE}"),
    ):
        with pytest.raises(ConfigurationError) as raised:
            enabled(site, NOW, environment=environment)
        assert where in raised.value.message
        told = "".join(traceback.format_exception(raised.value))
        assert text not in told


def test_a_key_that_others_can_read_is_refused(make_site: MakeSite) -> None:
    """It says how to mend that."""
    site = make_site()
    key_file(site, mode=0o644)
    with pytest.raises(ConfigurationError, match="has mode 0644; others can read the secret") as raised:
        enabled(site, NOW, environment={})

    assert raised.value.hint == f"chmod 600 .publisher/secrets/{NAME}"


def test_settings_and_state_are_the_sites_own(make_site: MakeSite) -> None:
    """Another address, a limit of requests; answers and counts lie in the folder of state, for nobody else."""
    with source_host(answer({"streamingOptions": {}})) as seen:
        settings = f'[watch.sources.{NAME}]\nurl = "{seen.url("/v4/")}"\nquota = 1\n[network]\nallow = ["127.0.0.0/8"]\n'
        site = make_site(more=settings)
        wire = connect(NAME, site, NOW, environment={VARIABLE: KEY}).wire
        wire.get("shows/tt1", keep=timedelta(days=1))
        with pytest.raises(SourceFault, match="all 1 requests"):
            wire.get("shows/tt2", keep=timedelta(days=1))

    assert seen.heard[0].startswith(b"GET /v4/shows/tt1 HTTP/1.1\r\n")
    assert f"X-API-Key: {KEY}".encode() in seen.heard[0]
    folder = site.state / "answers" / NAME
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["2026-11"]
    assert folder.stat().st_mode & 0o077 == 0
    assert (site.state / ".gitignore").read_text() == "*\n"
    assert KEY.encode() not in everything_in(site.root)


def test_a_state_that_cannot_be_written_is_told(make_site: MakeSite) -> None:
    """A file where the folder of answers should be."""
    site = make_site()
    site.state.mkdir()
    (site.state / "answers").write_text("")
    with pytest.raises(EnvironmentFault, match="answers/streaming-availability cannot be written"):
        connect(NAME, site, NOW, environment={VARIABLE: KEY})


def test_a_key_of_rapidapi_goes_to_its_gateway() -> None:
    """In header fields of its own; whom the site asks decides, and a host that only looks like it is another."""
    headers = find_source(NAME).access.headers

    assert headers("k", "https://streaming-availability.p.rapidapi.com/") == {
        "X-RapidAPI-Key": "k",
        "X-RapidAPI-Host": "streaming-availability.p.rapidapi.com",
    }
    assert headers("k", "https://x.rapidapi.com.evil.example/") == {"X-API-Key": "k"}
    assert headers("k", "https://api.movieofthenight.com/v4/") == {"X-API-Key": "k"}
