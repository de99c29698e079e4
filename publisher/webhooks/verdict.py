"""What an answer, or its absence, means for an event and its endpoint; in words for people, too."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from publisher.net import FaultKind
from publisher.net.retry_after import retry_after
from publisher.values.characters import printable
from publisher.values.durations import duration_in_words
from publisher.webhooks.signing import TOLERANCE

if TYPE_CHECKING:
    from publisher.net import Answer, FetchFault

_GONE = 410
_TRANSIENT = frozenset({408, 425, 429})
_PATIENCE = frozenset({429, 503})
# What receivers answer whose libraries take a signature for too old, or too new.
_OF_SIGNATURES = frozenset({400, 401, 403})
_EXCERPT = 500
# RFC 9110, section 15.4: these name another address; the other 3xx are for requests that none of ours is.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_ANSWER = "that is no answer to an event; is the endpoint's URL right?"
_ADVICE = {
    101: "it goes over to another protocol, which nobody asked for; is the endpoint's URL right?",
    401: "the partner does not accept the signature; is the secret the same on both sides?",
    403: "the partner does not accept the signature; is the secret the same on both sides?",
    404: "nothing is there; is the endpoint's URL right?",
    405: "the address does not take POST; is the endpoint's URL right?",
    408: "the partner asks for another try",
    413: 'the event is too large for the partner; content = "summary" in its endpoint leaves the whole text out',
    425: "the partner asks for another try",
    429: "the partner asks for fewer requests",
    501: "the address does not take POST; is the endpoint's URL right?",
}


class Meaning(Enum):
    """What a try means."""

    #: The partner has the event.
    DELIVERED = auto()
    #: The partner does not want this event as it is; others may go.
    REFUSED = auto()
    #: The endpoint is in trouble, or has had enough: others would meet the same.
    TROUBLE = auto()
    #: Nobody was asked, because the address may not be called; it is not the endpoint's fault.
    BLOCKED = auto()
    #: The endpoint is gone for good.
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try came to.

    Attributes:
        status: The answer's; None without one.
        kind: What kept an answer from coming; None with one.
        outcome: For people.
        excerpt: How the answer's body begins, as text.
        patience: For how many seconds the endpoint asks to be left alone; None when it asks for nothing.
        skew: By how many seconds the endpoint's clock is ahead of this machine's; None where it told no time.
        unknown: Whether it may have arrived all the same, though no answer came.
    """

    meaning: Meaning
    status: int | None
    kind: FaultKind | None
    outcome: str
    excerpt: str = ""
    patience: float | None = None
    skew: float | None = None
    unknown: bool = False

    @property
    def clocks_differ(self) -> bool:
        """Tell whether the two clocks are so far apart that a partner has to refuse what is signed here."""
        return self.skew is not None and abs(self.skew) > TOLERANCE


def judge_answer(answer: Answer, now: float, limit: int) -> Verdict:
    """Say what an answer means that came at `now`, in seconds since 1970; of its body so many bytes were asked for."""
    meaning = _meaning(answer.status)
    skew = _skew(answer, now)
    if meaning is Meaning.DELIVERED:
        cut = not answer.complete and len(answer.body) < limit
        outcome = "delivered; the answer's body was cut short" if cut else "delivered"
    elif meaning is Meaning.GONE:
        outcome = "it answered 410: it is gone for good"
    else:
        outcome = _words(answer)
    patience = retry_after(answer, now) if answer.status in _PATIENCE else None
    if patience is not None:
        outcome += f"; it asks to be left alone for {duration_in_words(patience)}"
    verdict = Verdict(
        meaning=meaning,
        status=answer.status,
        kind=None,
        outcome=outcome,
        # No text of PostgreSQL holds a NUL, and nobody reads one.
        excerpt=answer.body[:_EXCERPT].decode("utf-8", errors="replace").replace("\0", "\ufffd"),
        patience=patience,
        skew=skew,
    )
    if answer.status in _OF_SIGNATURES and skew is not None and verdict.clocks_differ:
        return _blame_clock(verdict, skew)
    return verdict


def judge_fault(fault: FetchFault) -> Verdict:
    """Say what it means that no answer came."""
    unknown = " (it may have arrived)" if fault.sent else ""
    # Names that lead to private addresses, and addresses that cannot be sent to, are for the editor to mend.
    blocked = fault.kind in {FaultKind.REFUSED_ADDRESS, FaultKind.URL}
    return Verdict(
        meaning=Meaning.BLOCKED if blocked else Meaning.TROUBLE,
        status=None,
        kind=fault.kind,
        outcome=f"{fault.kind}: {fault.message}{unknown}",
        unknown=fault.sent,
    )


def judge_unsendable(why: str) -> Verdict:
    """Say what it means that a message cannot be sent as it is."""
    return Verdict(Meaning.REFUSED, None, None, f"it cannot be sent: {why}")


def _meaning(status: int) -> Meaning:
    if 200 <= status < 300:
        return Meaning.DELIVERED
    if status == _GONE:
        return Meaning.GONE
    return Meaning.TROUBLE if status >= 500 or status in _TRANSIENT else Meaning.REFUSED


def _words(answer: Answer) -> str:
    status = answer.status
    if status in _REDIRECTS:
        place = printable(answer.headers.get("location", ""))
        if not place:
            return f"it answered {status}: it sends elsewhere, and does not say where; ask the partner for the URL"
        return (
            f"it answered {status}: it has moved to {place}; redirects are not followed, put the new URL into "
            "publisher.toml"
        )
    if status < 400:
        return f"it answered {status}: {_ADVICE.get(status, _NO_ANSWER)}"
    otherwise = "the partner's site is in trouble" if status >= 500 else "the partner refused the event"
    return f"it answered {status}: {_ADVICE.get(status, otherwise)}"


def _skew(answer: Answer, now: float) -> float | None:
    """Compare the clocks (RFC 9110, section 6.6.1); an answer that comes out of a cache tells another's time."""
    if "age" in answer.headers:
        return None
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _blame_clock(verdict: Verdict, skew: float) -> Verdict:
    """Take a refusal for what it is when the clocks are apart: no other event would fare better until one is set."""
    minutes = round(abs(skew) / 60)
    side = "behind" if skew > 0 else "ahead of"
    return Verdict(
        meaning=Meaning.BLOCKED,
        status=verdict.status,
        kind=None,
        outcome=f"it answered {verdict.status}: this machine's clock is {minutes} min {side} the partner's, and a "
        "signature is good for five; set the clock that is wrong",
        excerpt=verdict.excerpt,
        skew=skew,
    )
