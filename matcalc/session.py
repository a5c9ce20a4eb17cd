"""What was answered in this session: kept in memory only, and gone with the kernel."""

from __future__ import annotations

from dataclasses import dataclass

ATTEMPTS = {}  # by (label, seed); the seed is None for an exercise with the numbers of the book


@dataclass
class Attempt:
    """How far somebody is with one exercise."""

    tries: int = 0
    passed: bool = False
    last: str = ""

    @property
    def state(self):
        """One word: right, tried or untouched."""
        return "right" if self.passed else "tried" if self.tries else "untouched"


def record(label, verdict, seed=None):
    """Count an answer to the exercise of this label; a stub that still has its dots is seen, not counted."""
    attempt = ATTEMPTS.setdefault((label, seed), Attempt())
    if verdict.kind != "not_answered":
        attempt.tries += 1
        attempt.passed |= verdict.passed  # what was right once stays right
        attempt.last = verdict.kind
    return verdict


def forget():
    """Begin anew."""
    ATTEMPTS.clear()
