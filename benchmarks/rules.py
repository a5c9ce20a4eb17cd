"""Rules beside their limit and beside JAX, PyTorch and autograd: the value, a direction, a cotangent, one more.

    python benchmarks/rules.py            everything, about four minutes
    python benchmarks/rules.py --quick    two sizes; nothing is written

The limit of a rule is the number of operations that its formula needs, at the speed of this run's own product of two
n×n matrices. What is needed: 2n³ for a product, n³ for a triangle against a full matrix or for a product that is known
to be symmetric, n³/3 for a product of two triangles of which one triangle is wanted; factorizations as in the books.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import measure

if hasattr(os, "sched_setaffinity"):  # JAX takes as many threads as it sees cores, and lets them wait busily
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # virtual machines hand out huge pages at up to 2 ms a megabyte

sys.path.insert(0, str(Path(__file__).resolve().parent / "data"))

import numpy as np  # noqa: E402
from peers import LIBRARIES  # noqa: E402
from rule_cases import CASES, CONVOLUTIONS  # noqa: E402

SIZES = (50, 200, 500, 1000)
NINE = ("inverse", "logabsdet", "lu", "qr", "cholesky", "svd", "eigh", "expm", "power(10)")
TASKS = ("value", "jvp", "vjp", "again")
WORDS = {"value": "value", "jvp": "value and JVP", "vjp": "value and VJP", "again": "one more VJP"}
AGREEMENT = 1e-10


def parts(Y):
    """A point as a tuple of arrays."""
    return Y if isinstance(Y, tuple) else (np.asarray(Y),)


class Ours:
    """A rule, asked as a reader asks it, with all the checks of its point."""

    def __init__(self, rule, single):
        self.rule, self.bare = rule, (lambda X: X[0]) if single else tuple

    def value(self, X):
        return lambda: self.rule.linearize(self.bare(X))[0]

    def jvp(self, X, dX):
        def task():
            Y, dF = self.rule.linearize(self.bare(X))
            return [*parts(Y), *parts(dF(self.bare(dX)))]

        return task

    def vjp(self, X, Ybar):
        def task():
            Y, dF = self.rule.linearize(self.bare(X))
            return [*parts(Y), *parts(dF.T(Ybar if len(Ybar) > 1 else Ybar[0]))]

        return task

    def again(self, X, Ybar):
        pull = self.rule.at(self.bare(X)).T
        return lambda: list(parts(pull(Ybar if len(Ybar) > 1 else Ybar[0])))


def tasks_of(case, n, libraries, tasks):
    """task → library → a function without arguments; and the point."""
    rng = np.random.default_rng(n)
    X = case.draw(rng, n)
    ours = Ours(case.rule, len(X) == 1)
    dX = parts(case.rule.domain.tangent(rng, ours.bare(X)))
    Y = parts(case.rule(ours.bare(X))) if n <= 50 else parts(ours.value(X)())
    Ybar = tuple(rng.standard_normal(part.shape) for part in Y)
    found = {task: {"matcalc": getattr(ours, task)(X, *_extra(task, dX, Ybar))} for task in tasks}
    for name, library in libraries.items():
        theirs = library.value(case.name, X)
        bars = Ybar if theirs is None else turned(case.name, Y, theirs(), Ybar)
        for task in tasks:
            if each := getattr(library, task)(case.name, X, *_extra(task, dX, bars)):
                found[task][name] = each
    return X, found


def _extra(task, dX, Ybar):
    return {"value": (), "jvp": (dX,)}.get(task, (Ybar,))


def turned(name, ours, theirs, Ybar):
    """Signs of singular vectors, eigenvectors and rows of R are a convention: the point of ours in the peer's."""
    where = {"svd": 0, "eigh": 1, "qr": 0}.get(name)
    if where is None:
        return Ybar
    d = np.sign((ours[where] * np.asarray(theirs[where])).sum(axis=0))
    turn = {"svd": (d, 1, d[:, None]), "eigh": (1, d), "qr": (d, d[:, None])}[name]
    return tuple(bar * sign for bar, sign in zip(Ybar, turn, strict=True))


