"""What a verification found: data first, then the same in plain text and in HTML."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from textwrap import fill

LEFT = ".matcalc-report td,.matcalc-report th{text-align:left!important}"  # JupyterLab sets tables to the right


@dataclass(frozen=True)
class Check:
    """One line of a report: what was compared, the number that came out, the largest number allowed."""

    name: str
    passed: bool
    message: str
    number: float | None = None
    limit: float | None = None

    def __repr__(self):
        return f"{'✓' if self.passed else '✗'} {self.name}: {self.message}"

    def _repr_html_(self):
        return f'<p class="matcalc-check {"passed" if self.passed else "failed"}">{escape(repr(self))}</p>'


@dataclass(frozen=True)
class Report:
    """The chain of evidence for one derivative: ``checks`` in order, and what they cost.

    ``evaluations`` counts the values of f that the differences asked for, ``method`` says how the
    reference slope was found, ``notes`` what the reader should know about the point. ``slopes`` holds
    the measured slopes, which ``plots`` can draw.
    """

    subject: str
    checks: tuple[Check, ...]
    evaluations: int = 0
    method: str = ""
    notes: tuple[str, ...] = ()
    slopes: tuple = ()

    @property
    def passed(self):
        """True if every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self):
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    def check(self, name):
        """The check of that name; KeyError lists the names there are."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(f"no check {name!r}; there are {', '.join(check.name for check in self.checks)}")

    @property
    def headline(self):
        """One line: the verdict and its cost."""
        count = len(self.failures)
        verdict = "verified" if self.passed else f"REFUSED by {count} of {len(self.checks)} checks"
        return f"{self.subject}: {verdict} ({self.evaluations} values of f, {self.method or 'no differences'})"

    def __str__(self):
        width = max((len(check.name) for check in self.checks), default=0)
        lines = [f"  {'✓' if c.passed else '✗'} {c.name:<{width}}  {c.message}" for c in self.checks]
        return "\n".join([self.headline, *lines, *(f"  note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_html_(self):
        rows = "".join(
            f'<tr class="{"passed" if c.passed else "failed"}"><td>{"✓ holds" if c.passed else "✗ fails"}</td>'
            f'<th scope="row">{escape(c.name)}</th><td>{_unbroken(escape(c.message))}</td></tr>'
            for c in self.checks
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f'<style>{LEFT}</style><div class="matcalc-report {"passed" if self.passed else "failed"}"><table>'
            f"<caption>{escape(self.headline)}</caption><thead><tr><th scope=\"col\">verdict</th>"
            f'<th scope="col">check</th><th scope="col">what was found</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>{notes}</div>"
        )


def _unbroken(text):
    """The text with a hyphen in 1e-16 at which no line breaks."""
    return re.sub(r"(?<=\de)-(?=\d)", "\u2011", text)


class VerificationError(AssertionError):
    """A derivative was refused. ``report`` holds the whole report."""

    def __init__(self, report):
        self.report = report
        super().__init__(str(report))


def refuse(report):
    """The report if it passed, else ``VerificationError``."""
    if not report.passed:
        raise VerificationError(report)
    return report


@contextmanager
def refuses(*errors):
    """A block that must raise one of these errors: shows its message, fails if nothing is raised.

    >>> with refuses(ZeroDivisionError):
    ...     1 / 0
    ZeroDivisionError: division by zero
    """
    try:
        yield
    except errors as error:
        for line in f"{type(error).__name__}: {error}".splitlines():
            hang = len(re.match(r"(  [✓✗] .*?  +)?", line).group()) or 4  # a check's message hangs below itself
            print(fill(line, 74, subsequent_indent=" " * hang, break_long_words=False))
    else:
        names = " or ".join(error.__name__ for error in errors)
        raise AssertionError(f"expected {names}, but the block ran without an error")
