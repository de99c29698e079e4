"""From a site's settings and a key to the wire that a source asks through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError, EnvironmentFault
from publisher.net import Client
from publisher.site import SourceSettings, keep_private
from publisher.watch.sources.answers import Answers
from publisher.watch.sources.asking import BODY_LIMIT, DEADLINE, Asking
from publisher.watch.sources.pacing import Pace
from publisher.watch.sources.quota import Meter
from publisher.watch.sources.respite import Respite
from publisher.watch.sources.wire import Wire

if TYPE_CHECKING:
    from publisher.site import Site
    from publisher.watch.sources.clock import Clock
    from publisher.watch.sources.keys import Key
    from publisher.watch.sources.source import Source


def make_wire(source: Source, site: Site, key: Key, clock: Clock, *, refresh: bool) -> Wire:
    """Make the wire of a source, with its answers, counts and settings as the site has them.

    Raises:
        ConfigurationError: The source's terms ask what the site is, and publisher.toml does not say; or it takes other keys.
        EnvironmentFault: The folder of state cannot be written.
    """
    settings = site.watch.sources.get(source.key, SourceSettings())
    if source.access.needs_use and settings.use is None:
        raise ConfigurationError(
            f"{source.name} is free for sites that are no business, and others need a contract",
            f'say in publisher.toml what holds for this site: [watch.sources.{source.key}] use = "non-commercial", '
            'or use = "contract"',
        )
    url = settings.url or source.access.url
    folder = site.state / "answers" / source.key
    try:
        keep_private(site.state)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EnvironmentFault(f"{site.display(folder)} cannot be written: {error.strerror}") from None
    answers = Answers(folder, BODY_LIMIT)
    answers.forget(source.access.longest)
    asking = Asking(
        source,
        {"Accept": "application/json", **source.access.headers(key.text, url)},
        Client(allow=site.allow, deadline=DEADLINE, body_limit=BODY_LIMIT),
        pace=Pace(source.access.pace, clock, folder / "pace"),
        meter=Meter(folder, source, settings.quota),
        respite=Respite(folder / "left-alone-until"),
        clock=clock,
    )
    return Wire(asking, answers, url=url, key=key, catalogue=site.catalogue, refresh=refresh)