def difference(case, found, peer):
    """The largest relative distance between our gradient and the peer's."""
    count = len(case.draw(np.random.default_rng(0), 4))
    ours, theirs = (list(found["vjp"][name]())[-count:] for name in ("matcalc", peer))
    for i in case.symmetric:
        ours[i], theirs[i] = ((G + G.T) / 2 for G in (np.asarray(ours[i]), np.asarray(theirs[i])))
    return max(float(np.linalg.norm(a - np.asarray(b)) / np.linalg.norm(a)) for a, b in zip(ours, theirs, strict=True))



def product_of(n):
    """One product into memory that is there already: the speed of the arithmetic alone."""
    A, B, C = np.random.default_rng(0).standard_normal((3, n, n))
    return lambda: np.matmul(A, B, out=C)


def measured(case, n, found, X, rounds, size=None):
    """task → library → seconds, and task → the limit in seconds; all of them in turns with the product."""
    product, (value, pull) = product_of(size or n), case.flops(n, X)
    needed = {"value": value, "jvp": value + pull, "vjp": value + pull, "again": pull}
    seconds, limits = {}, {}
    for task, tasks in found.items():
        seconds[task] = measure.interleaved(tasks | {"product": product}, rounds=rounds)
        limits[task] = needed[task] / 2 * seconds[task].pop("product")
    return seconds, limits


def wanted(n, libraries):
    """JAX is asked for everything up to n = 500; the others, and at n = 1000 all, for the value with its VJP."""
    few = {name: each for name, each in libraries.items() if name == "jax" and n < 1000}
    return [(("vjp",), libraries), (("value", "jvp", "again"), few)]


def row_of(case, n, libraries, label, size=None):
    """(ratios to the limit, milliseconds, differences) of one rule at one size."""
    times, limits, apart = {}, {}, {}
    for tasks, libs in wanted(n, libraries):
        X, found = tasks_of(case, n, libs, tasks)
        seconds, least = measured(case, n, found, X, 3, size)
        times, limits = times | seconds, limits | least
        if tasks == ("vjp",) and n < 1000:
            apart = {peer: difference(case, found, peer) for peer in found["vjp"] if peer != "matcalc"}
    ratios = {name: t / limits["vjp"] for name, t in times["vjp"].items()}
    print(f"  {label}: " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()), flush=True)
    return ratios, limits["vjp"], times, apart


def publish(rows, libraries):
    """The tables and the bars; rows: (name, n) → what ``row_of`` found."""
    names, run = ["matcalc", *libraries], measure.Run("rules", "Rules beside their limits and their peers", METHOD)
    run.table(
        "Value with VJP, over the limit", ["rule", "n", "limit (ms)", *names],
        [[*key, 1e3 * limit, *map(ratios.get, names)] for key, (ratios, limit, _, _) in rows.items()],
    )
    asked = [(task, name) for task in TASKS for name in ("matcalc", "jax") if name in names]
    run.table(
        "Milliseconds", ["rule", "n", *(f"{WORDS[task]}, {name}" for task, name in asked)],
        [[*key, *(milliseconds(times[task], name) for task, name in asked)] for key, (_, _, times, _) in rows.items()],
    )
    run.table(
        "Relative distance of the gradient from the peers'", ["rule", "n", *libraries],
        [[*key, *map(apart.get, libraries)] for key, (_, _, _, apart) in rows.items() if apart],
    )
    bars(run, rows, libraries)
    run.publish()


def milliseconds(times, name):
    return 1e3 * times[name] if name in times else None


