"""What other people's campaigns leave in addresses: parameters of tracking and of affiliates, in queries, paths and fragments.

What only a campaign can mean is taken out; what may mean something else is named, and everything else is left alone.
The names were seen in recorded answers of sources of offers, or in many public programs that agree with each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus


class Removal(StrEnum):
    """Why a part of an address is of no use to a reader: it follows them about, or it earns somebody else money."""

    TRACKING = "tracking"
    AFFILIATE = "affiliate"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A part of an address that is there for somebody's campaign, and what it does.

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
_TRACKING_OF_SERVICES = _names("pcampaignid ref ref_")
_AFFILIATE_OF_SERVICES = _names(
    "aff aff_id affid affiliate affiliate_id afftrack ascsubtag associatetag at awc camp campid click_id clickid creative "
    "creativeasin ct itscg itsct linkcode linkid paffiliateid pcamrefid sub_id subid subid1 subid2 subid3 tag uo"
)

# These are campaigns in many links, and numbers of products, pages or sessions in others.
_TRACKING_PERHAPS = _names("cid cmp")
_AFFILIATE_PERHAPS = _names("aid pid sid")

_TRACKING_OF_HOST = {
    "amazon": _names("crid dib dib_tag qid sprefix sr"),
    "youtube": _names("ab_channel feature pp si"),
    "youtu": _names("feature pp si"),
}
_TRACKING_PREFIXES = ("utm_", "hsa_")
_PREFIXES_OF_HOST = {"amazon": ("pd_rd_", "pf_rd_")}

# Amazon writes where a click came from, and behind the product whose link it was, into the path as well.
_REF_SEGMENTS = {"amazon", "primevideo"}
_PRODUCT = re.compile(r"[A-Z0-9]{10}", re.ASCII)
_ASSOCIATE = re.compile(r"[\w-]+-2[0-9]", re.ASCII)
# Only percent-encoded can these stand in a path.
_ENCODED = re.compile(r"[?&]")


class Cleaned(NamedTuple):
    """The path, the query and the fragment of an address without campaigns.

    Attributes:
        removed: What was taken out, in the order of the address.
        left: What looks like a campaign and is still there.
    """

    path: str
    query: str
    fragment: str
    removed: tuple[Campaign, ...] = ()
    left: tuple[Campaign, ...] = ()


class _Sure(StrEnum):
    """Where a name is a campaign's for sure: on every host, on those of film services, or nowhere."""

    EVERYWHERE = "everywhere"
    AT_SERVICES = "at services"
    NOWHERE = "nowhere"


