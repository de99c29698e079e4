"""From a host name to a connected socket: resolve, judge and connect in one step, so that nothing can change between."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Any

from publisher.net.addresses import Address, Network, deliberate, refusal
from publisher.net.exchange import Phase
from publisher.net.faults import FaultKind

if TYPE_CHECKING:
    from publisher.net.exchange import Exchange

SECONDS_PER_ADDRESS = 3.0
_MOST_ADDRESSES = 8  # a hostile name must not make us knock at a thousand doors
_MOST_LOOKUPS = 32

# As socket.getaddrinfo: called with host, port and `type`, gives tuples whose fifth item begins with an address.
Resolver = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Dialer:
    """Know how to look names up, and which addresses beyond the public ones may be reached."""

    allow: tuple[Network, ...]
    resolver: Resolver
    # The system's resolver cannot be interrupted: a lookup that hangs keeps its thread, so there may only be so many.
    lookups: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_MOST_LOOKUPS))

    def dial(self, host: str, port: int, exchange: Exchange, *, encrypted: bool) -> socket.socket:
        """Give a socket that is connected to an allowed address of `host`.

        Raises FetchFault: URL for plain HTTP to an address that the configuration does not name, DNS,
        REFUSED_ADDRESS, CONNECT or TIMEOUT.
        """
        found = self._resolved(host, port, exchange)
        usable = self._usable(found, exchange, encrypted=encrypted)
        exchange.phase = Phase.CONNECT
        failure = OSError()
        for address in usable[:_MOST_ADDRESSES]:
            try:
                return connected(address, port, min(SECONDS_PER_ADDRESS, exchange.remaining()))
            except OSError as error:
                failure = error
        exchange.remaining()
        if isinstance(failure, TimeoutError):
            raise exchange.fault(FaultKind.TIMEOUT, f"{exchange.peer} did not take the connection")
        raise exchange.fault(
            FaultKind.CONNECT,
            f"{exchange.peer} could not be reached: {failure.strerror or 'no reason given'}",
        )

    def _resolved(self, host: str, port: int, exchange: Exchange) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        found = self._looked_up(host, port, exchange)
        try:
            # Each address once, in the resolver's order of preference (RFC 6724).
            addresses = list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
        except ValueError:
            addresses = []
        if not addresses:
            raise exchange.fault(FaultKind.DNS, f"{exchange.peer} has no address")
        return addresses

    def _looked_up(self, host: str, port: int, exchange: Exchange) -> Sequence[tuple[Any, ...]]:
        if not self.lookups.acquire(timeout=exchange.remaining()):
            raise exchange.fault(
                FaultKind.DNS, f"{exchange.peer} was not looked up: too many other lookups hang"
            )
        outcome: Future[Sequence[tuple[Any, ...]]] = Future()

        def look_up() -> None:
            try:
                outcome.set_result(self.resolver(host, port, type=socket.SOCK_STREAM))
            except Exception as error:  # noqa: BLE001 - handed to the waiting thread, which judges it
                outcome.set_exception(error)
            finally:
                self.lookups.release()

        try:
            Thread(target=look_up, name="publisher-lookup", daemon=True).start()
        except RuntimeError:
            self.lookups.release()
            raise exchange.fault(
                FaultKind.DNS, f"{exchange.peer} was not looked up: no thread to be had"
            ) from None
        try:
            return outcome.result(timeout=exchange.remaining())
        except TimeoutError:
            raise exchange.fault(
                FaultKind.DNS, f"{exchange.peer} was not looked up within {exchange.allowance:g} s"
            ) from None
        except UnicodeError:
            raise exchange.fault(FaultKind.URL, f"{exchange.peer} is not a host name") from None
        except OSError as error:
            raise exchange.fault(
                FaultKind.DNS,
                f"{exchange.peer} could not be looked up: {error.strerror or 'no reason given'}",
            ) from None

    def _usable(self, found: list[Address], exchange: Exchange, *, encrypted: bool) -> list[Address]:
        reasons = {address: refusal(address, self.allow) for address in found}
        usable = [address for address, reason in reasons.items() if reason is None]
        if not usable:
            raise exchange.fault(
                FaultKind.REFUSED_ADDRESS,
                f"{exchange.peer} is refused: {reasons[found[0]]}; where that is meant, allow the network in the configuration",
            )
        if encrypted:
            return usable
        named = [address for address in usable if deliberate(address, self.allow)]
        if not named:
            raise exchange.fault(
                FaultKind.URL,
                f"{exchange.peer} is public, and plain http is only for networks that the configuration allows; use https",
            )
        return named


def connected(address: Address, port: int, seconds: float) -> socket.socket:
    """Connect to exactly this address, raising OSError."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect((str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock
