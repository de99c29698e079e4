"""Deliveries, durably recorded, beside as many threads of bare requests sessions that record nothing; one run, ratios.

Both send the same signed bytes to a sink in a process of its own: one endpoint that answers at once, and a thousand that
answer after 50 ms. The memory of a run with a backlog twenty times as long is printed, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import queue
import resource
import statistics
import sys
import tempfile
import threading
import time
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from publisher.ledger import Announced, Announcement, Event, Ledger, Recipient
from publisher.model import EventType
from publisher.net import Client
from publisher.site import Endpoint, Webhooks
from publisher.webhooks import (
    ANSWER_LIMIT,
    Correspondence,
    Secret,
    SigningKeys,
    deliver,
    event_id,
    mint_secret,
    signed_headers,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

THREADS = {"at once": 16, "after 50 ms": 64}
KEYS = SigningKeys((Secret.parse(mint_secret(), "the benchmark"),))
REVIEW = {
    "title": "Karmalink",
    "url": "https://reviews.example/reviews/karmalink/",
    "summary": "A boy " * 200,
}
_FASTEST = 1_000_000


def main() -> None:
    """Time both kinds of partners, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=4_000, help="how many are sent to the one endpoint")
    parser.add_argument("--endpoints", type=int, default=1_000, help="how many there are that take 50 ms")
    parser.add_argument("--runs", type=int, default=5, help="how often each is timed")
    arguments = parser.parse_args()
    for kind, endpoints, each, delay in (
        ("at once", 1, arguments.events, 0.0),
        ("after 50 ms", arguments.endpoints, 3, 0.05),
    ):
        with _Sink(delay) as url:
            _compare(kind, [f"{url}{number}" for number in range(endpoints)], each, arguments.runs)
    for backlog in (arguments.events // 4, arguments.events * 5):
        with _Sink(0.0) as url:
            print(f"  {backlog:>7} waiting: {_memory(url, backlog):.0f} MiB at most")


def _compare(kind: str, urls: list[str], each: int, runs: int) -> None:
    threads, number = THREADS[kind], len(urls) * each
    took: dict[str, list[float]] = {"bare": [], "recorded": []}
    for _ in range(runs):
        took["bare"].append(_timed(lambda: _bare(urls, each, threads)))
        with tempfile.TemporaryDirectory(prefix="publisher-deliver-") as folder:
            _announce(Path(folder), urls, each)
            took["recorded"].append(_timed(lambda: _recorded(Path(folder), urls, threads, number)))
    bare, recorded = (number / statistics.median(seconds) for seconds in took.values())
    spread = ", ".join(f"{number / seconds:.0f}" for seconds in sorted(took["recorded"]))
    print(f"\n{number} deliveries to {len(urls)} endpoints that answer {kind}, {threads} at a time:")
    print(f"  bare requests sessions, nothing recorded  {bare:>8.0f} a second")
    print(
        f"  deliver, durably recorded                 {recorded:>8.0f} a second: {recorded / bare:.2f} of it"
    )
    print(f"  ({spread})")


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _body(number: int) -> bytes:
    return json.dumps(
        {"type": "review.published", "data": {"sequence": 1, "number": number, "review": REVIEW}}
    ).encode()


def _bare(urls: list[str], each: int, threads: int) -> None:
    """Sign and send with one session a thread, which keeps its connections."""
    todo: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
    for number in range(each):
        for url in urls:
            todo.put((url, number))

    def work() -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (one := todo.get()) is not None:
                url, number = one
                body = _body(number)
                signed = signed_headers(KEYS, f"msg_{number}", int(time.time()), body)
                answer = session.post(
                    url, data=body, headers={"content-type": "application/json", **signed}, timeout=15
                )
                if answer.status_code != 204:
                    sys.exit(f"the sink answered {answer.status_code}")

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for _ in crew:
        todo.put(None)
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()


def _announce(folder: Path, urls: list[str], each: int) -> None:
    recipients = [
        Recipient(f"e{number}", url, frozenset({EventType.PUBLISHED})) for number, url in enumerate(urls)
    ]
    announcements = []
    for number in range(each):
        review, body = f"00000000-0000-4000-8000-{number:012}", _body(number)
        event = Event(event_id(review, 1, EventType.PUBLISHED, body), EventType.PUBLISHED, review, 1, body)
        announcements.append(Announcement(Announced(review, 1, live=True, snapshot={}), event))
    with Ledger.open(folder) as ledger:
        ledger.announce(announcements, recipients, time.time())


def _recorded(folder: Path, urls: list[str], threads: int, number: int) -> None:
    concurrency = threads if len(urls) == 1 else 4
    endpoints = tuple(
        Endpoint(f"e{at}", url, frozenset(EventType), concurrency=concurrency, rate=_FASTEST)
        for at, url in enumerate(urls)
    )
    correspondence = Correspondence(Webhooks(endpoints, concurrency=threads), lambda _, __: KEYS)
    client = Client(allow=(IPv4Network("127.0.0.0/8"),), body_limit=ANSWER_LIMIT)
    with Ledger.open(folder) as ledger:
        reports = deliver(ledger, lambda: correspondence, client, time.time)
    if sum(report.delivered for report in reports) != number:
        sys.exit("not everything was delivered")


def _memory(url: str, backlog: int) -> float:
    """Return the peak of a process, in MiB, that works off a backlog."""
    with tempfile.TemporaryDirectory(prefix="publisher-deliver-") as folder:
        # In a process of its own: a process's peak is never below what the one that began it held at that moment.
        announcing = multiprocessing.get_context("spawn").Process(
            target=_announce, args=(Path(folder), [url], backlog)
        )
        announcing.start()
        announcing.join()
        receiving, sending = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(
            target=_measured, args=(sending, Path(folder), url, backlog)
        )
        process.start()
        peak = receiving.recv()
        process.join()
    return float(peak)


def _measured(sending: Connection, folder: Path, url: str, backlog: int) -> None:
    _recorded(folder, [url], THREADS["at once"], backlog)
    sending.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class _Sink:
    """A partner's site in a process of its own that takes everything, after a while; gives its address."""

    def __init__(self, delay: float) -> None:
        self._delay = delay

    def __enter__(self) -> str:
        receiving, sending = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(self._delay, sending), daemon=True
        )
        self._process.start()
        return f"http://127.0.0.1:{receiving.recv()}/"

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.join()


class _Answering(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head = self._heard[:end].lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            if len(self._heard) < end + 4 + length:
                return
            self._heard = self._heard[end + 4 + length :]
            asyncio.get_running_loop().call_later(self._delay, self._answer, b"connection: close" in head)

    def _answer(self, close: bool) -> None:  # noqa: FBT001 - what a loop calls
        transport = self._transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            if close:
                transport.close()


def _serve(delay: float, sending: Connection) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(delay), "127.0.0.1", 0, backlog=1024)
        sending.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    main()
