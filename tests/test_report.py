"""A report is data first; what it says in text and in HTML is the same."""

import re
from html import unescape

import numpy as np
import pytest

import matcalc as mc
from matcalc.report import Check, Report, refuse, refuses

GOOD, BAD = Check("one", True, "fine", 1e-16, 1e-10), Check("two", False, "a < b & c", 0.5, 1e-10)


def test_a_report_passes_if_every_check_does():
    assert Report("F", (GOOD,)).passed
    assert not Report("F", (GOOD, BAD)).passed
    assert Report("F", (GOOD, BAD)).failures == (BAD,)


def test_checks_are_found_by_name():
    report = Report("F", (GOOD, BAD))
    assert report.check("two") is BAD
    with pytest.raises(KeyError, match="no check 'three'; there are one, two"):
        report.check("three")


def test_the_text_has_the_verdict_a_line_for_each_check_and_the_notes():
    lines = str(Report("F", (GOOD, BAD), 37, "Richardson", ("X is diagonal",))).splitlines()
    assert lines == [
        "F: REFUSED by 1 of 2 checks (37 values of f, Richardson)",
        "  ✓ one  fine",
        "  ✗ two  a < b & c",
        "  note: X is diagonal",
    ]
    assert str(Report("F", (GOOD,))) == "F: verified (0 values of f, no differences)\n  ✓ one  fine"
    assert repr(BAD) == "✗ two: a < b & c"


def test_the_html_is_escaped_and_says_the_same_in_words():
    html = Report("F<X>", (GOOD, BAD), 37, "Richardson", ("a note",))._repr_html_()
    assert "a &lt; b &amp; c" in html
    assert "F&lt;X&gt;" in html
    words = unescape(re.sub(r"<[^>]+>", " ", html))
    for said in ("✓ holds", "one", "fine", "✗ fails", "two", "a < b & c", "a note", "REFUSED by 1 of 2 checks"):
        assert said in words
    assert html.count("<tr") == html.count("</tr>") == 3


def test_a_refused_report_is_an_error_that_carries_it():
    report = Report("F", (BAD,))
    with pytest.raises(mc.VerificationError, match="REFUSED") as caught:
        refuse(report)
    assert caught.value.report is report
    assert isinstance(caught.value, AssertionError)
    assert refuse(Report("F", (GOOD,))).passed


def test_refuses_shows_the_message_of_the_expected_error(capsys):
    with refuses(mc.DomainError):
        mc.inverse(np.ones((2, 2)))
    shown = capsys.readouterr().out
    assert shown.startswith("DomainError: inverse is defined on invertible matrices; this matrix is")
    assert max(map(len, shown.splitlines())) <= 80


def test_refuses_fails_if_nothing_is_raised():
    nothing = refuses(TypeError, ValueError)
    with pytest.raises(AssertionError, match="expected TypeError or ValueError, but the block ran"), nothing:
        pass


def test_refuses_lets_other_errors_through():
    with pytest.raises(KeyError), refuses(ValueError):
        raise KeyError


def test_a_number_is_not_broken_at_its_minus_in_html():
    report = Report("f", (Check("one", True, "off by 3.1e-16, x - 1"),))
    assert "3.1e\u201116, x - 1" in report._repr_html_()
    assert "3.1e-16, x - 1" in str(report)