class Sieve:
    """Sorts campaigns out of the parts of one address.

    Args:
        host: The host, in lower case.
        known: Whether it is said to be a film service's.
        verified: Whether somebody saw that it is.
        id_name: The parameter that holds the film's id, in lower case; it is nobody's campaign.
    """

    def __init__(self, host: str, *, known: bool, verified: bool, id_name: str | None = None) -> None:
        """Start with nothing found."""
        self._brand = host.removeprefix("www.").removeprefix("m.").partition(".")[0]
        self._known = known
        self._verified = verified
        self._id_name = id_name

    def clean(self, path: str, query: str, fragment: str = "") -> Cleaned:
        """Take out what is of no use to a reader; everything else stays as it is, byte for byte."""
        query, removed, left = self._query(query)
        fragment, removed_behind, left_behind = self._fragment(fragment)
        removed, left = (*removed, *removed_behind), (*left, *left_behind)
        if not self._known:
            return Cleaned(path, query, fragment, removed)
        within: tuple[Campaign, ...] = ()
        if self._verified:
            path, within = self._path(path)
        # Written percent-encoded it may mean the same to the service, or be another page: it is named, and stays.
        hidden: tuple[Campaign, ...] = ()
        if "%" in path or not self._verified:
            _, hidden = self._path(_ENCODED.sub(";", unquote(path)))
        return Cleaned(path, query, fragment, (*within, *removed), (*hidden, *left))

    def _query(self, query: str) -> tuple[str, tuple[Campaign, ...], tuple[Campaign, ...]]:
        if not query:
            return "", (), ()
        kept: list[str] = []
        removed: list[Campaign] = []
        left: list[Campaign] = []
        for item in query.split("&"):
            # HTML 4.01, B.2.2 asked servers to take ";" for "&", and some do.
            parts = item.split(";") if self._known else [item]
            staying = [part for part in parts if not self._is_taken(part, removed, left)]
            if staying:
                kept.append(";".join(staying))
        # Even where there was nothing but "&" in it, a query is only touched for what was taken out.
        return ("&".join(kept) if removed else query), tuple(removed), tuple(left)

    def _fragment(self, fragment: str) -> tuple[str, tuple[Campaign, ...], tuple[Campaign, ...]]:
        """Take campaigns out of the parameters of a fragment, which may have a place in a page before them."""
        if "=" not in fragment:
            return fragment, (), ()  # as almost every one
        place, mark, parameters = fragment.rpartition("?")
        parameters, removed, left = self._query(parameters)
        return (place + mark + parameters if parameters else place), removed, left

    def _is_taken(self, part: str, removed: list[Campaign], left: list[Campaign]) -> bool:
        """Note a parameter that is a campaign's, and tell whether it is to be taken out."""
        name, value = map(unquote_plus, part.partition("=")[::2])
        found = self._reason(name.lower())
        if found is None:
            return False
        reason, sure = found
        taken = sure is _Sure.EVERYWHERE or (sure is _Sure.AT_SERVICES and self._verified)
        if taken or self._known:
            (removed if taken else left).append(Campaign(name, reason, value))
        return taken

    def _path(self, path: str) -> tuple[str, tuple[Campaign, ...]]:
        """Take campaigns out of the segments of a path, and out of the parameters that a segment has behind ";"."""
        if ";" not in path and self._brand != "amazon" and self._brand not in _REF_SEGMENTS:
            return path, ()  # as almost every path
        if ";" not in path and self._brand not in _REF_SEGMENTS:
            return path, ()
        kept: list[str] = []
        found: list[Campaign] = []
        product = False
        for segment in path.split("/"):
            name, *parameters = segment.split(";")
            campaign = self._segment(name, behind_product=product)
            staying = [one for one in parameters if not self._is_parameter(one, found)]
            if campaign is not None:
                found.append(campaign)
            else:
                kept.append(";".join([name, *staying]))
            product = product or _PRODUCT.fullmatch(name) is not None
        return ("/".join(kept) if found else path), tuple(found)

    def _segment(self, segment: str, *, behind_product: bool) -> Campaign | None:
        if segment.startswith("ref=") and self._brand in _REF_SEGMENTS:
            return Campaign(segment, Removal.TRACKING)
        if behind_product and self._brand == "amazon" and _ASSOCIATE.fullmatch(segment):
            return Campaign("tag", Removal.AFFILIATE, segment)
        return None

    def _is_parameter(self, part: str, found: list[Campaign]) -> bool:
        name, equals, value = part.partition("=")
        reason = self._reason(unquote(name).lower()) if equals else None
        if reason is None or reason[1] is _Sure.NOWHERE:
            return False
        found.append(Campaign(unquote(name), reason[0], unquote(value)))
        return True

    def _reason(self, name: str) -> tuple[Removal, _Sure] | None:
        if name == self._id_name:
            return None
        if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
            return Removal.TRACKING, _Sure.EVERYWHERE
        if name in _AFFILIATE:
            return Removal.AFFILIATE, _Sure.EVERYWHERE
        if name in _AFFILIATE_OF_SERVICES:
            return Removal.AFFILIATE, _Sure.AT_SERVICES
        if name in _TRACKING_OF_SERVICES or name in _TRACKING_OF_HOST.get(self._brand, ()):
            return Removal.TRACKING, _Sure.AT_SERVICES
        if name.startswith(_PREFIXES_OF_HOST.get(self._brand, ("\n",))):
            return Removal.TRACKING, _Sure.AT_SERVICES
        if name in _AFFILIATE_PERHAPS:
            return Removal.AFFILIATE, _Sure.NOWHERE
        return (Removal.TRACKING, _Sure.NOWHERE) if name in _TRACKING_PERHAPS else None
