"""The worker: delivers for as long as it runs, and looks after what is to be looked after meanwhile.

Any number may run on one machine. Each delivers; of the hubs and of what is to be forgotten, one at a time takes care.
"""

from __future__ import annotations

import math
import os
import random
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from publisher.errors import ConfigurationError, EnvironmentFault, PublisherError
from publisher.ledger import Ledger
from publisher.net import Client
from publisher.outputs.manifest import NAME as MANIFEST_NAME
from publisher.release.hubs import tell_of_feeds
from publisher.site import FILE_NAME, keep_private, load_site
from publisher.webhooks import ANSWER_LIMIT, Correspondence, Listener, Round, deliver, endpoint_keys
from publisher.webhooks.delivery import AGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.net import Answer
    from publisher.site import Endpoint, Site
    from publisher.webhooks import EndpointReport, SigningKeys
    from publisher.websub import HubReport

# So often, in seconds, it is looked whether publisher.toml is another.
_LOOK_AGAIN = 1.0
# An endpoint without a sound secret is asked about again after so many seconds.
_SECRET_AGAIN = 5.0
# So often, in seconds, hubs are told what they were not told, and it is looked whether a day is over.
_CARE_AGAIN = 60.0
_DAY = 24 * 3600.0
# Longer than any request may take.
_LONGEST_GOODBYE = 20.0
_PRUNE = "prune"


class WorkerListener(Listener):
    """Hears of what a worker does, in whichever thread does it; this one does nothing, subclasses may."""

    def reloaded(self) -> None:
        """Hear that publisher.toml was read again, and is what counts now."""

    def not_reloaded(self, error: PublisherError) -> None:
        """Hear that publisher.toml has changed and is at fault: what it said before goes on to count."""

    def left_out(self, endpoint: str, error: PublisherError) -> None:
        """Hear that an endpoint is sent nothing, because its secret is missing or wrong."""

    def taken_in(self, endpoint: str) -> None:
        """Hear that its secret is sound again."""

    def told(self, hub: HubReport) -> None:
        """Hear that a hub was told of feeds, or could not be."""

    def troubled(self, error: PublisherError) -> None:
        """Hear that something besides deliveries could not be done, and will be tried again."""


