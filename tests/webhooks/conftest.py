"""What the tests of deliveries share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webhooks.scripted_partner import Outbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Make a ledger in a folder of its own."""
    return Outbox(tmp_path / "state")
