"""Derivative formulas of the chapters' results are executed: every one in a theorem, a proposition, or a box.

``appendix/data/printed.json`` holds them by label. Most are read from their own LaTeX: ``put`` names what stands
for a value, such as F'(X)[dX], and ``given`` says how that value is computed without the formula. The rest
(integrals, limits, inequalities) have two expressions; the LaTeX stands beside them, so a changed formula is seen.
"""

import contextlib
import json
import re
from pathlib import Path

import notebook_rules
import numpy as np
import pytest
import statement_letters

import matcalc as mc
from matcalc.formula import FormulaError, evaluate
from matcalc.standard_sheets.words import divided, gaps, svd_near

ROOT = Path(__file__).resolve().parent.parent
PRINTED = json.loads((ROOT / "appendix" / "data" / "printed.json").read_text(encoding="utf-8"))
RESULT = re.compile(r"^(:::+)\{prf:(?:theorem|proposition|lemma|corollary)\}[^\n]*\n(.*?)^\1\s*$", re.S | re.M)
DISPLAY, INLINE = re.compile(r"\$\$(.*?)\$\$", re.S), re.compile(r"(?<!\$)\$([^$]+)\$(?!\$)")
DERIVATIVE = re.compile(r"\\mathrm d(?![a-z]{2})|\\nabla|\\bar|[A-Zp]'+\(|\^\*|J_")
LETTERS = {"dX": "H", "dA": "G", "dB": "Y"}  # what tangents are unless said otherwise
SPLIT = re.compile(r"\\\\|,?\s*\\q?quad\s*|,\s*(?=\n|$)")


def truncated(X, dX):
    """The derivative of the best approximation of rank one, as the theorem gives it."""
    U, s, Vt = np.linalg.svd(X)
    P, H = U.T @ dX @ Vt.T, np.zeros((3, 3))
    H[0, 0] = P[0, 0]
    for j in (1, 2):
        H[0, j] = s[0] * (s[0] * P[0, j] + s[j] * P[j, 0]) / (s[0] ** 2 - s[j] ** 2)
        H[j, 0] = s[0] * (s[0] * P[j, 0] + s[j] * P[0, j]) / (s[0] ** 2 - s[j] ** 2)
    return U @ H @ Vt


def integral(f, count=40):
    """∫ f(s) ds from 0 to 1, by Gauss–Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return sum(w / 2 * f((s + 1) / 2) for s, w in zip(nodes, weights, strict=True))


def D2(f):
    """The second differential of f at X along H and Y, from values."""
    slope, letters = statement_letters.slope, statement_letters
    return slope(lambda X: slope(f, X, letters.H), letters.X, letters.Y)


P = np.array([[1.0, 2, 0], [0, 1, 1], [1, 0, 3]])
assert mc.RULES  # all of them are loaded: each family brings words that formulas may use, such as expm
WORDS = {**vars(statement_letters), "mc": mc, "truncated": truncated, "integral": integral, "divided": divided,
         "gaps": gaps, "svd_near": svd_near, "D2": D2, "P": P}  # fmt: skip


def derivatives(text):
    """(label, formula) for every derivative formula of a notebook that stands in a result or in a box."""
    for _, body in RESULT.findall(text):
        label = re.search(r"^:label: (\S+)", body, re.M)[1]
        body = re.sub(r"^:\w+:.*$", "", body, flags=re.M)
        for pattern in (DISPLAY, INLINE):
            for formula in pattern.findall(body):
                if DERIVATIVE.search(formula) and ("=" in formula or r"\le" in formula):
                    yield label, formula.strip().rstrip(" .")
            body = pattern.sub(" ", body)
    yield from (("BOXED", formula.strip().rstrip(" .")) for formula in DISPLAY.findall(text) if r"\boxed" in formula)


FOUND = [
    (path.stem, *found)
    for path in sorted((ROOT / "chapters").glob("*.ipynb"))
    for found in derivatives(notebook_rules.prose(json.loads(path.read_text(encoding="utf-8"))))
]


def equations(formula, put):
    """The equations of a formula as lists of sides, with letters in place of what is put."""
    for name, letter in put.items():
        assert name in formula, f"{name!r} is not in {formula}"
        formula = formula.replace(name, letter)
    formula = re.sub(r"\\(?:begin|end)\{aligned\}|&(?=[=+])", "", formula)
    for line in SPLIT.split(formula) if r"\begin" not in formula else [formula]:
        if "=" in line:
            yield [side.strip(" .,\n") for side in re.split(r"=(?![^{}]*\})", line)]


def sides(entry):
    """The two sides of every equation of an entry, as numbers."""
    if "code" in entry:
        left, right = ([*map(np.asarray, v)] if isinstance(v, tuple) else [np.asarray(v)] for v in
                       (eval(text, WORDS) for text in entry["code"]))  # fmt: skip
        return list(zip(left, right, strict=True))
    words = WORDS | {name: WORDS[letter] for name, letter in LETTERS.items()}
    given = {name: eval(text, words | {"dX": words["dX"]}) for name, text in entry["given"].items()}
    names = {name: words[name] for name in ("A", "B", "C", "X", *LETTERS)} | given
    pairs = []
    for equation in equations(entry["printed"], entry.get("put", {})):
        values = [np.asarray(evaluate(side, names)) for side in equation]
        pairs += [(value, values[0]) for value in values[1:]]
    return pairs


def agree(entry):
    found = sides(entry)
    return bool(found) and all(np.shape(p) == np.shape(q) and np.allclose(p, q, rtol=1e-6, atol=1e-7) for p, q in found)


def test_every_derivative_formula_of_a_result_is_registered():
    known = {(entry["label"], entry["printed"].rstrip(" .")) for entry in PRINTED}
    assert [found for found in FOUND if found[1:] not in known] == []


def test_what_is_registered_is_printed():
    found = {(label, formula) for _, label, formula in FOUND}
    assert [entry["label"] for entry in PRINTED if (entry["label"], entry["printed"].rstrip(" .")) not in found] == []


@pytest.mark.parametrize("entry", PRINTED, ids=lambda entry: entry["label"])
def test_a_printed_formula_of_a_chapter_is_true(entry):
    if "why" in entry:
        assert entry["why"].startswith("definition")
    else:
        assert agree(entry)


MISTAKES = [
    ("thm-inverse", "= -X", "= X"),
    ("thm-power", "k-1-i", "k-i"),
    ("thm-jacobi", r"\operatorname{adj}(A)^\top", r"\operatorname{adj}(A)"),
    ("thm-trace-quadratic", r"A^\top X B^\top", "A X B"),
    ("thm-lu", "tril", "triu"),
    ("thm-pinv-derivative", r"YY^\top", r"Y^\top Y"),
    ("thm-mn-gradients", r"p\,U", r"n\,U"),
]


@pytest.mark.parametrize(("label", "right", "wrong"), MISTAKES)
def test_a_mistake_in_a_printed_formula_is_seen(label, right, wrong):
    entry = next(e for e in PRINTED if e["label"] == label and right in e["printed"])
    wrong_entry = entry | {"printed": entry["printed"].replace(right, wrong, 1)}
    with contextlib.suppress(FormulaError):  # or it has no value any more
        assert not agree(wrong_entry)