def bars(run, rows, libraries):
    """At n = 1000, over the nine rules that were measured beforehand; the other rules are in the tables."""
    ratios = {name: rows[name, 1000][0] for name in NINE}
    mean = measure.geometric_mean
    own = mean(r["matcalc"] for r in ratios.values())
    products = [ratios["power(10)"].get(name, 1.0) for name in ("torch", "matcalc")]
    reasons = {"autograd": AUTOGRAD, "jax": JAX, "torch": OWN.format(*products)}
    run.bar("n = 1000, nine rules, over the limit", own, 1.45, unit="×", why=TRIANGLES)
    for peer, least in (("jax", 1.25), ("torch", 2.0), ("autograd", 3.5)):
        faster = [r[peer] / r["matcalc"] for r in ratios.values() if peer in r]
        number, why = mean(faster) if faster else None, reasons.get(peer, "")
        run.bar(f"the same, faster than {peer}", number, least, most=False, unit="×", why=why)
        everything = [r[peer] / r["matcalc"] for (_, n), (r, *_) in rows.items() if n == 1000 and peer in r]
        if everything:
            run.note(f"All twelve rules of linear algebra, n = 1000: {mean(everything):.2f} × faster than {peer}.")
    if "torch" in libraries:
        faster = ratios["expm"]["torch"] / ratios["expm"]["matcalc"]
        run.bar("expm, n = 1000, faster than torch", faster, 6.5, most=False, unit="×", why=reasons["torch"])
    for (name, n), (r, limit, *_) in rows.items():
        if name.startswith("conv2d"):
            why = SLENDER.format(slender(int(n.partition("→")[0])) / limit)
            run.bar(f"{name}, {n}, over the limit", r["matcalc"], 2.0, unit="×", why=why)
    worst = [apart["jax"] for *_, apart in rows.values() if "jax" in apart]
    run.bar("gradients apart from JAX's", max(worst) if worst else None, AGREEMENT)


def slender(channels):
    """Seconds for the three products of a convolution alone: 16 rows, and a column for each pixel of 32 images."""
    sizes = (16, 9 * channels), (9 * channels, 2**15), (16, 2**15)
    K, columns, G = map(np.random.default_rng(0).standard_normal, sizes)
    tasks = {"value": lambda: K @ columns, "image": lambda: K.T @ G, "kernel": lambda: G @ columns.T}
    return sum(measure.interleaved(tasks).values())


SLENDER = (
    "The limit is that of a square product. The three products of a convolution to 16 channels are 16 rows high, and "
    "alone take {:.1f} times as long; to unfold the windows and to fold them back comes on top."
)
TRIANGLES = (
    "LU, Cholesky and log det work on triangles, where twice the limit is the floor without compiled code."
)
OWN = (
    "PyTorch brings a library of its own, on an Intel processor Intel's. Nothing but products, power(10), takes it "
    "{:.2f} × the limit, where it takes NumPy's library {:.2f} ×."
)
JAX = "Both spend nearly all of it inside LAPACK, each in a build of its own: the processor decides."
AUTOGRAD = "It has six of the nine, and one of them, the power, is the same few products in everybody's hands."
METHOD = (
    "CPU time of one thread on one core, in turns, medians of three; a rule is asked as a reader asks it, with the "
    "checks of its point. The limit: the operations that the formulas need, at the speed of this run's own product of "
    "two n×n matrices. JAX is compiled beforehand; everybody has 64 bits."
)


if __name__ == "__main__":
    sizes = (50, 200) if "--quick" in sys.argv else SIZES
    peers = {name: LIBRARIES[name]() for name in measure.present("jax", "torch", "autograd")}
    rows = {(case.name, n): row_of(case, n, peers, f"{case.name}, n = {n}") for n in sizes for case in CASES}
    for case, channels in zip(CONVOLUTIONS, (3, 16), strict=True):
        label = f"{channels}→16"
        rows[case.name, label] = row_of(case, 1, peers, f"{case.name}, {label}", 1000)
    if sizes == SIZES:
        publish(rows, peers)
