"""An endpoint's address with a token in its query: it is used whole, and shown and remembered without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.release.newsroom import ALLOW, SECRET_TEXT, Newsroom, partner
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    from tests.conftest import MakeSite

TOKEN = "hunter2hunter2"
LOOKS = (
    ("push",),
    ("push", "-v"),
    ("publish",),
    ("endpoints", "list"),
    ("endpoints", "show", "local"),
    ("endpoints", "test", "local"),
    ("deliveries", "list"),
    ("deliveries", "show", "1"),
    ("deliveries", "resend", "1", "--dry-run"),
    ("status",),
    ("plan",),
    ("doctor", "--offline"),
)


@pytest.mark.parametrize(
    "reply",
    [
        answer(204),
        answer(404, f"nothing at /hook?token={TOKEN}".encode()),
        answer(301, location=f"https://elsewhere.example/hook?token={TOKEN}"),
        answer(410, f"/hook?token={TOKEN} is gone".encode()),
    ],
    ids=["taken", "not found", "moved", "gone"],
)
def test_no_command_shows_the_token(make_site: MakeSite, reply: bytes) -> None:
    """Neither people nor machines are shown it, whatever the partner answers; the partner gets it."""
    with Partner(reply) as local:
        room = Newsroom(make_site, more=ALLOW + partner("local", f"{local.url}?token={TOKEN}"))
        told = ""
        for words in LOOKS:
            for form in ((), ("--json",)):
                _, out, err = room.run(*words, *form, PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
                told += out + err
        _, listed, _ = room.run("endpoints", "list", "--json")

    assert TOKEN not in told
    assert "Traceback" not in told
    assert json.loads(listed)["endpoints"][0]["url"] == f"{local.url}?token=***"
    assert {heard.target for heard in local.heard} == {f"/hook?token={TOKEN}"}
    assert {url for (url,) in room.rows("SELECT url FROM attempts")} == {f"{local.url}?token=***"}
    # What is known of an endpoint is known of its whole address; nobody but the owner reads that file.
    assert room.rows("SELECT DISTINCT url FROM endpoints") == [(f"{local.url}?token={TOKEN}",)]
    assert room.rows(
        "SELECT count(*) FROM attempts WHERE outcome || coalesce(excerpt, '') LIKE '%hunter2%'"
    ) == [(0,)]
    assert room.site.ledger.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "github"), ("-q",)])
@pytest.mark.parametrize(
    "url",
    [
        "https://desk:hunter2hunter2@partner.example/hook",
        "http://partner.example/hook?token=hunter2hunter2",
        "https://partner.example/hook?token=hunter2hunter2 ",
        "https://partner.example/a b?token=hunter2hunter2",
        "https://partner.example/whsec_hunter2hunter2hunter2hunter2",
        "partner.example/hook?token=hunter2hunter2",
    ],
)
def test_no_fault_of_an_address_shows_what_is_secret_in_it(
    make_site: MakeSite, form: tuple[str, ...], url: str
) -> None:
    """The line is quoted, and the value; in each of the ways in which faults are told."""
    room = Newsroom(make_site)
    file = room.site.root / "publisher.toml"
    file.write_text(
        file.read_text(encoding="utf-8")
        + f'\n[[webhooks.endpoints]]\nname = "local"\nurl = "{url}"\nmistake = 1\n',
        encoding="utf-8",
    )
    status, out, err = room.run("validate", *form)

    assert status == 4
    assert "publisher.toml" in out + err
    assert "hunter2" not in out + err
