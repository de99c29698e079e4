"""What other people's campaigns leave in addresses: parameters of tracking and affiliates, and the hosts of networks.

Only names that a service cannot mean anything by are known here; whatever else stands in a query is left alone. They
were seen in recorded answers of sources of offers, or in many public programs that agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Container


class Removal(StrEnum):
    """Why a part of an address is of no use to a reader: it follows them about, or it earns somebody else money."""

    TRACKING = "tracking"
    AFFILIATE = "affiliate"


@dataclass(frozen=True, slots=True)
class Removed:
    """A part of an address that was taken out, and why.

    Attributes:
        name: The name of a parameter, or of the host that the address led through.
        value: What the parameter said; None for a host.
    """

    name: str
    reason: Removal
    value: str | None = None


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# These are nothing else on any host.
_TRACKING = _names(
    "_ga _gl _hsenc _hsmi dclid fbclid gad_campaignid gad_source gbraid gclid gclsrc igsh igshid mc_cid mc_eid mkt_tok "
    "msclkid ref_src ref_url srsltid ttclid twclid wbraid wickedid yclid"
)
_AFFILIATE = _names("cjdata cjevent irclickid irgwc raneaid ranmid ransiteid sscid")

# These may be anything on a host that nobody knows, and are nothing but campaigns on those of film services.
_TRACKING_OF_SERVICES = _names("ref ref_")
_AFFILIATE_OF_SERVICES = _names(
    "aff aff_id affid affiliate affiliate_id afftrack ascsubtag at awc camp campid click_id clickid creative creativeasin "
    "ct itscg itsct linkcode linkid sub_id subid subid1 subid2 subid3 tag uo"
)

_TRACKING_OF_HOST = {
    "amazon": _names("crid dib dib_tag qid sprefix sr"),
    "youtube": _names("ab_channel feature pp si"),
    "youtu": _names("feature pp si"),
}
_TRACKING_PREFIXES = ("utm_", "hsa_")
_PREFIXES_OF_HOST = {"amazon": ("pd_rd_", "pf_rd_")}

# The parameter that holds where a network's link leads; "." before a name stands for any host below it.
_NETWORKS = {
    "awin1.com": ("ued", "p"),
    "click.linksynergy.com": ("murl",),
    "disneyplus.bn5x.net": ("u",),
    "go.redirectingat.com": ("url",),
    "go.skimresources.com": ("url",),
    "anrdoezrs.net": ("url",),
    "dpbolvw.net": ("url",),
    "jdoqocy.com": ("url",),
    "kqzyfj.com": ("url",),
    "tkqlhce.com": ("url",),
    ".pxf.io": ("u",),
    ".sjv.io": ("u",),
}


def network_parameters(host: str) -> tuple[str, ...]:
    """Name the parameters in which an affiliate network keeps where its links lead; empty for any other host."""
    name = host.removeprefix("www.")
    return _NETWORKS.get(name) or _NETWORKS.get(f".{name.partition('.')[2]}", ())


def value_of(query: str, names: Container[str]) -> str | None:
    """Read the value of the first parameter that has one of some names."""
    for item in query.split("&"):
        name, _, value = item.partition("=")
        if name in names and value:
            return unquote_plus(value)
    return None


def clean_query(query: str, host: str, *, known: bool) -> tuple[str, tuple[Removed, ...]]:
    """Take out of a query what is of no use to a reader; everything else stays as it is, byte for byte.

    Args:
        query: What stands behind the question mark.
        host: The host, in lower case.
        known: Whether the host was verified to be a film service's.
    """
    if not query:
        return "", ()
    kept, removed = [], []
    for item in query.split("&"):
        name, value = map(unquote_plus, item.partition("=")[::2])
        reason = _reason(name.lower(), host, known=known)
        if reason is None:
            kept.append(item)
        else:
            removed.append(Removed(name, reason, value))
    # Even where there was nothing but "&" in it, a query is only touched for what was taken out.
    return ("&".join(kept) if removed else query), tuple(removed)


def _reason(name: str, host: str, *, known: bool) -> Removal | None:
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return Removal.TRACKING
    if name in _AFFILIATE:
        return Removal.AFFILIATE
    if not known:
        return None
    brand = host.removeprefix("www.").removeprefix("m.").partition(".")[0]
    if name in _AFFILIATE_OF_SERVICES:
        return Removal.AFFILIATE
    if name in _TRACKING_OF_SERVICES or name in _TRACKING_OF_HOST.get(brand, ()):
        return Removal.TRACKING
    return Removal.TRACKING if name.startswith(_PREFIXES_OF_HOST.get(brand, ("\n",))) else None
