"""What answers a request: bytes, and what is to be said of them."""

from __future__ import annotations

import hashlib
import time
import zlib
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.outputs.files import GZIP

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Representation:
    """Bytes that answer a request, and what is to be said of them.

    Attributes:
        body: The bytes.
        type: Their media type.
        modified: When they changed last, in whole seconds since 1970, as HTTP's dates have it; None where nobody knows.
        headers: What else is said of them, in lower case.
        compressible: Whether they are worth encoding.
        copy: The same bytes encoded with gzip (RFC 1952), where somebody has done it already.
    """

    body: bytes
    type: str
    modified: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    compressible: bool = True
    copy: bytes | None = None

    @cached_property
    def etag(self) -> str:
        """Its strong entity tag: the bytes' SHA-256."""
        return _etag(self.body)

    @property
    def last_modified(self) -> str:
        """When it changed last as HTTP writes it; never after now, because clocks go wrong (RFC 9110, 8.8.2.1)."""
        return formatdate(min(self.modified or 0, int(time.time())), usegmt=True)

    @cached_property
    def packed(self) -> bytes:
        """The bytes encoded with gzip; no date is among them."""
        if self.copy is not None:
            return self.copy
        packer = zlib.compressobj(6, wbits=GZIP)
        return packer.compress(self.body) + packer.flush()

    @cached_property
    def packed_etag(self) -> str:
        """The strong entity tag of the encoded bytes: it differs, or a cache would mix up the two (RFC 9110, 8.8.3.3)."""
        return _etag(self.packed)


def _etag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()}"'
