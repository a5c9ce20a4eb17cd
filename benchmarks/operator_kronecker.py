"""The derivative as an operator beside its Jacobian as a Kronecker product: time, memory, exponents, the crossing.

    python benchmarks/operator_kronecker.py [--quick]
"""

from __future__ import annotations

import sys

from measure import Run, gflops, interleaved, product_of  # first: one thread

# isort: split
import numpy as np

import matcalc as mc

SIZES = (4, 6, 8, 10, 12, 14, 16, 20, 30, 50, 70, 100, 150, 200)
LARGEST = 100  # the Jacobian of 200×200 matrices would take 12.8 GB


def operator(X, dX):
    """−Y dX Y: one inverse, two products."""
    Y = np.linalg.inv(X)
    return -Y @ dX @ Y


def rule(X, dX):
    """The same through the book's rule, which looks at its input first."""
    return mc.inverse.at(X)(dX)


def kronecker(X, dX):
    """vec⁻¹(J vec dX) with J = −X⁻ᵀ ⊗ X⁻¹ built in full."""
    Y = np.linalg.inv(X)
    return mc.unvec(-np.kron(Y.T, Y) @ mc.vec(dX), X.shape)


def exponent(sizes, values):
    """The slope of a line through the points in a log-log plot, over the larger half of the sizes."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(values[half:]), 1)[0])


def crossing(rows):
    """The first size from which on the operator is the faster: rows of (n, its time, the other's time)."""
    slower = [n for n, one, other in rows if other < one]
    return next((n for n, *_ in rows if n > max(slower, default=0)), None)


def measured(n, rounds):
    """Seconds of the operator, the rule, the Kronecker product and one product of matrices, in turns."""
    rng = np.random.default_rng(n)
    X, dX = rng.standard_normal((n, n)) + 2 * np.sqrt(n) * np.eye(n), rng.standard_normal((n, n))
    tasks = {"operator": lambda: operator(X, dX), "rule": lambda: rule(X, dX), "product": product_of(n)}
    if n <= LARGEST:
        J = -np.kron(np.linalg.inv(X).T, np.linalg.inv(X))
        tasks |= {"kronecker": lambda: kronecker(X, dX), "applied": lambda: mc.unvec(J @ mc.vec(dX), X.shape)}
        found, other = operator(X, dX), kronecker(X, dX)
        assert np.linalg.norm(found - other) <= 1e-12 * np.linalg.norm(found)
    return interleaved(tasks, rounds=rounds if n < 70 else 3)


def bytes_of(n):
    """What the two hold at once: X⁻¹, its product with dX and the result, beside n⁴ numbers."""
    return 8 * 3 * n**2, 8 * (n**4 + 3 * n**2)


def main(quick=False):
    run = Run("operator_kronecker", "Operator against Kronecker product", (
        "d(X⁻¹) along one direction: −Y dX Y with Y computed, beside the n²×n² Jacobian −Yᵀ⊗Y, built in full and "
        "multiplied by vec dX; and beside a Jacobian that stands ready and is only multiplied. CPU time of one thread, "
        "in turns, medians. The limit is what the flops of the inverse and two products (6n³) take at the run's own "
        "GEMM rate. Memory is counted, not measured. Exponents are fitted to the larger half of the sizes."))
    rows = []
    for n in SIZES[:9] if quick else SIZES:
        s = measured(n, 5 if quick else 15)
        small, large = bytes_of(n)
        full, ready = s.get("kronecker"), s.get("applied")
        rows.append([n, 1e6 * s["operator"], full and 1e6 * full, full and full / s["operator"], ready and 1e6 * ready,
                     1e6 * s["rule"],
                     s["operator"] / (3 * s["product"]), gflops(n, s["product"]), small / 1e6, large / 1e6])
    run.table("Time and memory of one directional derivative of the inverse", [
        "n", "operator, µs", "Kronecker, µs", "ratio", "Jacobian ready, µs", "mc.inverse, µs",
        "operator over the limit", "GEMM, Gflop/s", "operator, MB", "Kronecker, MB"], rows)  # fmt: skip
    both = [row for row in rows if row[2] is not None]
    sizes = [row[0] for row in both]
    growth = [[form, exponent(sizes, [row[k] for row in both]), flops]
              for form, k, flops in (("operator", 1, 3), ("Kronecker", 2, 4), ("Jacobian ready", 4, 4))]
    run.table("Growth with n", ["form", "time grows like n to the", "flops grow like n to the"], growth)
    first, ready = (crossing([(row[0], row[1], row[k]) for row in both]) for k in (2, 4))
    last = both[-1]
    run.note(f"The operator is the faster from n = {first} on, and where the Jacobian stands ready from n = {ready}.")
    run.note(f"At n = {last[0]} it is {last[3]:.0f} times faster and takes {last[9] / last[8]:.0f} times less memory.")
    why = "A Jacobian that stands ready is read once: how fast that is depends on what the processor's cache holds."
    run.bar("the size from which on the operator is faster, though the Jacobian stands ready", ready, 16, why=why)
    if not quick:
        run.bar("n = 100: the operator is faster", last[3], 500, most=False, unit="times")
    return run.publish()


if __name__ == "__main__":
    main("--quick" in sys.argv)
