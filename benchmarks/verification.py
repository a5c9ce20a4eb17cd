"""Certifying a derivative: its cost, the faults it refuses, the right ones it refuses too, and one wrong entry found.

    python benchmarks/verification.py [--quick]

The peers are asked the same questions through their own checkers, with their default tolerances.
"""

from __future__ import annotations

import resource
import sys
import warnings
from pathlib import Path
from time import process_time

from measure import HERE, Run, child, interleaved, shown

sys.path.append(str(HERE / "data"))

import checkers  # noqa: E402
import corpus  # noqa: E402
import numpy as np  # noqa: E402

import matcalc as mc  # noqa: E402

SIZES = (5, 20, 50, 100, 200, 500)
LARGEST = {  # beyond, the Jacobian that these build does not fit, or takes minutes
    "torch gradcheck": 100, "numdifftools Jacobian": 20, "scipy check_grad": 50, "scipy jacobian": 20,
}  # fmt: skip
QUICK = ("matcalc", "torch gradcheck, fast", "jax check_grads", "autograd check_grads")


def peak(reset=False):
    """The most memory this process has held, in MB; ``reset`` starts anew where the system can."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def inverse_at(n, wrong=False):
    """d(X⁻¹), right or with its sign turned, and a well-conditioned point."""
    claim = corpus.faults(n)[0] if wrong else corpus.right()[0]
    return claim, corpus.generic(np.random.default_rng(n), n)


def once(name, n, kind):
    """One check in a process of its own: values of f, CPU seconds, peak memory beyond what was held before."""
    check, wrong = checkers.available()[name], kind == "wrong"
    check(*inverse_at(3, wrong))  # what libraries load and compile at the first call is not counted
    claim, X = inverse_at(n, wrong)
    before, checkers.COUNT["values"] = peak(reset=True), 0
    start = process_time()
    accepted = check(claim, X)
    return {"values": checkers.COUNT["values"], "seconds": process_time() - start, "MB": peak() - before,
            "right verdict": bool(accepted) != wrong}  # fmt: skip


def cost(run, sizes):
    """Values of f, milliseconds and memory for every size; quick checkers in turns, the others once."""
    rows, found = [], {}
    code = "import json, sys, verification as v; print(json.dumps(v.once(sys.argv[1], int(sys.argv[2]), sys.argv[3])))"
    for n in sizes:
        here = {name: check for name, check in checkers.available().items() if n <= LARGEST.get(name, max(sizes))}
        tasks = {name: lambda check=here[name], n=n: check(*inverse_at(n)) for name in QUICK if name in here}
        seconds = interleaved(tasks, rounds=9 if n < 200 else 3)
        for name in checkers.available():
            if name not in here:
                rows.append([n, name, None, None, None, None])
                continue
            passing = child(code, name, n, "right")
            # PyTorch's fast mode turns to the slow one once it fails
            asked = n <= LARGEST.get(name, 100) and (n < 100 or name in QUICK)
            failing = child(code, name, n, "wrong") if asked else {}
            passing["seconds"] = seconds.get(name, passing.get("seconds"))
            found[name, n] = passing
            rows.append([n, name, passing.get("values"), *(1e3 * one["seconds"] if one.get("seconds") else None
                         for one in (passing, failing)), passing.get("failed") or passing["MB"]])  # fmt: skip
    run.table("The cost of certifying d(X⁻¹)",
              ["n", "checker", "values of f", "ms, right claim", "ms, wrong claim", "peak MB"], rows)  # fmt: skip
    return found


def refused(n, seeds, names):
    """The share of wrong claims that each checker refuses, and the classes it lets pass."""
    counts = {name: [0, 0, set()] for name in names}
    for seed in range(seeds):
        for claim in corpus.faults(n):
            X = corpus.generic(np.random.default_rng([n, seed]), n, symmetric=claim.symmetric)
            for name in names:
                accepted = verdict(name, claim, X, seed)
                counts[name][0] += not accepted
                counts[name][1] += 1
                counts[name][2] |= {claim.name} if accepted else set()
    return counts


def alarms(count, names):
    """The right derivatives that each checker refuses, at all scales and condition numbers."""
    counts = {name: [0, 0, set()] for name in names}
    for seed in range(count):
        rng = np.random.default_rng([7, seed])
        claim = corpus.right()[seed % 10]
        X = corpus.generic(rng, 5, condition=10 ** rng.uniform(0, 4), scale=10 ** rng.uniform(-6, 6))
        for name in names:
            accepted = verdict(name, claim, X, seed)
            counts[name][0] += not accepted
            counts[name][1] += 1
            counts[name][2] |= set() if accepted else {claim.name}
    return counts


def verdict(name, claim, X, seed):
    """Whether a checker accepts; one that stops with an error does not."""
    np.random.seed(seed)  # the generator that autograd's and JAX's checkers draw from
    try:
        return bool(checkers.available()[name](claim, X))
    except Exception:
        return False


def wrong_entry(n, seeds):
    """The most values of f that it took to find one wrong entry of an n×n → n×n map, and how often it was found."""
    counts, hits = [], 0
    for seed in range(seeds):
        rng = np.random.default_rng([n, seed])
        X, entry = corpus.generic(rng, n), tuple(int(k) for k in rng.integers(0, n, 2))

        def df(X, dX, entry=entry):
            Y = np.linalg.inv(X)
            dY = -Y @ dX @ Y
            dY[3, 4] -= 1e-3 * Y[3, entry[0]] * Y[entry[1], 4] * dX[entry]
            return dY

        found = mc.locate(np.linalg.inv, df, X)
        counts.append(found.evaluations)
        hits += found.entry == entry and found.of_value == (3, 4)
    return max(counts), hits


def judged(run, quick):
    """Faults refused and false alarms, ours in full, the slow peers on fewer."""
    names, rows, full = list(checkers.available()), [], 2 if quick else 20
    slow = ["torch gradcheck", "numdifftools Jacobian", "scipy jacobian", "torch gradcheck, fast", "jax check_grads"]
    every = {n: refused(n, full, [name for name in names if n == 5 or name not in slow]) for n in (5, 20)}
    every[20] |= {} if quick else refused(20, 4, [name for name in names if name in slow])
    false = alarms(20 if quick else 300, names)
    for name in names:
        got = [every[n].get(name, [0, 0, set()]) for n in (5, 20)]
        wrong, of = sum(g[0] for g in got), sum(g[1] for g in got)
        passed = ", ".join(sorted(set().union(*(g[2] for g in got)))) or "none"
        rows.append([name, f"{wrong} of {of}", 100 * wrong / of, f"{false[name][0]} of {false[name][1]}",
                     100 * false[name][0] / false[name][1], passed])  # fmt: skip
    run.table("Wrong derivatives refused, right ones refused too", [
        "checker", "wrong, refused", "wrong, %", "right, refused", "right, %", "classes let pass"], rows)  # fmt: skip
    ours = [sum(every[n]["matcalc"][k] for n in (5, 20)) for k in (0, 1)]
    run.bar("wrong derivatives that are refused", 100 * ours[0] / ours[1], 100, most=False, unit=f"% of {ours[1]}")
    run.bar("right derivatives that are refused", false["matcalc"][0], 0, unit=f"of {false['matcalc'][1]}")


def main(quick=False):
    warnings.simplefilter("ignore")
    run = Run("verification", "Certifying a derivative", (
        "CPU time of one thread. The quick checkers take turns in one process and the median of nine rounds counts "
        "(three from n = 200); every checker runs once more in a process of its own, which gives the values of f, "
        "the peak memory beyond what was held before, and the time of the slow ones. A dash: not run, because the "
        "numerical Jacobian that it builds would not fit in memory or take minutes. Peers keep their default "
        "tolerances."))
    found = cost(run, (5, 20) if quick else SIZES)
    ours = {n: one for (name, n), one in found.items() if name == "matcalc"}
    run.bar("values of f, at any n", max(one["values"] for one in ours.values()), 80)
    if 200 in ours:
        why = "Most of it are 42 inverses, the values of f, and the reader's own formula: the processor decides."
        run.bar("n = 200: milliseconds", 1e3 * ours[200]["seconds"], 100, unit="ms", why=why)
    slow = found.get(("torch gradcheck", 100), {})
    if slow.get("seconds"):
        ratio = slow["seconds"] / ours[100]["seconds"]
        run.bar("n = 100: cheaper than torch's full gradcheck", ratio, 1000, most=False, unit="times")
        run.note(f"n = 100, memory: {shown(slow['MB'])} MB there, {shown(ours[100]['MB'])} MB here.")
    judged(run, quick)
    values, hits = wrong_entry(20 if quick else 200, 3 if quick else 5)
    run.bar("values of f until the one wrong entry of a 200×200 → 200×200 map is found", values, 20)
    run.note(f"The wrong entry was found in {hits} of {3 if quick else 5} maps.")
    return run.publish()


if __name__ == "__main__":
    main("--quick" in sys.argv)
