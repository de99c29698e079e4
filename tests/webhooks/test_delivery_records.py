"""What is recorded of a delivery, when, and what happens where nothing can be recorded."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigurationError, EnvironmentFault
from publisher.ledger import FILE_NAME, Ledger
from publisher.ledger.queue import CLAIMS_LIMIT
from publisher.webhooks.delivery import AGE_LIMIT
from tests.webhooks.scripted_partner import KEYS, SECRET_TEXT, Outbox, Partner, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from publisher.site import Endpoint
    from publisher.webhooks import SigningKeys

DAY = 24 * 3600.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a ledger that another program holds no longer than a moment."""
    monkeypatch.setattr("publisher.ledger.sqlite.BUSY_MILLISECONDS", 20)
    monkeypatch.setattr("publisher.webhooks.courier._RECORD_PAUSE", 0.01)


@pytest.fixture
def holders() -> Iterator[list[sqlite3.Connection]]:
    """Keep connections that hold the ledger, until the test ends."""
    kept: list[sqlite3.Connection] = []
    yield kept
    for one in kept:
        one.close()


def hold(outbox: Outbox) -> sqlite3.Connection:
    """Begin to write into the ledger as another program would, and do not end."""
    connection = sqlite3.connect(outbox.folder / FILE_NAME, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_every_try_is_on_record_before_it_is_made(outbox: Outbox) -> None:
    """Let the partner itself look into the ledger while it is being asked: the try is there, without an end."""
    seen: list[object] = []

    def look(sock: socket.socket) -> None:
        seen.extend(outbox.rows("SELECT ended_at, outcome FROM attempts"))
        seen.extend(outbox.rows("SELECT state, attempts, claims, leased_until > 0 FROM deliveries"))
        sock.sendall(answer(204))

    outbox.announce(1)
    with Partner(look) as partner:
        outbox.run(partner=partner.url)

    assert seen == [(None, None), ("waiting", 1, 1, 1)]


@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_recorded_is_not_sent(outbox: Outbox, holders: list[sqlite3.Connection]) -> None:
    """Stop before sending when the ledger is held by another program, and say what holds up."""
    outbox.announce(1)
    with Partner() as partner:
        holders.append(hold(outbox))
        with pytest.raises(EnvironmentFault, match="database is locked") as failure:
            outbox.run(partner=partner.url)
        holders[0].close()
        assert partner.heard == []
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert "another program holds it" in str(failure.value.hint)


@pytest.mark.usefixtures("impatient")
def test_a_ledger_that_fails_after_the_answer_leaves_the_outcome_unknown(
    outbox: Outbox, holders: list[sqlite3.Connection]
) -> None:
    """Send again under the same id what was sent but could not be recorded, and send nothing else meanwhile."""
    ids = outbox.announce(1, 2)

    def lock_then_accept(sock: socket.socket) -> None:
        holders.append(hold(outbox))
        sock.sendall(answer(204))

    with Partner(lock_then_accept, answer(204)) as partner:
        with pytest.raises(EnvironmentFault, match="database is locked"):
            outbox.run(partner=partner.url)
        holders[0].close()
        assert partner.ids == ids[:1]
        assert outbox.rows("SELECT ended_at FROM attempts") == [(None,)]
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 2
    assert partner.ids == [ids[0], *ids]
    assert outbox.rows("SELECT ended_at IS NULL, status FROM attempts ORDER BY id") == [
        (1, None),
        (0, 204),
        (0, 204),
    ]


@pytest.mark.usefixtures("impatient")
def test_a_ledger_that_is_free_again_soon_gets_the_result(
    outbox: Outbox, holders: list[sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep what a partner answered for a few tries to record it: most of what holds a ledger is over soon."""
    outbox.announce(1)

    def let_go(seconds: float) -> None:
        assert seconds > 0
        holders[0].close()

    monkeypatch.setattr("publisher.webhooks.courier.time.sleep", let_go)

    def lock_then_accept(sock: socket.socket) -> None:
        holders.append(hold(outbox))
        sock.sendall(answer(204))

    with Partner(lock_then_accept) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert outbox.rows("SELECT state, attempts FROM deliveries") == [("delivered", 1)]


DELIVER_ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from publisher.errors import PublisherError
from publisher.ledger import FILE_NAME
from tests.webhooks.scripted_partner import Outbox

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
outbox = Outbox(Path(sys.argv[1]), rate=100_000)
log = outbox.folder / f"{FILE_NAME}-wal"
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    print(outbox.run(partner=sys.argv[2])["partner"].delivered)
except PublisherError as error:
    print("fault:", error.message, "|", error.hint)
    sys.exit(error.exit_code)
"""


def test_a_disk_that_fills_up_stops_the_sending(outbox: Outbox) -> None:
    """As soon as nothing can be recorded nothing is sent, and it is said why; afterwards everything arrives.

    What stands in the ledger twice at the end, the partner was told twice, under one id: no more than one event.
    """
    outbox.rate = 100_000
    ids = outbox.announce(*range(200))
    with Partner() as partner:
        run = subprocess.run(
            [sys.executable, "-c", DELIVER_ON_A_FULL_DISK, outbox.folder, partner.url, "700000"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        heard = len(partner.heard)
        rest = outbox.run(partner=partner.url)["partner"]

    assert run.stderr == ""
    assert run.returncode == 4
    assert run.stdout.startswith(f"fault: the ledger {outbox.folder / FILE_NAME} cannot be used: ")
    assert "space on the disk" in run.stdout
    assert 0 < heard < 200
    assert rest.waiting == 0
    assert set(partner.ids) == set(ids)
    assert len(partner.ids) - len(ids) <= 1
    assert outbox.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_secret_that_is_missing_uses_nothing_up(outbox: Outbox) -> None:
    """A run that cannot sign sends nothing, and its tries are none: however often it begins, nothing is set aside."""
    ids = outbox.announce(1)
    outbox.keys = _missing
    with Partner() as partner:
        for _ in range(CLAIMS_LIMIT + 1):
            with pytest.raises(ConfigurationError, match="no secret"):
                outbox.run(partner=partner.url)
        assert outbox.rows("SELECT attempts, claims, leased_until FROM deliveries") == [(0, 0, None)]
        assert outbox.rows("SELECT count(*) FROM attempts") == [(0,)]
        outbox.keys = lambda *_: KEYS
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert partner.ids == ids


def _missing(endpoint: Endpoint, now: float) -> SigningKeys:
    raise ConfigurationError(f"there is no secret for {endpoint.name} at {now}", None)


def test_what_is_recorded_names_no_secret(outbox: Outbox) -> None:
    """A partner that shows in its answer what it was sent puts neither secret nor signature into the ledger."""
    outbox.announce(1)

    def echo(sock: socket.socket) -> None:
        said = repr(partner.heard[-1].headers) + SECRET_TEXT
        sock.sendall(answer(422, said.encode()))

    with Partner(echo) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    kept = b"".join(file.read_bytes() for file in outbox.folder.glob(f"{FILE_NAME}*"))
    signature = partner.heard[0].headers["webhook-signature"].removeprefix("v1,")
    assert b"webhook-signature" in kept
    for secret in (SECRET_TEXT, SECRET_TEXT.removeprefix("whsec_"), signature):
        assert secret.encode() not in kept
        assert all(secret not in note for note in report.notes)


def test_what_was_settled_long_ago_is_forgotten(outbox: Outbox) -> None:
    """Attempts go first, then deliveries, then events; what waits, and what was settled lately, is kept."""
    old = outbox.announce(1, 2)
    with Partner(answer(204), answer(422)) as partner:
        outbox.run(partner=partner.url)
        began = outbox.clock.now
        outbox.clock.now += 90 * DAY
        [young] = outbox.announce(3)
        partner.now_plays(answer(204), answer(422))
        outbox.run(partner=partner.url)
    with Ledger.open(outbox.folder) as ledger:
        ledger.deliveries.prune(began)
        assert outbox.rows("SELECT count(*) FROM events") == [(3,)]
        ledger.deliveries.prune(began + DAY)
        kept = outbox.rows("SELECT id FROM events ORDER BY at")
        assert ledger.announced().keys() >= {f"00000000-0000-4000-8000-{number:012}" for number in (1, 2, 3)}
        assert ledger.problems() == []

    assert kept == [(old[1],), (young,)]
    assert outbox.rows("SELECT count(*) FROM attempts WHERE delivery_id NOT IN (SELECT id FROM deliveries)") == [
        (0,)
    ]  # fmt: skip


def test_nothing_that_waits_is_ever_forgotten(outbox: Outbox) -> None:
    """However old an event is: as long as it waits, it is kept."""
    outbox.announce(1)
    with Ledger.open(outbox.folder) as ledger:
        ledger.deliveries.prune(outbox.clock.now + AGE_LIMIT)

    assert outbox.rows("SELECT state FROM deliveries") == [("waiting",)]


def test_dying_in_the_middle_of_a_send_is_no_failure_of_the_endpoint(outbox: Outbox) -> None:
    """A run that is killed while the partner has its event leaves an attempt without an end, and costs no try."""
    [event] = outbox.announce(1)
    code = (
        "import sys; from pathlib import Path; from tests.webhooks.scripted_partner import Outbox; "
        "Outbox(Path(sys.argv[1])).run(partner=sys.argv[2])"
    )
    with Partner() as partner:
        child = subprocess.Popen([sys.executable, "-c", code, outbox.folder, partner.url])

        def kill(sock: socket.socket) -> None:
            del sock
            child.send_signal(signal.SIGKILL)

        partner.now_plays(kill, answer(204))
        child.wait(60)
        # With the clock of the one that died: its lease would last for two minutes more.
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert partner.ids == [event, event]
    first, second = partner.heard
    assert first.body == second.body
    assert outbox.rows("SELECT ended_at IS NULL, status FROM attempts ORDER BY id") == [(1, None), (0, 204)]
    assert outbox.rows("SELECT state, step, attempts FROM deliveries") == [("delivered", 0, 2)]
    assert outbox.rows("SELECT failures, refusals, failing_since FROM endpoints") == [(0, 0, None)]
