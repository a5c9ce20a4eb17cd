"""Formulas of the standard sheets that the sheet's own data state in Python, here in the text form of the book.

id: (function, by, claim, kind of claim, what custom does not say). A claim is the formula that the sheet prints.
"""

GAUSS = "exp(-1/2*(s-u)'*inv(S)*(s-u))/sqrt(det(2*pi*S))"
OTHER = "exp(-1/2*(s-w)'*inv(T)*(s-w))/sqrt(det(2*pi*T))"
MIXTURE = f"log(r*{GAUSS} + q*{OTHER})"
SHARE = f"(r*{GAUSS})/(r*{GAUSS} + q*{OTHER})"
MIXED = {"shapes": {"s": "n", "u": "n", "w": "n", "S": "n×n", "T": "n×n"}}
DENSITY = "exp(-(t-mu)^2/(2*sigma^2))/sqrt(2*pi*sigma^2)"
PART = f"log(rho*{DENSITY} + q)"
CENTRED = "(x - sum(x)/n*ones)"
NORMALIZED = f"{CENTRED}/sqrt(norm({CENTRED})^2/n + 1/10)"
NORMAL = ("-p/2*logdet(U) - n/2*logdet(V) - 1/2*tr(inv(V)*(X-M)'*inv(U)*(X-M))")
SHAPES = {"shapes": {"X": "n×p", "M": "n×p", "U": "n×n", "V": "p×p"}}

TEXTS = {
    "mc-032": ("X", "X", "dX", "differential", {}),
    "mc-039": ("kron(X,Y)", "X Y", "kron(dX,Y) + kron(X,dY)", "differential", {}),
    "mc-065": ("tr(X)", "X", "I", "gradient", {"square": "X"}),
    "mc-066": ("det(X)", "X", "det(X)*inv(X)'", "gradient", {}),
    "mc-074": ("X*A", "X", "dX*A", "differential", {}),
    "mc-075": ("X'*A", "X", "dX'*A", "differential", {}),
    "mc-076": ("sum(X)^2", "X", "2*sum(X)*ones", "gradient", {"shapes": {"X": "m×n"}}),
    "mc-079": ("X'*B*X", "X", "dX'*B*X + X'*B*dX", "differential", {}),
    "mc-092": ("a'*(X^3)'*X^3*b", "X",
               "X^3*(b*a'+a*b')*(X')^2 + X'*X^3*(b*a'+a*b')*X' + (X')^2*X^3*(b*a'+a*b')",
               "gradient", {}),
    "mc-093": ("sin(B*x)'*A*cos(D*x)", "x",
               "(diag(cos(B*x))*B)'*A*cos(D*x) - (diag(sin(D*x))*D)'*A'*sin(B*x)", "gradient", {}),
    "mc-098b": ("tr(expm(X))", "X", "expm(X)'", "gradient", {}),
    "mc-099": ("tr(X)", "X", "I", "gradient", {}),
    "mc-105": ("tr(kron(A,X))", "X", "tr(A)*I", "gradient", {}),
    "mc-120": ("tr(kron(X,X))", "X", "2*tr(X)*I", "gradient", {}),
    "mc-133": ("log(abs(det(A + t*B + s*C)))", "t", "tr(inv(A + t*B + s*C)*B)", "gradient", {}),
    "mc-136": ("sum(sin(X*X))", "X", "X'*cos(X*X) + cos(X*X)*X'", "gradient", {}),
    "mc-137": ("sum(sin(X*X))", "X", "X'*cos(X*X) + cos(X*X)*X'", "gradient", {}),
    "mc-142": ("tr(A*X)", "X", "A .* I", "gradient", {"diagonal": "X"}),
    "mc-392": (MIXTURE, "r", f"{SHARE}/r", "gradient", MIXED),
    "mc-394": (MIXTURE, "u", f"{SHARE}*inv(S)*(s-u)", "gradient", MIXED | {"positive_definite": "S T"}),
    "mc-396": (MIXTURE, "S", f"{SHARE}*1/2*(inv(S)*(s-u)*(s-u)'*inv(S) - inv(S))", "gradient",
               MIXED | {"positive_definite": "S T"}),
    "mc-488": ("sin(b'*x) + x'*A*x", "x", "dx'*(A+A')*dx - sin(b'*x)*(b'*dx)^2", "second", {}),
    "mc-555": (DENSITY, "mu", f"{DENSITY}*(t-mu)/sigma^2", "gradient", {}),
    "mc-556": (f"log({DENSITY})", "mu", "(t-mu)/sigma^2", "gradient", {}),
    "mc-557": (DENSITY, "sigma", f"{DENSITY}/sigma*((t-mu)^2/sigma^2 - 1)", "gradient", {}),
    "mc-558": (f"log({DENSITY})", "sigma", "1/sigma*((t-mu)^2/sigma^2 - 1)", "gradient", {}),
    "mc-565": (PART, "mu", f"rho*{DENSITY}/(rho*{DENSITY} + q)*(t-mu)/sigma^2", "gradient", {}),
    "mc-569": ("exp(x)/sum(exp(x))", "x", "diag(exp(x)/sum(exp(x))) - exp(x)*exp(x)'/sum(exp(x))^2", "jacobian", {}),
    "gi-08": ("p*I + q*A + r*A^2 + s*A^3", "A",
              "q*dA + r*(dA*A + A*dA) + s*(dA*A^2 + A*dA*A + A^2*dA)", "differential", {}),
    "gi-16": ("-3/2*logdet(S) - 1/2*tr((X - ones*u')*inv(S)*(X - ones*u')')", "u",
              "inv(S)*(X - ones*u')'*ones", "gradient", {"positive_definite": "S", "shapes": {"X": "N×n"}}),
    "su-pinv": ("pinv(A)", "A", "-pinv(A)*dA*pinv(A) + pinv(A)*pinv(A)'*dA'*(I - A*pinv(A))"
                " + (I - pinv(A)*A)*dA'*pinv(A)'*pinv(A)", "differential", {}),
    "su-proj": ("A*pinv(A)", "A", "(I - A*pinv(A))*dA*pinv(A) + ((I - A*pinv(A))*dA*pinv(A))'", "differential", {}),
    "su-power": ("A^3", "A", "dA*A^2 + A*dA*A + A^2*dA", "differential", {}),
    "su-powerK": ("A^3", "A", "kron((A^2)',A^0) + kron(A',A) + kron(A^0,A^2)", "jacobian", {"shapes": {"A": "n×n"}}),
    "su-K": ("X'", "X", "dX'", "differential", {}),
    "su-gram": ("A'*A", "A", "dA'*A + A'*dA", "differential", {}),
    "su-2nd": ("det(A)", "A", "det(A)*(tr(inv(A)*dA)^2 - tr(inv(A)*dA*inv(A)*dA))", "second", {}),
    "su-hlogdet": ("log(abs(det(X)))", "X", "-tr(inv(X)*dX*inv(X)*dX)", "second", {}),
    "su-mn": (NORMAL, "U", "1/2*(inv(U)*(X-M)*inv(V)*(X-M)'*inv(U) - p*inv(U))", "gradient",
              SHAPES | {"positive_definite": "U V"}),
    "su-ln": (NORMALIZED, "x", f"(I - (x.^0)*(x.^0)'/n - {NORMALIZED}*({NORMALIZED})'/n)"
              f"/sqrt(norm({CENTRED})^2/n + 1/10)", "jacobian", {"shapes": {"x": "n"}}),
}  # fmt: skip
