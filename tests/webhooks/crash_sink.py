"""Twenty partners in a process of their own: most take everything, some are ill; all remember what they took."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from standardwebhooks import Webhook

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What becomes of a message at a partner that is ill: one of these, by chance.
_ILLNESSES = ("500", "drop", "204", "cut", "204", "204")


@dataclass
class Taken:
    """What the partners took.

    Attributes:
        times: How often each of them took each event, by the number of the partner and the event's id.
        bodies: The digests of the bodies that came under an id, over all partners.
        forged: How many messages had a signature that did not fit.
    """

    times: dict[tuple[int, str], int] = field(default_factory=dict)
    bodies: dict[str, set[str]] = field(default_factory=dict)
    forged: int = 0


class Sink:
    """The partners, as long as the context is open; the ones below `ill` are ill."""

    def __init__(self, secret: str, *, ill: int, seed: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, secret, ill, seed), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._port = self._here.recv()
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.join()

    def url(self, partner: int) -> str:
        """Return the address of a partner."""
        return f"http://127.0.0.1:{self._port}/{partner}"

    def taken(self) -> Taken:
        """Return what was taken so far."""
        self._here.send("told")
        taken = self._here.recv()
        assert isinstance(taken, Taken)
        return taken

    def heal(self) -> None:
        """Make everybody well."""
        self._here.send("heal")


class _Partners:
    def __init__(self, secret: str, ill: int, seed: int) -> None:
        self.taken = Taken()
        self.ill = ill
        self._webhook = Webhook(secret)
        self._dice = random.Random(seed)  # noqa: S311 - a seed, so that a failure can be repeated

    def answer(self, partner: int, headers: dict[str, str], body: bytes) -> bytes | None:
        """Take a message, or not, and return the answer; None for none at all."""
        try:
            self._webhook.verify(body, headers)
        except Exception:  # noqa: BLE001 - whatever is wrong with it
            self.taken.forged += 1
            return b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n"
        illness = self._dice.choice(_ILLNESSES) if partner < self.ill else "204"
        if illness == "500":
            return b"HTTP/1.1 500 Ill\r\ncontent-length: 0\r\n\r\n"
        if illness == "drop":
            return None
        key = (partner, headers["webhook-id"])
        self.taken.times[key] = self.taken.times.get(key, 0) + 1
        self.taken.bodies.setdefault(headers["webhook-id"], set()).add(hashlib.sha256(body).hexdigest())
        if illness == "cut":
            return b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhal"
        return b"HTTP/1.1 204 No Content\r\n\r\n"


def _serve(told: Connection, secret: str, ill: int, seed: int) -> None:
    partners = _Partners(secret, ill, seed)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in headers.items()}
            body = await reader.readexactly(int(headers["content-length"]))
            answer = partners.answer(int(head[0].split()[1].strip("/")), headers, body)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # its sender was killed
        finally:
            writer.close()

    def hear() -> None:
        if told.recv() == "heal":
            partners.ill = 0
        else:
            told.send(partners.taken)

    async def run() -> None:
        server = await asyncio.start_server(converse, "127.0.0.1", 0, backlog=1024)
        asyncio.get_running_loop().add_reader(told.fileno(), hear)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())
