"""The guarded way out: every HTTP request of the project leaves through this room."""

from __future__ import annotations

from publisher.net.addresses import refusal
from publisher.net.client import Answer, Client
from publisher.net.faults import FaultKind, FetchFault

__all__ = ["Answer", "Client", "FaultKind", "FetchFault", "refusal"]
