"""What was answered is counted once and kept in memory only."""

import pytest

from matcalc.mistakes import NOT_ANSWERED, Diagnosis
from matcalc.session import ATTEMPTS, forget, record

RIGHT, WRONG = Diagnosis("correct", "correct"), Diagnosis("sign", "right up to the sign")


@pytest.fixture(autouse=True)
def _fresh():
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    ("verdicts", "state", "tries"),
    [
        ([NOT_ANSWERED], "untouched", 0),
        ([WRONG], "tried", 1),
        ([NOT_ANSWERED, WRONG, RIGHT], "right", 2),
        ([RIGHT, WRONG], "right", 2),
        ([RIGHT, NOT_ANSWERED], "right", 1),
    ],
)
def test_the_state_of_an_exercise(verdicts, state, tries):
    for verdict in verdicts:
        assert record("ex-inverse-kron", verdict) is verdict
    attempt = ATTEMPTS["ex-inverse-kron", None]
    assert (attempt.state, attempt.tries) == (state, tries)


def test_each_seed_is_an_exercise_of_its_own():
    record("ex-inverse-kron", RIGHT)
    record("ex-inverse-kron", WRONG, "ada")
    assert [attempt.state for attempt in ATTEMPTS.values()] == ["right", "tried"]
