"""What no message may repeat of a file: passwords and tokens in addresses, and the secrets that partners share.

Messages are read by more people than files are: they stand in the logs of runners, and in mails of cron.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# What stands before the @ of an authority (RFC 3986, section 3.2.1).
_USER = re.compile(r"(?<=://)[^\s/?#\"'<>]+(?=@)")
_SECRET = re.compile(r"(?<=whsec_)[A-Za-z0-9+/=_-]{4,}")
# In settings a text ends at its quote, and what is wrong with an address may be a space in it, or that its scheme is missing.
_QUERY = re.compile(r"(://[^\"'<>?#]*\?|(?<=[\"'])[^\"'?]*\?(?=[^\s\"'=&]+=))([^\"'<>#]+)")
_VALUE = re.compile(r"(?:(?<![^&;])[^=&;]*=)?([^&;]+)")
# What stands behind `#key=` and `;key=` of an address.
_FRAGMENT = re.compile(r"(?<=[#;]key=)[^\s\"'<>&;#]+", re.IGNORECASE)
# A key that calls itself a secret, with its value, quoted or not yet.
_KEYED = re.compile(
    r"(\b(?:secret|token|password|passwd|pw|(?:\w+_)?key)\b[\"']?\s*=\s*[\"']?)((?<=[\"'])[^\"']+|[^\s\"'<>&;#]+)",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"^(\s*command\s*=\s*)(\S.{2,})$")
# In settings nothing that stands before an @ of an address is anybody's business, whatever else is wrong with it.
_ANY_USER = re.compile(r"(?<=//)[^\s\"'<>]+(?=@)")
# What a partner shares, with the line of a slip; base64 is as long as that in nothing else that settings hold.
_LOOSE_SECRET = re.compile(
    r"(?<=whsec[-:])[A-Za-z0-9+/=_-]{8,}|(?<![\w/.+-])(?=\d*[A-Za-z])[A-Za-z0-9+]{32,}={0,2}(?![\w/.+-])"
)


def masked(text: str) -> str:
    """Mask user names and passwords in addresses, and secrets of partners."""
    return _masked(text, lambda _: "***")


def masked_line(line: str) -> str:
    """Mask the same sign by sign, so that what points into the line still does."""
    return _masked(line, lambda found: "*" * len(found))


def masked_setting(text: str) -> str:
    """Mask these, and the values in the queries of addresses, which may be tokens."""
    return _settings_masked(text, lambda _: "***")


def masked_settings_line(line: str) -> str:
    """Mask the same sign by sign; of a command nothing is shown."""
    line = _settings_masked(line, lambda found: "*" * len(found))
    for hiding in (_KEYED, _COMMAND):
        line = hiding.sub(lambda match: match[1] + "*" * len(match[2]), line)
    return line


def masked_address(address: str) -> str:
    """Mask what an address, or a part of one that has no host, may hold besides a place: a password, values of its query."""
    place, mark, query = address.partition("?")
    query, hash_mark, fragment = query.partition("#")
    values = _VALUE.sub(lambda match: match[0][: match.start(1) - match.start()] + "***", query)
    return f"{masked(place)}{mark}{values}{hash_mark}{fragment}"


class Masking(NamedTuple):
    """How the texts of messages are masked, and how the lines of a file that are shown with them."""

    text: Callable[[str], str]
    line: Callable[[str], str]


#: In posts addresses are public, all but passwords; in settings they are for the site and its partners alone.
POSTS, SETTINGS = Masking(masked, masked_line), Masking(masked_setting, masked_settings_line)


def _masked(text: str, stars: Callable[[str], str]) -> str:
    if "@" in text:
        text = _USER.sub(lambda match: stars(match[0]), text)
    if "whsec_" in text:
        text = _SECRET.sub(lambda match: stars(match[0]), text)
    return text


def _settings_masked(text: str, stars: Callable[[str], str]) -> str:
    def value(match: re.Match[str]) -> str:
        # A template's place is no token.
        if "{" in match[1]:
            return match[0]
        return match[0][: match.start(1) - match.start()] + stars(match[1])

    text = _ANY_USER.sub(lambda match: stars(match[0]), text)
    text = _FRAGMENT.sub(lambda match: stars(match[0]), text)
    text = _LOOSE_SECRET.sub(lambda match: stars(match[0]), text)
    return _QUERY.sub(lambda match: match[1] + _VALUE.sub(value, match[2]), _masked(text, stars))
