"""Interactive figures: every state is drawn and said, what travels is small, and JavaScript agrees with NumPy."""

import base64
import gzip
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import matcalc as mc
from matcalc import figures
from matcalc.figures import explorers, frames, palette, widget
from matcalc.figures.live import REPOSITORY

mpl.use("agg")

ROOT = Path(__file__).resolve().parent.parent

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="No node was found, so the figures' JavaScript is not compared.")

SCRIPTS = {  # of each figure, and what it shares with others
    "player": ["player.js"], "step size": ["step_size.js"], "linear map": ["plane.js", "linear_map.js"],
    "gap": ["plane.js", "gap.js"], "lu": ["entries.js", "lu.js"], "kernel": ["entries.js", "kernel.js"],
}  # fmt: skip


def line(t, *_):
    """Draws into the current figure, in black and in one of the book's colors."""
    plt.plot([0, 1], [0, t], color="black")
    plt.plot([0, 1], [t, 0], color=figures.BLUE)


def made(draw=line, *, say=lambda *state: f"state {state}", alt="A line.", **more):
    options = {key: more.pop(key) for key in ("caption", "still") if key in more}
    return figures.player(draw, say=say, alt=alt, **options, **(more or {"t": [0.0, 0.5, 1.0]})).film()


def unpacked(figure):
    film = json.loads(gzip.decompress(base64.b64decode(figure.frames)))
    return ["\n".join(film["pool"][i] for i in frame) for frame in film["frames"]]


def javascript(figure, expression):
    """The value of an expression in the module of a figure."""
    code = f"{widget.script(*SCRIPTS[figure])}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run([NODE, "--input-type=module", "-"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# The player: what it draws


def test_one_frame_and_one_sentence_for_each_state():
    said = []
    figure = made(say=lambda t: said.append(t) or f"t is {t}", t=np.linspace(0, 1, 5))
    assert said == [0, 0.25, 0.5, 0.75, 1]
    assert len(unpacked(figure)) == len(figure.say) == 5
    assert len(set(unpacked(figure))) == 5


def test_two_sliders_make_all_pairs_the_last_one_fastest():
    seen = []
    figure = made(lambda a, b: seen.append((a, b)) or line(a * b), a=[1, 2], b=[3, 4, 5])
    assert seen == [(2, 4), (1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]  # the first look, then the film
    assert [slider["name"] for slider in figure.sliders] == ["a", "b"]
    assert figure.state == {"a": 2, "b": 4}


def test_draw_may_return_a_figure_of_its_own_size():
    def draw(t):
        fig, ax = plt.subplots(figsize=(2, 1))
        ax.plot([0, t])
        return fig

    assert made(draw).size == [144, 72]


def test_no_figure_stays_open():
    before = plt.get_fignums()
    made()._repr_mimebundle_()
    assert plt.get_fignums() == before


def test_the_style_of_the_notebook_is_left_alone():
    before = dict(mpl.rcParams)
    made()
    assert dict(mpl.rcParams) == before


def test_frames_are_well_formed_and_in_theme_colors():
    for frame in unpacked(made()):
        ET.fromstring(frame)
        assert "currentColor" in frame
        assert "#000000" not in frame
        assert f"var(--mc-blue,{figures.BLUE})" in frame


def test_the_stylesheet_knows_every_color_light_and_dark():
    for variable in palette.VARIABLES.values():
        assert widget.InteractiveFigure._css.count(f"{variable}: #") == 2
    light = {
        hue for hue, variable in palette.VARIABLES.items() if f"{variable}: {hue};" in widget.InteractiveFigure._css
    }
    assert light == set(palette.VARIABLES)


def test_the_same_figure_is_the_same_bytes():
    assert made().frames == made().frames


def test_crowded_artists_may_be_rasterized():
    def draw(t):
        plt.scatter(*np.random.default_rng(0).normal(size=(2, 500)), rasterized=True)
        plt.ylim(-t - 1, t + 1)

    assert "image/png" in unpacked(made(draw))[0]


def test_numbers_are_said_with_a_true_minus():
    figure = made(say=lambda t: f"at {t - 1:g} and -.5; well-known, 1e-9, A-1", t=[0.0, 0.5])
    assert figure.say[0] == "at −1 and −.5; well-known, 1e-9, A-1"


def counted():
    """A player of five states, and the list of the states that it has drawn so far."""
    seen = []
    return figures.player(lambda t: seen.append(t) or line(t), say=str, alt="A line.", t=[0, 1, 2, 3, 4]), seen


def test_in_a_kernel_the_film_is_drawn_when_the_front_end_asks(monkeypatch):
    monkeypatch.delenv(figures.play.STATIC, raising=False)
    figure, seen = counted()
    assert seen == [2]
    assert len(unpacked(figure)) == 1
    first = unpacked(figure)[0]
    figure._handle_custom_msg("film", [])
    assert seen == [2, 0, 1, 2, 3, 4]
    assert len(unpacked(figure)) == 5
    assert unpacked(figure)[2] == first
    figure._handle_custom_msg("film", [])
    assert len(seen) == 6


def test_while_pages_are_built_the_film_is_drawn_at_once(monkeypatch):
    monkeypatch.setenv(figures.play.STATIC, "1")
    figure, seen = counted()
    assert len(unpacked(figure)) == len(figure.say) == 5


def test_every_way_to_build_pages_asks_for_the_film():
    for name in "offline.py", "execute.py":
        assert f'os.environ["{figures.play.STATIC}"] = "1"' in (ROOT / "_ext" / name).read_text(encoding="utf-8")


# The player: what travels, and what is left without a script


def test_forty_one_frames_are_far_below_the_budget():
    x = np.linspace(0, 6, 200)
    figure = made(lambda t: plt.plot(x, np.sin(x + t)), t=np.linspace(0, 1, 41))
    assert len(base64.b64decode(figure.frames)) < frames.BUDGET / 2


def test_too_much_for_the_budget_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"kB compressed.*250 kB.*rasterized"):
        made(lambda t: plt.plot(*rng.normal(size=(2, 9000))), t=range(6))


