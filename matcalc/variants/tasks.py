"""The definitions: what an exercise asks, how its numbers are drawn, what is right, what is tempting."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "variants"
CHAPTERS = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@dataclass(frozen=True)
class Task:
    """One exercise of the book. ``data``, ``answer``, ``wrong``, ``target`` and ``holds`` are Python, as text.

    Text, because the solution that is shown is the one that is run. ``<X>`` in ``text`` stands for the drawn X.
    ``at`` names the arguments of an answer that is a function. A proof has neither target nor condition.
    """

    label: str
    title: str
    text: str
    hints: tuple = ()
    data: str = ""
    answer: str = ""
    why: str = ""
    wrong: tuple = ()
    target: str = ""
    holds: str = ""
    at: tuple = ()

    @property
    def is_proof(self):
        return not self.target and not self.holds


@cache
def tasks(chapter):
    """The exercises of a chapter, in the order of the book."""
    if chapter not in CHAPTERS:
        near = difflib.get_close_matches(str(chapter), CHAPTERS, 3) or CHAPTERS
        raise KeyError(f"no chapter is called {chapter!r}; known are {', '.join(near)}")
    found = tomllib.loads((FOLDER / f"{chapter}.toml").read_text(encoding="utf-8"))["exercise"]
    return tuple(
        Task(**{key: tuple(part) if isinstance(part, list) else part for key, part in one.items()}) for one in found
    )


@cache
def chapter_of(label):
    """The (chapter, number) of a label; None for one that is not in the book."""
    for chapter in CHAPTERS:
        for number, task in enumerate(tasks(chapter), 1):
            if task.label == label:
                return chapter, number
    return None
