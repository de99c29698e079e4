"""`attach` over many films against a source on this machine: at the pace that is allowed, and no faster.

The source answers after a while, in the shape of TMDB's answers with all that is appended to them, and notes when each
request arrived. The bars: never more requests in any second than the source takes, wherever that second begins, and no
longer than 1.2 times what so many requests take at that pace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import PUBLISHER, measure

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PACE = 40
BAR = 1.2

_CONFIGURATION = """\
[site]
title = "The Measured Wing"
base_url = "https://reviews.example/"
time_zone = "America/Chicago"
language = "en"

[authors.desk]
name = "The Night Desk"

[watch]
region = "US"

[watch.sources.tmdb]
use = "non-commercial"
url = "http://127.0.0.1:{port}/3/"

[network]
allow = ["127.0.0.0/8"]
"""
_POST = """\
---
id: {id}
title: Film Number {number}
date: 2026-01-01T09:00-06:00
author: desk
summary: Number {number} of many.
film:
  title: Film Number {number}
  year: 2021
  ids: {{tmdb: {number}}}
---

Nothing happens, for the {number}th time.
"""
_MOVIE = re.compile(rb"GET /3/movie/([0-9]+)[?/ ]")


def write_site(folder: Path, films: int, port: int) -> None:
    """Write a site whose posts are of films that the source knows."""
    (folder / "publisher.toml").write_text(_CONFIGURATION.format(port=port), encoding="utf-8")
    (folder / "posts").mkdir()
    for number in range(1, films + 1):
        post = _POST.format(id=uuid.UUID(int=(4 << 76) | (8 << 60) | number), number=number)
        (folder / "posts" / f"film-{number:05}.md").write_text(post, encoding="utf-8")


def serve(latency: float, talk: Connection) -> None:
    """Be the source: tell the port, answer until somebody asks, tell when each request arrived."""
    arrived: list[float] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        arrived.append(time.monotonic())
        found = _MOVIE.match(head)
        await asyncio.sleep(latency)
        body = _movie(int(found[1])) if found else b"{}"
        status = b"200 OK" if found else b"400 Bad Request"
        writer.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(body), body)
        )
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(speak, "127.0.0.1", 0, backlog=1024)
        talk.send(server.sockets[0].getsockname()[1])
        async with server:
            await asyncio.to_thread(talk.recv)
        talk.send(arrived)

    asyncio.run(run())


def _movie(number: int) -> bytes:
    """Describe a film as `/movie/{id}` does, with what is appended: for 60 countries, as for a film that is seen."""
    offers = {
        "link": f"https://www.themoviedb.org/movie/{number}/watch?locale=US",
        "flatrate": [
            {"logo_path": "/x.jpg", "provider_id": 8, "provider_name": "Netflix", "display_priority": 0}
        ],
        "rent": [
            {
                "logo_path": "/x.jpg",
                "provider_id": 2,
                "provider_name": "Apple TV Store",
                "display_priority": 4,
            }
        ],
    }
    countries = ["US", *(f"{first}{second}" for first in "ABCDEF" for second in "QRSTUVWXYZ")]
    film: dict[str, Any] = {
        "id": number,
        "imdb_id": None,
        "title": f"Film Number {number}",
        "original_title": f"Film Number {number}",
        "release_date": "2021-06-01",
        "alternative_titles": {"titles": []},
        "credits": {"cast": [], "crew": []},
        "external_ids": {"imdb_id": None, "wikidata_id": None},
        "watch/providers": {"results": dict.fromkeys(countries, offers)},
    }
    return json.dumps(film).encode()


def most_in_a_second(moments: list[float]) -> int:
    """Count the requests of the fullest second, its end not included."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        window.append(moment)
        while moment - window[0] >= 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


def main() -> None:
    """Measure, print, and end with status 1 beyond a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds until the source answers")
    options = parser.parse_args()
    talk, other_end = multiprocessing.Pipe()
    # Another process, so that neither slows the other's clock.
    source = multiprocessing.get_context("spawn").Process(
        target=serve, args=(options.latency, other_end), daemon=True
    )
    source.start()
    with tempfile.TemporaryDirectory() as made:
        site = Path(made)
        write_site(site, options.films, talk.recv())
        os.environ["PUBLISHER_TMDB_KEY"] = "a-key-of-the-benchmark"
        words = [PUBLISHER, "attach", "--site", str(site), "--from", "tmdb", "--json"]
        first = measure(words, accepted=(0, 1))
        talk.send("how was it?")
        arrived = talk.recv()
        again = measure(words, accepted=(0, 1))
    report(arrived, first.wall, options.films, options.latency)
    print(
        f"  the same with all answers kept: {again.wall:.1f} s; {first.cpu:.1f} s and {again.cpu:.1f} s of the processor"
    )
    if not arrived or most_in_a_second(arrived) > PACE or first.wall > BAR * len(arrived) / PACE:
        sys.exit("over the bar")


def report(arrived: list[float], wall: float, films: int, latency: float) -> None:
    """Print what the source saw, and how it stands to what is allowed."""
    allowed = len(arrived) / PACE
    span = max(arrived, default=0) - min(arrived, default=0)
    seconds = [int(moment - min(arrived)) for moment in arrived]
    full = statistics.median([seconds.count(each) for each in range(max(seconds, default=0))] or [0])
    print(
        f"attach over {films} films, a source that answers after {latency * 1000:g} ms and takes {PACE} requests a second"
    )
    print(
        f"  {len(arrived)} requests; the fullest second had {most_in_a_second(arrived)}, the median one {full:g}"
    )
    print(
        f"  {allowed:.1f} s are what the limit allows; from the first request to the last {span:.1f} s: {span / allowed:.2f} times"
    )
    print(f"  the whole command took {wall:.1f} s: {wall / allowed:.2f} times; the bar is {BAR}")


if __name__ == "__main__":
    main()
