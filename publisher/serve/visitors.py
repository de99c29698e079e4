"""By which names this server may be asked for: no page of a stranger gets at it through a name of its own.

A browser takes a page and whatever its host's name leads to for one site, and the name's owner may let it lead to this
machine (DNS rebinding). So requests have to name this machine by what nobody else can give away.
"""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::[0-9]*)?", re.IGNORECASE)
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Visitors:
    """Who may ask.

    Args:
        host: The name or address that the server listens on, as it was given.
        address: The address that this turned out to be.
    """

    def __init__(self, host: str, address: str) -> None:
        at = ip_address(address.partition("%")[0])
        #: Whether other machines may ask.
        self.others = not at.is_loopback
        self._names = {*_LOOPBACK_NAMES, host.lower(), _in_host_header(address)}
        if self.others:
            self._names.add(socket.gethostname().lower())

    def problem(self, lines: list[str]) -> int | None:
        """Return the status for a request whose Host header is not ours; None where it is.

        Args:
            lines: The Host headers of the request.
        """
        match = _HOST.fullmatch(lines[0]) if len(lines) == 1 else None
        if match is None:
            return 400  # RFC 9112, 3.2
        name = match["name"].lower().removesuffix(".")
        # Nobody can let an address lead elsewhere; which of them are this machine's, a machine behind a router cannot say.
        known = name in self._names or (self.others and _is_address(name))
        return None if known else 421  # RFC 9110, 7.4


def _in_host_header(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
