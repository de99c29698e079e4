"""Whether the feeds of a site stay what they are when it moves: it has an id of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.site import load_site
from tests.conftest import CONFIGURATION
from tests.doctor.clinic import look, told

if TYPE_CHECKING:
    from tests.conftest import MakeSite

_LINE = re.compile(r'(?m)^id = ".*"\n')


def test_a_site_without_an_id_is_offered_one(make_site: MakeSite) -> None:
    """It is a warning beside what else was found, and the line that is offered can be pasted as it stands."""
    site = make_site(configuration=_LINE.sub("", CONFIGURATION))
    assert site.id is None
    placeholder, identity = look(site)["configuration"]

    assert "placeholder" in placeholder.message
    assert identity.state == "warning"
    assert "names no id" in identity.message
    line = str(identity.help).partition(": ")[2]
    assert make_site(configuration=CONFIGURATION.replace(_LINE.findall(CONFIGURATION)[0], f"{line}\n")).id
    assert told(look(load_site(site.root))["configuration"]) == [(placeholder.state, placeholder.message)]
