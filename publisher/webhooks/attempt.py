"""One attempt: a message is signed, sent, and what came back is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from publisher.net import FetchFault
from publisher.webhooks.scrubbing import scrubbed
from publisher.webhooks.signing import signed_headers
from publisher.webhooks.verdict import judge_answer, judge_fault, judge_unsendable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.ledger import Claim
    from publisher.net import Answer
    from publisher.webhooks.signing import SigningKeys
    from publisher.webhooks.verdict import Verdict

#: Of an answer's body so many bytes are read, for people.
ANSWER_LIMIT = 2048


class WayOut(Protocol):
    """What messages leave by; `net.Client` is one."""

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST some bytes; raise FetchFault without an answer."""


def attempt(claim: Claim, keys: SigningKeys, client: WayOut, clock: Callable[[], float]) -> Verdict:
    """Send what was claimed, signed as of now, and say what came of it; no secret is repeated."""
    headers = signed_headers(keys, claim.event_id, int(clock()), claim.body)
    try:
        answer = client.post(
            claim.url, headers={"content-type": "application/json", **headers}, body=claim.body
        )
    except FetchFault as fault:
        return judge_fault(fault)
    except ValueError as error:  # an id that no header can carry: somebody wrote in the ledger
        return judge_unsendable(str(error))
    return judge_answer(scrubbed(answer, keys, headers, claim.url), clock(), ANSWER_LIMIT)
