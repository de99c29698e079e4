"""The checks of the site's public addresses: whether readers find there what was generated here."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.placeholders import is_placeholder
from publisher.doctor.wording import quoted, size
from publisher.net import Answer, Client, FaultKind, FetchFault
from publisher.pages.http_headers import SERVED_TYPES, full_type
from publisher.site import FEED_NAMES, FEED_TYPES
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.doctor.machine import Machine
    from publisher.doctor.subject import Subject
    from publisher.site import Site

#: Feeds larger than this, in bytes, are not read from the web.
LARGEST = 32 * 1024**2
#: What a page or an older feed may have more than the feeds here, in bytes.
SLACK = 64 * 1024
#: Seconds that one address may take, and all of them together: nothing is asked that may go beyond.
DEADLINE, BUDGET = 12.0, 30.0

#: The content types that readers take: the exact one, and those under which browsers style XML.
TYPES = {
    form: {kind, *({"application/xml", "text/xml"} if kind.endswith("+xml") else {"application/json"})}
    for form, kind in FEED_TYPES.items()
}
_PAGES = {"text/html", "application/xhtml+xml"}

_OFFLINE = "not asked: --offline"
_UNREACHED = {FaultKind.DNS, FaultKind.REFUSED_ADDRESS, FaultKind.CONNECT, FaultKind.TLS, FaultKind.TIMEOUT}
_HELP = {
    FaultKind.URL: "feed readers want https://; see whether publisher.toml has the address right",
    FaultKind.DNS: "see whether publisher.toml has the name right, whether the domain is paid for, and whether this "
    "machine is online",
    FaultKind.REFUSED_ADDRESS: "the public cannot get there; if that is meant, name the network in [network] allow",
    FaultKind.CONNECT: "see whether the web server is up, and whether this machine is online",
    FaultKind.TLS: "mend the certificate: feed readers refuse it, too",
    FaultKind.TIMEOUT: "see whether the web server is up, and whether this machine is online",
    FaultKind.PROTOCOL: "see what is at that address: it is no web server, or one that is broken",
}


@dataclass(slots=True)
class Visitor:
    """Asks the site's public addresses, and remembers what their clocks said.

    Attributes:
        client: The way out.
        machine: Answers what the time is, and how long an address takes.
        heard: Of each answer the time before and after it, and its headers.
        unreached: The hosts, with their ports, that could not be reached.
        spent: How many seconds the addresses took so far.
    """

    client: Client
    machine: Machine
    heard: list[tuple[float, float, Mapping[str, str]]] = field(default_factory=list)
    unreached: set[str] = field(default_factory=set)
    spent: float = 0.0

    @classmethod
    def of(cls, site: Site, machine: Machine, client: Client | None = None) -> Visitor:
        """Make one that reads as much as the site's own feeds hold, and some more."""
        largest = max((feed.size for form in FEED_NAMES if (feed := _local(site, form))), default=0)
        limit = min(largest + SLACK, LARGEST)
        return cls(client or Client(allow=site.allow, deadline=DEADLINE, body_limit=limit), machine)

    @property
    def tired(self) -> bool:
        """Tell whether another address might take longer than all of them may."""
        return self.spent > BUDGET - DEADLINE

    def get(self, url: str) -> Answer:
        """Ask for a URL.

        Raises:
            FetchFault: There is no usable answer.
        """
        before, began = self.machine.clock(), self.machine.timer()
        try:
            answer = self.client.get(url)
        except FetchFault as fault:
            if fault.kind in _UNREACHED:
                self.unreached.add(urlsplit(url).netloc)
            raise
        finally:
            self.spent += self.machine.timer() - began
        self.heard.append((before, self.machine.clock(), answer.headers))
        return answer


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed on the disk."""

    path: Path
    size: int

    def digest(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def check_base_url(subject: Subject) -> Iterator[Outcome]:
    """See whether the site answers where every link of the feeds begins."""
    url, visitor = subject.site.base_url, subject.visitor
    if visitor is None:
        yield skipped(_OFFLINE)
        return
    if is_placeholder(url):
        yield skipped(f"not asked: {url} is a placeholder")
        return
    try:
        answer = visitor.get(url)
    except FetchFault as fault:
        yield _unanswered(url, fault)
        return
    if 200 <= answer.status < 300:
        yield ok(f"{url} answers")
    elif answer.status in {404, 410}:
        yield warning(
            f"{url} answered {answer.status}: there is no page where every link of the site begins",
            "put a page there, or mend base_url in publisher.toml",
        )
    else:
        yield _other_status(url, answer, "base_url in publisher.toml")


def check_feed_urls(subject: Subject) -> Iterator[Outcome]:
    """See whether readers get the feeds that were generated here, and under the right name of their format."""
    site, visitor = subject.site, subject.visitor
    if visitor is None:
        yield skipped(_OFFLINE)
        return
    if is_placeholder(site.syndication.url):
        yield skipped(f"not asked: {site.syndication.url} is a placeholder")
        return
    for form, url in site.feed_urls.items():
        host = urlsplit(url).netloc
        if host in visitor.unreached:
            yield skipped(f"not asked: {host} could not be reached")
            return
        if visitor.tired:
            yield skipped(f"{url} was not asked: the others took {duration_in_words(visitor.spent)}")
            continue
        try:
            answer = visitor.get(url)
        except FetchFault as fault:
            yield _unanswered(url, fault)
            continue
        if answer.status == 200:
            yield from _served(site, form, url, answer)
        elif answer.status in {404, 410}:
            yield failed(
                f"{url} answered {answer.status}: there is no feed",
                "run your deployment; or mend [syndication] url in publisher.toml",
            )
        else:
            yield _other_status(url, answer, "[syndication] url in publisher.toml")


def _served(site: Site, form: str, url: str, answer: Answer) -> Iterator[Outcome]:
    troubles = [
        trouble
        for trouble in (_wrong_type(form, url, answer), _other_bytes(site, form, url, answer))
        if trouble
    ]
    yield from troubles
    if troubles:
        return
    unchecked = not answer.headers.get("etag") and not answer.headers.get("last-modified")
    yield ok(
        f"{url} is what was generated here"
        + ("; without ETag and Last-Modified each reader fetches all of it each time" if unchecked else "")
    )


def _wrong_type(form: str, url: str, answer: Answer) -> Outcome | None:
    """Judge the content type: readers look at it, and some at nothing else."""
    written, _, parameters = answer.headers.get("content-type", "").partition(";")
    kind = written.strip().lower()
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    name = url.rpartition("/")[2]
    hint = f"have the web server send {name} as {full_type(SERVED_TYPES[form])}"
    if kind in _PAGES:
        return failed(f"{url} comes as {kind}: readers take it for a page", hint)
    if kind not in TYPES[form]:
        return warning(f"{url} comes {f'as {quoted(kind)}' if kind else 'without a content type'}", hint)
    if charset and charset not in {"utf-8", "utf8"}:
        return warning(f"{url} comes as text in {quoted(charset)}; it is in UTF-8", hint)
    return None


def _other_bytes(site: Site, form: str, url: str, answer: Answer) -> Outcome | None:
    """Compare what was served with the file on the disk."""
    local = _local(site, form)
    deploy = "run your deployment; a cache in between may take a while to let go of the old ones"
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if local is None:
        return warning(f"{url} was not compared: there is none here", "`publisher generate` writes it")
    if local.size > LARGEST:
        return warning(
            f"{url} was not compared: the one here has more than {size(LARGEST)}, and readers fetch it again and again",
            "let [syndication] limit in publisher.toml be lower",
        )
    if coding not in {"", "identity"}:
        return warning(
            f"{url} comes packed ({quoted(coding)}), though nobody asked for that; it was not compared",
            "some readers cannot unpack it: have the web server send it so only to those that ask",
        )
    if not answer.complete and len(answer.body) <= local.size:
        return failed(
            f"{url} broke off after {size(len(answer.body))} of {size(local.size)}",
            "see what keeps the web server from sending all of it",
        )
    if hashlib.sha256(answer.body).hexdigest() == local.digest():
        return None
    return warning(f"{url} is another feed than the one here", deploy)


def _unanswered(url: str, fault: FetchFault) -> Outcome:
    told = f"{url} cannot be read: {fault.message}"
    # Plain http is not asked by this program; readers may get an answer all the same.
    return (warning if fault.kind is FaultKind.URL else failed)(told, _HELP[fault.kind])


def _other_status(url: str, answer: Answer, setting: str) -> Outcome:
    """Say what a status other than that of a page means."""
    status = answer.status
    if 300 <= status < 400:
        where = answer.headers.get("location", "")
        try:
            leads = quoted(urljoin(url, where)) if where else "nowhere"
        except ValueError:
            leads = quoted(where)
        return warning(f"{url} leads on to {leads} ({status})", f"if that is to stay, let {setting} say so")
    if status in {401, 403, 407}:
        return failed(
            f"{url} answered {status}: it is not open to everybody",
            "let the web server give it to whoever asks; programs read feeds, without a password or a browser",
        )
    if status == 429 or status >= 500:
        return failed(
            f"{url} answered {status}: the web server is in trouble",
            "look again in a while, then into its log",
        )
    return failed(f"{url} answered {status}", "look into the web server's log")


def _local(site: Site, form: str) -> _Feed | None:
    """Return the feed of a format on the disk, None where there is none."""
    path = site.feeds / FEED_NAMES[form]
    try:
        about = path.stat()
    except OSError:
        return None
    return _Feed(path, about.st_size) if stat.S_ISREG(about.st_mode) else None
