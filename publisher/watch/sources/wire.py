"""What a source asks through: questions whose answers are kept with their date, or sent for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from publisher.errors import EnvironmentFault
from publisher.watch.sources.answers import Kept
from publisher.watch.sources.source import SourceFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.catalogue import Catalogue
    from publisher.net import Answer as Reply
    from publisher.watch.sources.answers import Answers
    from publisher.watch.sources.asking import Asking
    from publisher.watch.sources.keys import Key
    from publisher.watch.sources.quota import Quota

#: That a source does not know a film is not believed for longer: it may come to know it.
UNKNOWN_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said.

    Attributes:
        known: That it knows what was asked for; it answered 404 where not, and `body` is empty.
        body: The JSON object it answered with, or a list as the `items` of one; its shape is whatever the source, or
            somebody in its place, sent.
        asked: When; aware, UTC, whole seconds. Earlier than this run where the answer had been kept.
    """

    known: bool
    body: Mapping[str, Any]
    asked: datetime


class Wire:
    """Asks one source; may be used by several threads at once.

    Attributes:
        catalogue: The services as the site knows them, for reading what the source answers.

    Args:
        asking: What sends requests.
        answers: What keeps what came of them.
        url: Where the source answers; ends in a slash.
        key: What it knows the site by.
        catalogue: The services as the site knows them.
        refresh: Whether answers that earlier runs kept are asked for anew.
    """

    def __init__(
        self,
        asking: Asking,
        answers: Answers,
        *,
        url: str,
        key: Key,
        catalogue: Catalogue,
        refresh: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self._asking = asking
        self._answers = answers
        self._url = url
        self._secret = key.text.encode("ascii")
        self._refresh = refresh
        self._began = asking.clock.began.astimezone(UTC).replace(microsecond=0)

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        keep: timedelta,
        check: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> Answer:
        """Ask for a path below the source's address, unless an answer was kept that is young enough.

        Args:
            path: Without a slash in front: `movie/1091/watch/providers`.
            parameters: Of the query; never the key.
            keep: How old a kept answer may be; the source's terms set a limit to it.
            check: Raises SourceFault for an answer that is not what was asked for; such a one is not kept.

        Raises:
            SourceFault: There is no usable answer.
            EnvironmentFault: The folder of state cannot be written.
        """
        question = self._url + quote(path, safe="/")
        if parameters:
            question += "?" + urlencode(sorted(parameters.items()), quote_via=quote)
        return self._kept(question, keep, check) or self._fresh(question, check)

    def quota(self) -> Quota:
        """Say how many requests of this month are used.

        Raises:
            EnvironmentFault: The folder of state cannot be read.
        """
        return self._asking.meter.read(self._moment())

    def _kept(
        self, question: str, keep: timedelta, check: Callable[[Mapping[str, Any]], None] | None
    ) -> Answer | None:
        kept = self._answers.find(question)
        if kept is None:
            return None
        longest = min(keep, self._asking.source.access.longest)
        if not kept.known:
            longest = min(longest, UNKNOWN_KEPT)
        oldest = self._began if self._refresh else self._began - longest
        # What comes from the future is of a clock that was wrong; a little of it, of a run beside this one.
        if not oldest <= kept.asked <= self._moment() + timedelta(days=1):
            return None
        if not kept.known:
            return Answer(known=False, body={}, asked=kept.asked)
        try:
            body = _decoded(kept.body)
            if check:
                check(body)
        except SourceFault:
            return None
        return Answer(known=True, body=body, asked=kept.asked)

    def _fresh(self, question: str, check: Callable[[Mapping[str, Any]], None] | None) -> Answer:
        try:
            reply = self._asking.reply(question)
            known = reply.status == 200
            body, text = self._read(reply)
            if known and check:
                check(body)
        except SourceFault as fault:
            self._asking.failed(fault)
            raise
        self._asking.went_well()
        asked = self._moment().replace(microsecond=0)
        try:
            self._answers.keep(question, Kept(asked, known, text if known else b""))
        except OSError as error:
            name = self._asking.source.name
            raise EnvironmentFault(f"what {name} answers cannot be kept: {error.strerror}") from None
        return Answer(known=known, body=body if known else {}, asked=asked)

    def _read(self, reply: Reply) -> tuple[dict[str, Any], bytes]:
        """Return what a reply says, and the same as it may be kept."""
        if reply.headers.get("content-encoding", "identity").lower() != "identity":
            raise SourceFault("the answer is compressed, which was not asked for")
        body = _decoded(reply.body)
        try:
            text = orjson.dumps(body)
        except orjson.JSONEncodeError:
            raise SourceFault("the answer is nested too deeply") from None
        # A key has no character that JSON writes in another way.
        if self._secret in text:
            raise SourceFault("the answer repeats the site's key, and is not used", stops=True)
        return body, text

    def _moment(self) -> datetime:
        return self._asking.clock.moment().astimezone(UTC)


def _decoded(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise SourceFault("the answer is not JSON") from None
    if isinstance(found, list):
        return {"items": found}
    if not isinstance(found, dict):
        raise SourceFault("the answer is neither a JSON object nor a list")
    return found
