"""The exercises of the book with other numbers: one definition each, in ``data/variants/<chapter>.toml``.

    ex = mc.exercise("inverse", 3, seed="ada")    the third exercise of the chapter, with numbers of Ada's own
    ex                                            its statement; ex.text, ex.data, ex.X, ex.dX, …
    ex.predict((3, 3))                            say the shape first, where there is one
    ex.check(answer)                              the verdict, as from mc.check
    ex.hint()                                     the next hint
    ex.solution()                                 words, code and numbers
    mc.progress()                                 what was right, tried, untouched

A seed gives the same numbers everywhere. No draw lets a tempting wrong answer pass.
"""

from .standing import progress
from .tasks import CHAPTERS, Task, chapter_of, tasks
from .variant import Exercise, exercise

__all__ = ["CHAPTERS", "Exercise", "Task", "chapter_of", "exercise", "progress", "tasks"]