def test_the_still_is_the_first_state_shown():
    figure = made(t=np.linspace(0, 1, 11), still=0.31)
    assert figure.index == [3]
    assert figure.words() == f"A line. {figure.say[3]}"
    assert made(a=[1, 2], b=["x", "y"], still=(2, "x")).index == [1, 0]


def test_every_place_gets_its_form():
    figure = made(alt='A "line" < 1.', caption="It turns.")
    data, _ = figure._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == figure.words()
    assert 'alt="A &quot;line&quot; &lt; 1. state' in data["text/html"]
    assert "<figcaption>It turns.</figcaption>" in data["text/html"]
    assert f'"model_id":"{view["model_id"]}"' in data["text/html"]


def test_only_text_and_numbers_travel():
    state = made().get_state()
    json.dumps({key: value for key, value in state.items() if key != "layout"})


# The player: what it refuses


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "one or two sliders.*got none"),
        ({"a": [1, 2], "b": [1, 2], "c": [1, 2]}, TypeError, r"got 3 \(a, b, c\)"),
        ({"t": []}, ValueError, "slider t needs a sequence of at least two"),
        ({"t": 3}, ValueError, "slider t needs a sequence"),
        ({"t": "abc"}, ValueError, "slider t needs a sequence"),
        ({"t": range(999)}, ValueError, "999 states are too many"),
        ({"t": [1, 2], "still": (1, 2)}, ValueError, "one value for each of t"),
        ({"t": [1, 2], "alt": " "}, ValueError, "alt must say in words"),
        ({"t": [1, 2], "say": "now"}, TypeError, "say must be a function of the state, got str"),
        ({"t": [1, 2], "say": lambda t: t}, TypeError, "must return a sentence, got 1"),
        ({"t": [1, 2], "draw": None}, TypeError, "draw must be a function of the state, got NoneType"),
        ({"t": [1, 2], "draw": lambda t: 7}, TypeError, "it returned int and the current figure is empty"),
    ],
)
def test_a_wrong_argument_is_named(arguments, error, message):
    given = {"draw": line, "say": lambda *state: "now", "alt": "A line."} | arguments
    with pytest.raises(error, match=message):
        figures.player(**given)
    assert plt.get_fignums() == []


def test_alt_and_say_are_required():
    with pytest.raises(TypeError, match="'say' and 'alt'"):
        figures.player(line, t=[1, 2])


# The ready-made figures: each shows its claim


