"""The register of cases a delivery must survive: every one has tests that prove it, by name."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

REGISTER: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("delivery-cases.toml").read_text(encoding="utf-8")
)
TESTS = Path(__file__).parents[1]


@cache
def defined(file: str) -> frozenset[str]:
    """Return the names of the functions and classes that a file of tests defines."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def test_every_case_is_registered() -> None:
    """All 67, each once, in their order."""
    assert list(REGISTER) == [str(number) for number in range(1, 68)]


def test_only_the_cases_of_an_engine_wait() -> None:
    """A case has tests, or a reason to have none yet; only those of a job engine have one."""
    assert {number for number, case in REGISTER.items() if "waits" in case} == {"4", "9", "10"}


@pytest.mark.parametrize("number", REGISTER)
def test_the_tests_of_a_case_exist(number: str) -> None:
    """A test that is renamed or removed takes its line in the register with it."""
    case = REGISTER[number]
    proofs = [proof.split("::") for proof in case.get("tests", [])]

    assert case["case"]
    assert proofs or "waits" in case
    assert [proof for proof in proofs if proof[1] not in defined(proof[0])] == []
