"""The formulas of the standard sheets: each one measured, and each printed mistake shown in numbers."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from matcalc.standard_sheets import evidence, gap
from matcalc.standard_sheets.words import WORDS, adj, gaps, toeplitz, towards

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = json.loads((ROOT / "appendix" / "data" / "standard_sheets.json").read_text(encoding="utf-8"))
STATUS = {"right", "wrong", "condition missing", "ambiguous", "convention"}
KINDS = {"gradient", "differential", "jacobian", "value", "second"}
NEEDED = {"id", "source", "section", "number", "statement", "condition", "class", "status", "language", "function",
          "wrt", "claim", "claim_kind", "shapes", "where"}  # fmt: skip
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
shown_wrong = [entry for entry in ENTRIES if "counterexample" in entry]


def entry_of(name):
    return next(entry for entry in ENTRIES if entry["id"] == name)


@every_entry
def test_the_claim_is_what_values_say(entry):
    assert gap(entry) < 1e-7
    assert gap(entry, seed=8) < 1e-7


DOUBLED = "(lambda c: tuple(2 * part for part in c) if isinstance(c, tuple) else 2 * c)({})"


@every_entry
def test_twice_the_claim_is_refused(entry):
    if entry["id"] == "mc-033":
        pytest.skip("twice zero is zero")
    twice = DOUBLED if entry["language"] == "python" else "2*({})"
    assert gap(entry | {"claim": twice.format(entry["claim"])}) > 1e-3


@every_entry
def test_an_entry_is_complete(entry):
    assert set(entry) >= NEEDED
    assert entry["status"] in STATUS
    assert entry["claim_kind"] in KINDS
    assert entry["language"] in ("text", "python")
    assert all(entry[part] for part in NEEDED - {"condition", "shapes"})
    assert ("note" in entry) >= (entry["status"] != "right")
    assert ("counterexample" in entry) == ("printed" in entry)


def test_there_are_all_of_them_once():
    assert len(ENTRIES) == len({entry["id"] for entry in ENTRIES}) == 189
    assert Counter(entry["status"] for entry in ENTRIES) == {
        "right": 177, "wrong": 6, "convention": 4, "condition missing": 1, "ambiguous": 1
    }  # fmt: skip


def test_what_is_not_right_is_shown_in_numbers():
    assert {entry["id"] for entry in ENTRIES if entry["status"] in STATUS - {"right", "convention"}} <= {
        entry["id"] for entry in shown_wrong
    }


@pytest.mark.parametrize("entry", shown_wrong, ids=lambda entry: entry["id"])
def test_a_counterexample_shows_a_difference(entry):
    printed, measured = evidence(entry["counterexample"])
    assert printed.shape == measured.shape
    assert np.abs(printed - measured).max() > 0.01
    assert entry["counterexample"]["shows"]


WRONG = [
    ("mc-100", {"claim": "A"}),
    ("mc-101", {"claim": "B*A"}),
    ("mc-053", {"assume": {}}),
    ("mc-060", {"claim": "-kron(inv(X),inv(X))"}),
    ("mc-068", {"claim": "np.linalg.pinv(A - e * np.eye(n)) @ dA @ v"}),
    ("mc-089", {"claim": "-2 * b * (a - x.conj() @ b)"}),
    ("mc-098", {"claim": "dx'*A*dx"}),
    ("mc-524", {"claim": "vec(X)'*kron(B,c*a')*vec(X)"}),
    ("gi-02", {"adjoint": {"A": "Cbar*B'", "B": "A'*Cbar*2"}}),
    ("su-qr", {"adjoint": {"A": "(Cbar[0] + Q @ np.tril(R @ Cbar[1].T - Cbar[0].T @ Q)) @ inv(R).T"}}),
]


@pytest.mark.parametrize(("name", "change"), WRONG)
def test_a_wrong_claim_is_measured_as_wrong(name, change):
    assert gap(entry_of(name) | change) > 1e-3


def test_the_words_mean_what_they_say(rng):
    X = rng.standard_normal((4, 4))
    np.testing.assert_allclose(adj(X) @ X, np.linalg.det(X) * np.eye(4), atol=1e-12)
    np.testing.assert_allclose(toeplitz(np.arange(5.0)), [[2, 1, 0], [3, 2, 1], [4, 3, 2]])
    np.testing.assert_allclose(gaps(np.array([1.0, 3.0])), [[0, 0.5], [-0.5, 0]])
    np.testing.assert_allclose(towards(-np.eye(2), np.eye(2)), np.eye(2))
    slope = WORDS["grad"](lambda X: X[0, 1] ** 2, X)
    np.testing.assert_allclose(slope, 2 * X[0, 1] * np.outer([1, 0, 0, 0], [0, 1, 0, 0]))
