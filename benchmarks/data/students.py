"""Wrong answers as students write them, by hand, each with the kinds of verdict that would be right.

``ANSWERS`` holds (rule, answer, kinds, what went wrong in the student's head). Where two names describe the same
numbers, both are right: 2AX is "A taken as symmetric" as well as "A for Aᵀ".
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

import matcalc as mc

inv, det, tr, eye = np.linalg.inv, np.linalg.det, np.trace, np.eye
norm, solve, outer, diag = np.linalg.norm, np.linalg.solve, np.outer, np.diag
find = mc.find
quadratic, squares, logistic = find("quadratic_form"), find("least_squares_loss"), find("logistic_loss")
affine, linear, bilinear = find("affine"), find("linear_form"), find("bilinear_form")
traced, trace_quadratic = find("trace_product"), find("trace_quadratic")
Q, D, d = quadratic.formulas.constants["A"], squares.formulas.constants["A"], squares.formulas.constants["b"]
P, labels = logistic.formulas.constants["X"], logistic.formulas.constants["y"]
A, B, C = (affine.formulas.constants[name] for name in "ABC")
T = traced.formulas.constants["A"]
U, V = (trace_quadratic.formulas.constants[name] for name in "AB")
x, y, a = bilinear.formulas.constants["x"], bilinear.formulas.constants["y"], linear.formulas.constants["a"]
sigmoid = lambda z: 1 / (1 + np.exp(-z))
pinv = np.linalg.pinv

ANSWERS = [
    # powers
    (mc.power(2), lambda X, dX: 2 * X @ dX, {"scalar_rule", "order", "commuting_only"}, "d(x²) = 2x dx"),
    (mc.power(2), lambda X, dX: 2 * dX @ X, {"scalar_rule", "order", "commuting_only"}, "the same, on the other side"),
    (mc.power(2), lambda X, dX: X @ dX + X @ dX, {"scalar_rule", "order", "commuting_only"}, "both terms in one order"),
    (mc.power(2), lambda X, dX: X @ dX, {"term_missing"}, "only one of the two places"),
    (mc.power(2), lambda X, dX: X @ dX + dX @ X + dX @ dX, {"not_linear"}, "the second-order term is kept"),
    (mc.power(2), lambda X, dX: X @ dX - dX @ X, {"term_wrong"}, "a commutator"),
    (mc.power(2), lambda X, dX: X * dX + dX * X, {"elementwise_for_matrix", "scalar_rule"}, "* for @"),
    (mc.power(2), lambda X, dX: X.T @ dX + dX.T @ X, {"argument_transposed", "tangent_transposed", "other_function",
     frozenset({"argument_transposed", "tangent_transposed"})}, "that is d(XᵀX)"),
    (mc.power(2), lambda X, Ybar: X @ Ybar + Ybar @ X, {"argument_transposed", "adjoint_for_differential"},
     "the transposes forgotten in the adjoint"),
    (mc.power(3), lambda X, dX: 3 * X @ X @ dX, {"scalar_rule", "commuting_only"}, "3x² dx"),
    (mc.power(3), lambda X, dX: 3 * X @ dX @ X, {"commuting_only", "order"}, "dX in the middle, three times"),
    (mc.power(3), lambda X, dX: X @ X @ dX + dX @ X @ X, {"term_missing"}, "the middle place forgotten"),
    (mc.power(3), lambda X, dX: X @ X @ dX + 2 * X @ dX @ X + dX @ X @ X, {"term_wrong", "term_extra"},
     "binomial coefficients"),
    (mc.power(5), lambda X, dX: 5 * np.linalg.matrix_power(X, 4) @ dX, {"scalar_rule", "commuting_only"}, "5x⁴ dx"),
    (mc.power(-2), lambda X, dX: -2 * inv(X @ X @ X) @ dX, {"scalar_rule", "commuting_only"}, "−2x⁻³ dx"),
    # inverse and solve
    (mc.inverse, lambda X, dX: inv(X) @ dX @ inv(X), {"sign"}, "the minus forgotten"),
    (mc.inverse, lambda X, dX: -inv(X @ X) @ dX, {"order", "scalar_rule", "commuting_only"}, "−dx/x²"),
    (mc.inverse, lambda X, dX: -dX @ inv(X) @ inv(X), {"order", "scalar_rule", "commuting_only"}, "−dx/x²"),
    (mc.inverse, lambda X, dX: -dX / X**2, {"scalar_rule", "elementwise_for_matrix"}, "−dX / X**2 in NumPy"),
    (mc.inverse, lambda X, dX: -inv(X) @ dX, {"factor_missing"}, "one inverse forgotten"),
    (mc.inverse, lambda X, dX: -X @ dX @ X, {"inverse_missing"}, "the inverse is not taken"),
    (mc.inverse, lambda X, dX: inv(dX), {"not_linear"}, "the derivative of the inverse is the inverse of dX"),
    (mc.inverse, lambda X, dX: inv(X + dX) - inv(X), {"not_linear"}, "the increment"),
    (mc.inverse, lambda X, dX: -inv(X).T @ dX @ inv(X).T, {"argument_transposed", "adjoint_for_differential"},
     "the adjoint's transposes"),
    (mc.inverse, lambda X, Ybar: -inv(X) @ Ybar @ inv(X), {"argument_transposed", "adjoint_for_differential"},
     "no transposes in the adjoint"),
    (mc.inverse, lambda X, Ybar: inv(X).T @ Ybar @ inv(X).T, {"sign"}, "the minus lost in the adjoint"),
    (mc.inverse, lambda X: np.kron(inv(X).T, inv(X)), {"sign"}, "the Jacobian without its minus"),
    (mc.inverse, lambda X: -np.kron(inv(X), inv(X)), {"argument_transposed"}, "the transpose in the Kronecker product"),
    (mc.inverse, lambda X: -inv(X) @ inv(X), {"wrong_shape"}, "a gradient of a matrix"),
    (mc.solve, lambda X, dX: solve(X[0], dX[1]) + solve(X[0], dX[0] @ solve(*X)), {"term_wrong"}, "a plus for a minus"),
    (mc.solve, lambda X, dX: solve(X[0], dX[1]), {"term_missing"}, "A taken as constant"),
    (mc.solve, lambda X, dX: solve(X[0], dX[1] - dX[0] @ X[1]), {"term_wrong", "factor_missing", "inverse_missing"},
     "B where the solution belongs"),
    (mc.solve, lambda A, B, dA, dB: solve(A, dB) - dA @ solve(A, B), {"factor_missing"}, "A⁻¹ at one term only"),
    (mc.solve, lambda X, Ybar: (-solve(X[0], Ybar) @ solve(*X).T, solve(X[0].T, Ybar)), {"argument_transposed"},
     "A for Aᵀ in one part"),
    # products
    (mc.product, lambda X, dX: dX[0] @ dX[1], {"not_linear"}, "(AB)′ = A′B′"),
    (mc.product, lambda X, dX: X[0] @ dX[1], {"term_missing"}, "A constant"),
    (mc.product, lambda A, B, dA, dB: dA @ B - A @ dB, {"term_wrong"}, "quotient-rule sign"),
    (mc.kron, lambda X, dX: np.kron(dX[0], dX[1]), {"not_linear"}, "d(A ⊗ B) = dA ⊗ dB"),
    (mc.kron, lambda X, dX: np.kron(X[0], dX[1]), {"term_missing"}, "A constant"),
    (mc.kron, lambda X, dX: np.kron(dX[0], X[1]) + np.kron(dX[1], X[0]), {"order", "raises"}, "⊗ taken to commute"),
    (mc.hadamard, lambda X, dX: dX[0] * dX[1], {"not_linear"}, "factor by factor"),
    (affine, lambda X, dX: A @ dX @ B + C, {"not_linear"}, "the constant is kept"),
    (affine, lambda X, Ybar: A @ Ybar @ B, {"raises", "adjoint_for_differential"}, "the differential as adjoint"),
    (affine, lambda X: np.kron(A, B.T), {"correct_other_layout"}, "the Jacobian for stacked rows"),
    (mc.transpose, lambda X, dX: dX, {"transposed", "wrong_shape", "tangent_transposed"}, "dX for dXᵀ"),
    # traces, norms, forms
    (quadratic, lambda x: 2 * Q @ x, {"symmetric_only", "argument_transposed"}, "2Ax"),
    (quadratic, lambda x: Q @ x, {"term_missing"}, "Ax"),
    (quadratic, lambda x: 2 * Q.T @ x, {"symmetric_only", "argument_transposed"}, "2Aᵀx"),
    (quadratic, lambda x, dx: 2 * x @ Q @ dx, {"symmetric_only", "argument_transposed"}, "2xᵀA dx"),
    (quadratic, lambda x: Q @ x - Q.T @ x, {"term_wrong"}, "A − Aᵀ"),
    (quadratic, lambda x, dx: dx @ Q @ dx, {"not_linear"}, "dxᵀ A dx"),
    (linear, lambda x: x, {"unknown", "wrong_shape", "other_function", "term_wrong"}, "x for a"),
    (squares, lambda x: D.T @ (D @ x - d), {"factor"}, "the 2 forgotten"),
    (squares, lambda x: 2 * D.T @ (D @ x - d) / 5, {"factor"}, "the mean instead of the sum"),
    (squares, lambda x: 2 * D.T @ (d - D @ x), {"sign"}, "b − Ax"),
    (squares, lambda x: 2 * D.T @ D @ x, {"term_missing"}, "b forgotten"),
    (squares, lambda x: 2 * (D @ x - d), {"wrong_shape", "factor_missing"}, "Aᵀ forgotten"),
    (squares, lambda x: 2 * D @ (D @ x - d), {"raises"}, "A for Aᵀ"),
    (squares, lambda x: D.T @ (d - D @ x), {frozenset({"sign", "factor"}), "factor"}, "sign and 2"),
    (logistic, lambda w: P.T @ (sigmoid(P @ w) - labels), {"factor"}, "the 1/m forgotten"),
    (logistic, lambda w: P.T @ (labels - sigmoid(P @ w)) / 5, {"sign"}, "y − p"),
    (logistic, lambda w: P.T @ (P @ w - labels) / 5, {"factor_missing", "term_wrong", "unknown"},
     "the sigmoid forgotten"),
    (logistic, lambda w: P.T @ sigmoid(P @ w) / 5, {"term_missing"}, "the labels forgotten"),
    (mc.frobenius_norm, lambda X: X, {"factor", "factor_missing", "other_function"}, "not divided by the norm"),
    (mc.frobenius_norm, lambda X: 2 * X, {"other_function", "factor"}, "the derivative of the square"),
    (mc.frobenius_norm, lambda X: X / (2 * norm(X)), {"factor"}, "½ from the root, but not 2 from the square"),
    (mc.frobenius_norm_squared, lambda X: X, {"factor"}, "the 2 forgotten"),
    (mc.frobenius_norm_squared, lambda X: 2 * norm(X) * np.ones_like(X), {"unknown", "other_function"}, "2‖X‖"),
    (traced, lambda X: T, {"correct_other_layout"}, "numerator layout"),
    (traced, lambda X, dX: np.sum(T.T * dX) + tr(T @ X), {"not_linear"}, "the value added"),
    (trace_quadratic, lambda X: 2 * U @ X @ V, {"symmetric_only", "argument_transposed"}, "A and B as symmetric"),
    (trace_quadratic, lambda X: U @ X @ V, {"term_missing"}, "one of two places"),
    (trace_quadratic, lambda X: U @ X @ V + U @ X @ V.T, {"argument_transposed"}, "Aᵀ forgotten in the second term"),
    (find("trace_power(3)"), lambda X: 3 * X @ X, {"correct_other_layout"}, "no transpose"),
    (find("trace_power(3)"), lambda X: (X @ X).T, {"factor", "term_missing"}, "the 3 forgotten"),
    (find("trace_power(3)"), lambda X: 3 * X**2, {"elementwise_for_matrix", "scalar_rule"}, "entry by entry"),
    (bilinear, lambda X: outer(y, x), {"correct_other_layout"}, "numerator layout"),
    (bilinear, lambda X: np.outer(x, y) * X, {"unknown", "term_wrong"}, "X left in"),
    # determinants
    (mc.det, lambda X: inv(X).T, {"factor", "factor_missing", "other_function"}, "det forgotten"),
    (mc.det, lambda X: det(X) * inv(X), {"correct_other_layout"}, "no transpose"),
    (mc.det, lambda X: det(X) * X.T, {"inverse_missing"}, "the inverse forgotten"),
    (mc.det, lambda X, dX: det(dX), {"not_linear"}, "det is linear, is it not"),
    (mc.det, lambda X, dX: det(X) * tr(inv(X).T @ dX), {"argument_transposed", "tangent_transposed", "transposed"},
     "a transpose too many in the trace"),
    (mc.det, lambda X: eye(len(X)), {"other_function"}, "that is the gradient of the trace"),
    (mc.logabsdet, lambda X: 1 / X, {"scalar_rule", "elementwise_for_matrix"}, "1/x"),
    (mc.logabsdet, lambda X: inv(X).T / det(X), {"factor", "other_function"}, "1/det too much"),
    (mc.logabsdet, lambda X, dX: tr(X @ dX), {"inverse_missing"}, "the inverse forgotten"),
    (mc.logabsdet, lambda X: -inv(X).T, {"sign"}, "a minus"),
    (mc.logdet_spd, lambda X: 2 * inv(X) - diag(diag(inv(X))), {"symmetrised"}, "2G − diag G"),
    (mc.logdet_spd, lambda X: X, {"inverse_missing"}, "the inverse forgotten"),
    # functions of matrices
    (mc.expm, lambda X, dX: la.expm(X) @ dX, {"scalar_rule", "commuting_only"}, "eˣ dx"),
    (mc.expm, lambda X, dX: dX @ la.expm(X), {"scalar_rule", "commuting_only"}, "dx eˣ"),
    (mc.expm, lambda X, dX: np.exp(X) * dX, {"elementwise_for_matrix", "other_function"}, "np.exp"),
    (mc.expm, lambda X, dX: la.expm(dX), {"not_linear"}, "the exponential of dX"),
    (mc.sqrtm_spd, lambda X, dX: inv(la.sqrtm(X)) @ dX / 2, {"scalar_rule", "commuting_only"}, "½x^(−½)"),
    (mc.cholesky, lambda X, dX: la.cholesky(X, lower=True) @ np.tril(
        inv(la.cholesky(X, lower=True)) @ dX @ inv(la.cholesky(X, lower=True)).T),
     {"term_wrong", "entries", "unknown", "factor_missing", "other_function"}, "the diagonal not halved"),
    (mc.pinv, lambda A, dA: -pinv(A) @ dA @ pinv(A), {"term_missing"}, "as for the inverse"),
    (mc.symmetric_part, lambda X, dX: dX, {"term_missing", "tangent_transposed", "symmetric_only",
     frozenset({"term_missing", "term_wrong"}), "other_function"}, "the projection forgotten"),
    (mc.symmetric_part, lambda X, dX: dX + dX.T, {"factor"}, "the half forgotten"),
    (mc.symmetric_part, lambda X, dX: (dX - dX.T) / 2, {"term_wrong", "other_function"}, "the skew part"),
    (mc.elementwise("tanh"), lambda X, dX: (1 - np.tanh(X)) * dX, {"factor_missing", "term_wrong", "unknown"},
     "the square forgotten"),
    (mc.elementwise("tanh"), lambda X, dX: (1 - X**2) * dX, {"term_wrong", "factor_missing"}, "x for tanh x"),
    (mc.elementwise("sigmoid"), lambda X, dX: sigmoid(X) * dX, {"factor_missing", "term_missing", "other_function"},
     "1 − σ forgotten"),
    (mc.elementwise("exp"), lambda X, dX: np.exp(X) @ dX, {"raises"}, "@ for *"),
    (mc.elementwise("sin"), lambda X, dX: -np.cos(X) * dX, {"sign"}, "a minus too many"),
    (mc.elementwise("sin"), lambda X, dX: np.sin(X) * dX, {"other_function", "unknown"}, "sin is its own derivative"),
]
