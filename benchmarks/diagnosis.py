"""How well mistakes are named: two corpora of wrong answers, and right answers as false alarms.

    python benchmarks/diagnosis.py        prints the table, writes benchmarks/results/diagnosis.json

A verdict is right if its kind, or for two mistakes the set of its kinds, is among those expected; wrong if it names
another mistake; "unknown" is neither.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "data")]

import mutated  # noqa: E402
import students  # noqa: E402

import matcalc as mc  # noqa: E402
from matcalc.spaces import shape_of  # noqa: E402

RIGHT = ("correct", "correct_other_layout")


def judged(corpus, show=False):
    """The counts of a corpus, and the times of its verdicts."""
    counts, times, rules = {"right": 0, "wrong": 0, "unknown": 0, "passed": 0}, [], set()
    for name, rule, answer, kinds in corpus:
        start = perf_counter()
        verdict = mc.diagnose(answer, rule)
        times.append(perf_counter() - start)
        rules.add(rule.name)
        outcome = outcome_of(verdict, kinds)
        counts[outcome] += 1
        if show and outcome != "right":
            print(f"  {outcome}: {name}: {'+'.join(verdict.kinds)} for {kinds}: {verdict.message}")
    return counts, times, rules


def outcome_of(verdict, kinds):
    """right, wrong, unknown, or passed: a wrong answer that was called right."""
    found = frozenset(verdict.kinds)
    if verdict.kind in kinds or found in kinds or any(isinstance(k, frozenset) and found <= k for k in kinds):
        return "right"
    if verdict.passed:
        return "passed"
    return "unknown" if verdict.kind in ("unknown", "small_error") else "wrong"


def corpora():
    by_hand = ((f"{rule.name}: {why}", rule, answer, kinds) for rule, answer, kinds, why in students.ANSWERS)
    return {"by mutation": list(mutated.answers()), "by hand": list(by_hand)}


def false_alarms():
    """Right answers that are refused: every rule's own derivative in each form, with three seeds."""
    refused, count = [], 0
    for rule in mc.RULES:
        number = shape_of(rule(rule.domain.sample(np.random.default_rng(0), 3))) == ()
        forms = {
            "differential": lambda X, dX, F=rule: F.at(X)(dX),
            "adjoint": lambda X, Ybar, F=rule: F.at(X).T(Ybar),
            "Jacobian": lambda X, F=rule: F.at(X).matrix,
            "transposed Jacobian": lambda X, F=rule: F.at(X).matrix.T,
        } | ({"gradient": lambda X, F=rule: F.gradient(X)} if number else {})
        for form, answer in forms.items():
            for seed in range(3):
                count += 1
                if not mc.diagnose(answer, rule, rng=np.random.default_rng(seed)).passed:
                    refused.append(f"{rule.name}, {form}, seed {seed}")
    return refused, count


def row(counts, times, rules):
    total = sum(counts.values())
    share = lambda key: counts[key] / total
    wrong = total - counts["passed"]
    return {
        "answers": total, "rules": len(rules), "refused": wrong / total, "named right": share("right"),
        "named wrong": share("wrong"), "unknown": share("unknown"),
        "median ms": 1e3 * float(np.median(times)), "max ms": 1e3 * max(times),
    }


def main(show=False):
    table = {}
    for name, corpus in corpora().items():
        # answers right in another layout are in the corpora to be recognized, not to be refused
        refusable = [one for one in corpus if not one[3] & set(RIGHT)]
        accepted = [one for one in corpus if one[3] & set(RIGHT)]
        table[name] = row(*judged(refusable, show))
        if accepted:
            table[f"{name}, other layouts"] = row(*judged(accepted, show))
    refused, count = false_alarms()
    table["false alarms"] = {"answers": count, "refused right answers": refused}
    for name, numbers in table.items():
        print(name)
        for key, value in numbers.items():
            print(f"    {key:<24}{value if not isinstance(value, float) else format(value, '.4g')}")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "diagnosis.json").write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main("--show" in sys.argv)