def test_insertion_terms_reach_the_derivative():
    figure = figures.insertion_terms(4)
    assert len(figure.say) == 4
    assert "what is missing" in figure.say[0]
    assert "the sum is the derivative" in figure.say[-1]
    with pytest.raises(ValueError, match="k must be at least 2"):
        figures.insertion_terms(1)


def test_near_a_singular_matrix_the_derivative_has_the_square_of_the_norm():
    figure = figures.near_singular(frames=5)
    assert "singular" in figure.say[2]
    value, slope = map(float, re.search(r"norm (\S+), its derivative (\S+),", figure.say[1]).groups())
    assert slope == pytest.approx(value**2)


def test_the_step_size_curve_has_the_known_least_errors():
    curves = figures.step_size_curve("inverse").data["curves"]
    least = {curve["name"]: min(curve["error"]) for curve in curves}
    assert 1e-9 < least["forward"] < 1e-7
    assert 1e-12 < least["central"] < 1e-9
    assert least["Richardson"] < least["central"]
    assert least["complex step"] < 1e-15


@pytest.mark.parametrize("rule", explorers.MAPS)
def test_every_explorer_has_a_still(rule):
    assert figures.linear_map_explorer(rule).png().startswith(b"\x89PNG")
    assert "letter F" in figures.linear_map_explorer(rule).words()


