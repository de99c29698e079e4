"""What the file of an endpoint's secret holds: the present one, and older ones that sign until their overlap ends.

    whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDPFc2Qm8wUyg=
    whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw until 2026-11-24T09:00:00Z

The first line is the present secret, without an end. Each line below is an older one and, after `until`, the moment
(RFC 3339, with its zone) from which it signs no more. Empty lines say nothing. A file of one line is what a secret
that was never rotated is kept in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from publisher.errors import ConfigurationError
from publisher.webhooks.signing import Secret, SigningKeys

_OLD = re.compile(r"(\S+)\s+until\s+(\S+)")
_OLD_HINT = "the first line is the present secret; each line below is an older one: whsec_… until 2026-11-24T09:00:00Z"


@dataclass(frozen=True, slots=True)
class OldSecret:
    """A secret that was rotated.

    Attributes:
        secret: What it was.
        until: From when on it signs no more, in seconds since 1970.
    """

    secret: Secret
    until: float

    def line(self) -> str:
        """Write it down."""
        end = datetime.fromtimestamp(self.until, UTC)
        return f"{self.secret.written()} until {end:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class KeptSecrets:
    """The secrets of one endpoint.

    Attributes:
        present: The one that every message is signed with.
        old: The others, the one that was present last first.
    """

    present: Secret
    old: tuple[OldSecret, ...] = ()

    @classmethod
    def parse(cls, text: str, shown: str) -> KeptSecrets:
        """Read the text of a file that messages call `shown`.

        Raises:
            ConfigurationError: A line is not what it should be. Nothing of it is quoted.
        """
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2:
            return cls(Secret.parse(text, shown))
        number, first = lines[0]
        if _OLD.fullmatch(first):
            raise ConfigurationError(
                f"line {number} of {shown} has an end; the present secret has none", _OLD_HINT
            )
        present = Secret.parse(first, f"line {number} of {shown}")
        return cls(present, tuple(_old(line, f"line {number} of {shown}") for number, line in lines[1:]))

    def text(self) -> str:
        """Write them down as they are kept."""
        return "".join(f"{line}\n" for line in (self.present.written(), *(old.line() for old in self.old)))

    def at(self, now: float) -> KeptSecrets:
        """Leave out those that sign no more at a moment in seconds since 1970."""
        return KeptSecrets(self.present, tuple(old for old in self.old if old.until > now))

    def keys(self, now: float, shown: str) -> SigningKeys:
        """Return those that sign at a moment in seconds since 1970.

        Raises:
            ConfigurationError: There are more than five.
        """
        return SigningKeys.of([self.present, *(old.secret for old in self.old if old.until > now)], shown)


def _old(line: str, where: str) -> OldSecret:
    match = _OLD.fullmatch(line)
    if match is None:
        raise ConfigurationError(f"{where} does not say until when its secret signs", _OLD_HINT)
    secret = Secret.parse(match[1], where)
    until = _moment(match[2])
    if until is None:
        # What stands there is not quoted: it may be a secret in the wrong place.
        raise ConfigurationError(f"the end in {where} is not a moment with its zone", _OLD_HINT)
    return OldSecret(secret, until)


def _moment(written: str) -> float | None:
    """Read a moment that names its zone, as seconds since 1970."""
    try:
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC).timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
