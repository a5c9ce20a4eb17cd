"""A field to type an expression into: its derivation appears below, or the place where the reading stopped."""

from __future__ import annotations

from html import escape

EXAMPLES = {
    "a trace": ("tr(A*X*B*X')", "X", ""),
    "the same, A and B symmetric": ("tr(A*X*B*X')", "X", "A B"),
    "a log-determinant": ("logdet(X'*A*X)", "X", "A"),
    "least squares": ("norm(A*x - b)^2", "x", ""),
    "a Rayleigh quotient": ("x'*A*x/(x'*x)", "x", "A"),
    "softmax": ("exp(x)/sum(exp(x))", "x", ""),
    "the Gram matrix": ("X'*X", "X", ""),
}


def answer(text, by, symmetric=""):
    """What the field shows: HTML with the derivation in LaTeX, or the error as it is printed."""
    from . import CannotDerive, ExpressionError, FalseLine, derive

    names = by.replace(",", " ").split()
    try:
        D = derive(text, *names, **({"symmetric": symmetric} if symmetric.strip() else {}))
    except (ExpressionError, CannotDerive, FalseLine) as error:
        return f'<pre class="matcalc-refused">{escape(str(error))}</pre>'
    return f"{D._repr_latex_()}<p>{escape(f'{len(D.report.checks)} comparisons with numbers, all passed.')}</p>"


def field(text="tr(A*X*B*X')", by="X", symmetric=""):
    """Three text fields (expression, letters to differentiate by, symmetric letters), examples, the derivation."""
    import ipywidgets as w

    wide, style = w.Layout(width="95%"), {"description_width": "9em"}
    names = {"expression": text, "differentiate by": by, "symmetric": symmetric}
    look = {"layout": wide, "style": style, "continuous_update": False}  # derived when Enter is pressed
    fields = [w.Text(value=start, description=name, **look) for name, start in names.items()]
    menu = w.Dropdown(options=["choose …", *EXAMPLES], description="examples", layout=wide, style=style)
    shown = w.HTMLMath(value=answer(text, by, symmetric))

    def derive_again(_):
        shown.value = answer(*(part.value for part in fields))

    def take(change):
        if change["new"] in EXAMPLES:
            for part, start in zip(fields, EXAMPLES[change["new"]], strict=True):
                part.value = start

    for part in fields:
        part.observe(derive_again, "value")
    menu.observe(take, "value")
    return w.VBox([*fields, menu, shown])
