"""What the caller learns when a request brought no usable answer."""

from __future__ import annotations

from enum import StrEnum

_LONGEST = 300


class FaultKind(StrEnum):
    """Name the step at which a request failed."""

    URL = "url"
    DNS = "dns"
    REFUSED_ADDRESS = "refused-address"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"


class FetchFault(Exception):
    """Say why there is no usable answer.

    `message` is one printable line in lower case that names at most the host, its port and an address. `sent` says
    that bytes of the request may have reached the host, so that nobody knows whether it acted on them.
    """

    def __init__(self, kind: FaultKind, message: str, *, sent: bool = False) -> None:
        self.kind = kind
        self.message = _one_line(message)
        self.sent = sent
        super().__init__(self.message)


def _one_line(text: str) -> str:
    # Resolvers, certificates and operating systems put their own words into messages that end on a terminal.
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.lower().split())[:_LONGEST]