@dataclass(slots=True)
class _Present:
    """The site as publisher.toml has it now, and whom it may write to; also the way out that it allows.

    Attributes:
        site: What counts.
        client: The way out; None makes the guarded one, as the site's configuration allows.
    """

    site: Site
    listener: WorkerListener
    environment: Mapping[str, str]
    client: Client | None
    _looked: float = field(default=-math.inf, init=False)
    _stamp: tuple[int, ...] = field(default=(), init=False)
    _out: dict[str, float] = field(default_factory=dict, init=False)
    _told: dict[str, str] = field(default_factory=dict, init=False)
    _way: Client = field(init=False)
    _correspondence: Correspondence = field(init=False)

    def __post_init__(self) -> None:
        self._stamp = _stamp(self.site)
        self._way = self._make_way()
        self._correspondence = Correspondence(self.site.webhooks, self._keys)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST some bytes by the present way out."""
        return self._way.post(url, headers=headers, body=body)

    def correspondence(self) -> Correspondence:
        """Say whom the site writes to, without those whose secret was not sound a moment ago."""
        self._look()
        now = time.monotonic()
        self._out = {name: until for name, until in self._out.items() if until > now}
        webhooks = self.site.webhooks
        if self._out:
            sound = tuple(one for one in webhooks.endpoints if one.name not in self._out)
            webhooks = replace(webhooks, endpoints=sound)
        if webhooks != self._correspondence.webhooks:
            self._correspondence = Correspondence(webhooks, self._keys)
        return self._correspondence

    def _keys(self, endpoint: Endpoint, now: float) -> SigningKeys | None:
        try:
            keys = endpoint_keys(self.site, endpoint, now, self.environment)
        except ConfigurationError as error:
            self._out[endpoint.name] = time.monotonic() + _SECRET_AGAIN
            if self._told.get(endpoint.name) != error.message:
                self._told[endpoint.name] = error.message
                self.listener.left_out(endpoint.name, error)
            return None
        if self._told.pop(endpoint.name, None) is not None:
            self.listener.taken_in(endpoint.name)
        return keys

    def _look(self) -> None:
        """Read publisher.toml again when it is another."""
        if time.monotonic() - self._looked < _LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        stamp = _stamp(self.site)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            site = load_site(self.site.root)
            if site.state != self.site.state:
                raise ConfigurationError(
                    f"{FILE_NAME} names another folder of state", "end the worker, and begin it again"
                )
        except PublisherError as error:
            self.listener.not_reloaded(error)
            return
        self.site = site
        self._out.clear()
        self._way = self._make_way()
        self.listener.reloaded()

    def _make_way(self) -> Client:
        return self.client or Client(allow=self.site.allow, body_limit=ANSWER_LIMIT)


def _stamp(site: Site) -> tuple[int, ...]:
    """Return what tells one publisher.toml from another without reading it; nothing where there is none."""
    try:
        about = (site.root / FILE_NAME).stat()
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino


def work(
    site: Site,
    *,
    stop: threading.Event,
    listener: WorkerListener | None = None,
    clock: Callable[[], float] = time.time,
    chance: Callable[[], float] = random.random,
    client: Client | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[EndpointReport]:
    """Deliver what is due, whenever it is, until it is time to stop; then finish what is on its way.

    publisher.toml is read again when it changes, secrets are asked for whenever something is signed. Every minute hubs are
    told what they were not told, if the last run that published had ended; once a day is forgotten what was settled long ago.

    Args:
        site: The site.
        stop: When it is set, what is under way is finished, and no more is begun.
        listener: Hears of what is done.
        clock: Answers the real time in seconds since 1970.
        chance: Answers a number from 0 to 1, for delays.
        client: The way out; default: the guarded one, as the site's configuration allows.
        environment: The variables that secrets may stand in.

    Returns:
        What became of it, endpoint by endpoint.

    Raises:
        EnvironmentFault: The ledger cannot be used; what was sent and not recorded is sent again by another run.
    """
    heard = listener or WorkerListener()
    present = _Present(site, heard, environment, client)
    caretaker = threading.Thread(
        target=_take_care, args=(present, stop, heard, clock, client), name="caretaker", daemon=True
    )
    try:
        keep_private(site.state)
    except OSError as error:
        raise EnvironmentFault(f"{site.state} cannot be written: {error.strerror}") from None
    with Ledger.open(site.state) as ledger:
        caretaker.start()
        try:
            return deliver(
                ledger,
                present.correspondence,
                present,
                clock,
                Round(wait=math.inf, stop=stop, listener=heard, chance=chance),
            )
        finally:
            stop.set()
            caretaker.join(_LONGEST_GOODBYE)


def _take_care(
    present: _Present,
    stop: threading.Event,
    listener: WorkerListener,
    clock: Callable[[], float],
    client: Client | None,
) -> None:
    """Do every minute what is to be done besides deliveries, unless another worker does."""
    told = ""
    while not stop.is_set():
        site = present.site
        try:
            with FileLock(site.state / "caretaker.lock", timeout=0), Ledger.open(site.state) as ledger:
                take_care(ledger, site, listener, clock, client)
            told = ""
        except Timeout:
            pass
        except (PublisherError, OSError) as error:
            fault = error if isinstance(error, PublisherError) else EnvironmentFault(str(error))
            if fault.message != told:
                told = fault.message
                listener.troubled(fault)
        stop.wait(_CARE_AGAIN)


def take_care(
    ledger: Ledger,
    site: Site,
    listener: WorkerListener,
    clock: Callable[[], float],
    client: Client | None = None,
) -> None:
    """Tell the hubs what they were not told, and forget what was settled, or left behind, long ago.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    now = clock()
    for name in ledger.deliveries.waiting().keys() - {endpoint.name for endpoint in site.endpoints}:
        ledger.deliveries.abandon(name, now - AGE_LIMIT, now)
    if _is_settled(ledger, site):
        for hub in tell_of_feeds(ledger, site, clock, client):
            if hub.told or hub.notes:
                listener.told(hub)
    # A clock that was set back must not keep it from being done for years.
    if not 0 <= now - (ledger.last_run(_PRUNE) or 0.0) < _DAY:
        ledger.deliveries.prune(now - site.webhooks.keep * _DAY)
        ledger.hubs.prune(now - site.webhooks.keep * _DAY)
        ledger.record_run(_PRUNE, now)


def _is_settled(ledger: Ledger, site: Site) -> bool:
    """Tell whether the feeds in their folder are those of the last run that published: others may not be on the web yet."""
    try:
        written = (site.feeds / MANIFEST_NAME).stat().st_mtime
    except OSError:
        return False
    published = ledger.last_run("publish", "push")
    return published is not None and written <= published
