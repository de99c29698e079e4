"""The hosts of affiliate networks, and where links that lead through them end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Sequence

# The parameters that hold where a network's link leads, the one that counts first; none where no parameter says it.
# "." before a name stands for any host below it.
_NETWORKS: dict[str, tuple[str, ...]] = {
    "amzn.to": (),
    "anrdoezrs.net": ("url",),
    "awin1.com": ("ued", "p"),
    "click.justwatch.com": ("r",),
    "click.linksynergy.com": ("murl",),
    "disneyplus.bn5x.net": ("u",),
    "dpbolvw.net": ("url",),
    "go.redirectingat.com": ("url",),
    "go.skimresources.com": ("url",),
    "jdoqocy.com": ("url",),
    "kqzyfj.com": ("url",),
    "prf.hn": (),
    "shareasale.com": ("urllink",),
    "tidd.ly": (),
    "tkqlhce.com": ("url",),
    ".prf.hn": (),
    ".pxf.io": ("u",),
    ".sjv.io": ("u",),
}


def network_parameters(host: str) -> tuple[str, ...] | None:
    """Name the parameters in which an affiliate network keeps where its links lead; None for any other host."""
    name = host.removeprefix("www.")
    return _NETWORKS.get(name, _NETWORKS.get(f".{name.partition('.')[2]}"))


def value_of(query: str, names: Sequence[str]) -> str | None:
    """Read the first of some parameters that has a value, in the order of the names; None where it has several.

    The names are in lower case.
    """
    items = [tuple(map(unquote_plus, item.partition("=")[::2])) for item in query.split("&")]
    for wanted in names:
        values = [value for name, value in items if name.lower() == wanted and value]
        if values:
            return values[0] if len(values) == 1 else None
    return None