@pytest.mark.parametrize("make", [figures.lu_explorer, figures.gap_explorer, figures.kernel_explorer])
def test_every_explorer_tells_its_room_and_its_picture(make):
    data, _ = make()._repr_mimebundle_()
    assert re.search(
        r'<img alt="[^"]{40,}" src="data:image/png;base64,[^"]+" width="\d+" height="\d+"', data["text/html"]
    )
    assert data["image/png"]


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (figures.linear_map_explorer, {"rule_name": "cube"}, "'cube' is not among"),
        (figures.linear_map_explorer, {"X": np.eye(3)}, r"X must be 2×2, got shape \(3, 3\)"),
        (figures.lu_explorer, {"X": np.eye(4)}, r"2×2 or both 3×3, got shapes \(4, 4\) and \(3, 3\)"),
        (figures.lu_explorer, {"X": [[0, 1], [1, 0]], "dX": np.eye(2)}, "pivot 1 is 0.0e"),
        (figures.gap_explorer, {"A": [[1, 2], [3, 4]]}, r"A must be a symmetric 2×2 matrix, got \[\[1"),
        (figures.kernel_explorer, {"image": np.eye(2)}, r"got shapes \(2, 2\) and \(3, 3\)"),
        (figures.kernel_explorer, {"window": 16}, r"one of 0 … 15, got 16"),
    ],
)
def test_explorers_name_a_wrong_argument(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


# JavaScript against NumPy


@needs_node
@pytest.mark.parametrize("figure", SCRIPTS)
def test_modules_are_modules(figure):
    assert javascript(figure, "1 + 1") == 2


@needs_node
@pytest.mark.parametrize("rule", explorers.MAPS)
def test_the_browser_computes_what_the_rule_computes(rule):
    rng = np.random.default_rng(5)
    for t in (0.0, 0.3, 1.0):
        X, dX = np.eye(2) + 0.3 * rng.standard_normal((2, 2)), rng.standard_normal((2, 2))
        arguments = ", ".join(json.dumps(a) for a in (rule, X.tolist(), dX.tolist(), t))
        seen = javascript("linear map", f"compare({arguments})")
        Y, change = explorers.linearized(rule, X, dX)
        exact, _ = explorers.linearized(rule, X + t * dX, dX)
        np.testing.assert_allclose(seen["exact"], exact, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(seen["linear"], Y + t * change, rtol=1e-9, atol=1e-12)
        remainder = mc.norm(exact - Y - t * change)
        assert seen["remainder"] == pytest.approx(remainder, rel=1e-6, abs=1e-12)
        assert seen["ratio"] is None if t == 0 else seen["ratio"] == pytest.approx(remainder / t**2, rel=1e-6)


@needs_node
def test_the_browser_knows_where_there_is_no_inverse():
    assert javascript("linear map", "compare('inverse', [[1, 0], [0, 1]], [[-1, 0], [0, 0]], 1)") is None


@needs_node
@pytest.mark.parametrize("n", [2, 3])
def test_the_browser_eliminates_as_the_rule_does(n):
    rng = np.random.default_rng(n)
    for _ in range(5):
        X, dX = mc.lu_unpivoted.domain.sample(rng, n), rng.standard_normal((n, n))
        seen = javascript("lu", f"eliminate({X.tolist()}, {dX.tolist()})")
        (L, U), dF = mc.lu_unpivoted.linearize(X)
        for name, A in zip(("L", "U", "dL", "dU"), (L, U, *dF(dX)), strict=True):
            np.testing.assert_allclose(np.array(seen[name], float), A, rtol=1e-9, atol=1e-12)
        assert seen["stop"] is None


@needs_node
@pytest.mark.parametrize(
    ("X", "stop", "words"),
    [
        ([[0, 1], [1, 0]], 0, "The first pivot is zero"),
        ([[1, 2, 3], [1, 2, 0], [1, 1, 1]], 1, "The second pivot is zero"),
        ([[1, 2], [2, 4]], None, "The last pivot is zero: X is singular, but nothing is divided by it"),
        ([[0.01, 1], [1, 1]], None, "The first pivot, 0.0100, is close to zero"),
        ([[2, 1], [6, 8]], None, "The pivots are 2.00 and 5.00; dL has norm"),
    ],
)
def test_the_browser_stops_where_the_rule_refuses(X, stop, words):
    call = f"(f => [f, say({X}, f)])(eliminate({X}, {np.ones_like(X).tolist()}))"
    seen, said = javascript("lu", call)
    assert seen["stop"] == stop
    assert mc.lu_unpivoted.domain.contains(np.array(X, float)) == (stop is None)
    assert said.startswith(words)
    if stop is not None:  # what was finished before stands, the rest is not made up
        assert seen["U"][stop] == [0] * stop + seen["U"][stop][stop:]
        assert seen["dL"][stop + 1][stop] is None


@needs_node
def test_the_browser_turns_eigenvectors_as_the_rule_does():
    rng = np.random.default_rng(2)
    for _ in range(5):
        A, dA = (mc.symmetric_part(rng.standard_normal((2, 2))) for _ in range(2))
        values, slopes = javascript("gap", f"[spectrum({A.tolist()}), slopes({A.tolist()}, {dA.tolist()})]")
        (eigenvalues, V), dF = mc.eigh.linearize(A)
        dvalues, dV = dF(dA)
        np.testing.assert_allclose(values["values"], eigenvalues)
        np.testing.assert_allclose(slopes["values"], dvalues)
        turn = np.linalg.det([V[:, 1], dV[:, 1]])  # the angle's rate: across the unit vector, counterclockwise
        assert slopes["turn"] == pytest.approx(turn)
        assert values["gap"] == pytest.approx(np.diff(eigenvalues)[0])
        by = javascript("gap", f"turned({A.tolist()}, {dA.tolist()}, 1e-6)")
        assert by == pytest.approx(1e-6 * turn, rel=1e-3, abs=1e-12)


@needs_node
def test_where_eigenvalues_meet_the_browser_says_so():
    assert javascript("gap", "slopes([[1, 0], [0, 1]], [[1, 2], [2, 0]])") is None
    assert "The gap is zero" in javascript("gap", "say([[1, 0], [0, 1]], [[1, 2], [2, 0]], .5)")


@needs_node
def test_the_browser_slides_a_kernel_as_the_rules_do():
    rng = np.random.default_rng(3)
    X, K, Y = rng.standard_normal((5, 6)), rng.standard_normal((2, 3)), rng.standard_normal((4, 4))
    image, kernel, cotangent = (json.dumps(A.tolist()) for A in (X, K, Y))
    np.testing.assert_allclose(javascript("kernel", f"im2col({image}, [2, 3])"), mc.im2col((2, 3))(X))
    value, dF = mc.conv2d().linearize((X[None, None], K[None, None], np.zeros(1)))
    np.testing.assert_allclose(javascript("kernel", f"correlate({image}, {kernel})"), value[0, 0], atol=1e-12)
    Xbar, Kbar, _ = dF.T(Y[None, None])
    back = javascript("kernel", f"pull({image}, {kernel}, {cotangent})")
    np.testing.assert_allclose(back["image"], Xbar[0, 0], atol=1e-12)
    np.testing.assert_allclose(back["kernel"], Kbar[0, 0], atol=1e-12)


@needs_node
def test_the_two_parts_of_the_error_add_up_to_what_is_measured():
    data = figures.step_size_curve("inverse").data
    for curve in data["curves"]:
        calls = f"{json.dumps(data['h'])}.map(h => parts({json.dumps(curve)}, h))"
        total = np.array([p["truncation"] + p["rounding"] for p in javascript("step size", calls)])
        ordinary = np.asarray(data["h"]) < 0.1
        ratio = total[ordinary] / np.asarray(curve["error"])[ordinary]
        assert np.median(abs(np.log10(ratio))) < 0.5


@needs_node
def test_the_browser_finds_the_frame_of_a_state():
    assert javascript("player", "[[0, 0], [0, 2], [1, 0], [1, 2]].map(i => place(i, [2, 3]))") == [0, 2, 3, 5]
    assert javascript("player", "[pace(41, false) < 200, pace(41, true)]") == [True, 500]


# Live: where only a kernel can answer


def total(X, dX):
    """A picture of both matrices."""
    fig, axes = plt.subplots(1, 2)
    for ax, A in zip(axes, (X, dX), strict=True):
        figures.heat(ax, A, 5)
    return fig


def asked(function=total, alt="Two heat maps.", **inputs):
    inputs = inputs or {"X": np.eye(2), "dX": np.ones((2, 2))}
    return figures.live(function, notebook="chapters/inverse", alt=alt, **inputs)


def test_the_page_shows_the_first_answer_and_where_to_ask():
    data = asked()._repr_mimebundle_()
    page = data["text/html"]
    assert '<img alt="Two heat maps." src="data:image/png' in page
    assert "To put in <i>X</i> and <i>dX</i> of your own" in page
    assert page.count('href="https://') == 3
    assert "main?urlpath=lab/tree/chapters/inverse.ipynb" in page
    assert "widget-view" not in page  # no figure that a script would have to draw
    assert data["application/vnd.jupyter.widget-view+json"]
    assert data["image/png"]


def test_the_links_lead_to_the_book_s_own_repository():
    config = (Path(__file__).resolve().parent.parent / "_config.yml").read_text(encoding="utf-8")
    assert f"url: https://github.com/{REPOSITORY}" in config


def test_what_is_typed_is_asked():
    seen = []
    figure = asked(lambda **values: seen.append(values) or len(seen), X=np.eye(2), f="inv(X)", h=0.1)
    figure.fields["X"].value = "1, 2; 3 -4"
    figure.fields["f"].value = "X @ X"
    figure.fields["h"].value = 0.5
    assert figure.answer.value == "<pre>4</pre>"
    assert seen[-1]["X"].tolist() == [[1, 2], [3, -4]]
    assert (seen[-1]["f"], seen[-1]["h"]) == ("X @ X", 0.5)


def test_what_is_wrong_is_said():
    figure = asked()
    figure.fields["X"].value = "1 2; 3"
    assert "X must be rows of numbers of one length" in figure.answer.value
    figure.fields["X"].value = "1 2; 3 4"
    assert "<img" in figure.answer.value


def test_a_refused_claim_is_an_answer():
    figure = asked(lambda X: mc.verify_derivative(np.linalg.inv, lambda X, dX: dX, X), X=np.array([[1.0, 2], [3, 5]]))
    assert "REFUSED" in figure.answer.value


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"function": "total"}, TypeError, "expected a function of the inputs, got str"),
        ({"alt": ""}, ValueError, "alt must say in words"),
    ],
)
def test_live_names_a_wrong_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        asked(**arguments)
    with pytest.raises(TypeError, match="expected an input"):
        figures.live(total, notebook="chapters/inverse", alt="Nothing.")


# The package


def test_figures_are_loaded_when_they_are_used():
    code = "import sys, matcalc; print('matcalc.figures' in sys.modules, 'anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_static_files_are_beside_the_module():
    folder = Path(widget.__file__).parent / "static"
    assert {path.name for path in folder.iterdir()} == {"common.js", "figure.css"}.union(*SCRIPTS.values())


@pytest.mark.parametrize(("value", "text"), [
    (1e-8, "10⁻⁸"), (-3.1623e-5, "−3.162·10⁻⁵"), (1e20, "10²⁰"), (-0.25, "−0.25"), (3, "3"), ("a-b", "a-b"),
])  # fmt: skip
def test_a_state_is_written_as_people_write_it(value, text):
    assert figures.play.label(value) == text
