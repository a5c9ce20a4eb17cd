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

mpl.use("agg")

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="No node was found, so the figures' JavaScript is not compared.")

SCRIPTS = ["player.js", "linear_map.js", "step_size.js"]


def line(t, *_):
    """Draws into the current figure, in black and in one of the book's colors."""
    plt.plot([0, 1], [0, t], color="black")
    plt.plot([0, 1], [t, 0], color=figures.BLUE)


def made(draw=line, *, say=lambda *state: f"state {state}", alt="A line.", **more):
    options = {key: more.pop(key) for key in ("caption", "still") if key in more}
    return figures.player(draw, say=say, alt=alt, **options, **(more or {"t": [0.0, 0.5, 1.0]}))


def unpacked(figure):
    film = json.loads(gzip.decompress(base64.b64decode(figure.frames)))
    return ["\n".join(film["pool"][i] for i in frame) for frame in film["frames"]]


def javascript(script, expression):
    """The value of an expression in the module of a figure."""
    code = f"{widget.script(script)}\nconsole.log(JSON.stringify({expression}));"
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
    assert seen == [(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]
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


def test_without_row_exchanges_lu_has_no_bounded_derivative():
    figure = figures.lu_explorer(frames=5)
    plain, pivoted = map(float, re.search(r"norm (\S+); with row exchanges (\S+)\.$", figure.say[-1]).groups())
    assert plain > 1000 > 10 > pivoted


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


def test_explorers_name_a_wrong_argument():
    with pytest.raises(ValueError, match="'cube' is not among"):
        figures.linear_map_explorer("cube")
    with pytest.raises(ValueError, match=r"X must be 2×2, got shape \(3, 3\)"):
        figures.linear_map_explorer(X=np.eye(3))


# JavaScript against NumPy


@needs_node
@pytest.mark.parametrize("script", SCRIPTS)
def test_modules_are_modules(script):
    assert javascript(script, "1 + 1") == 2


@needs_node
@pytest.mark.parametrize("rule", explorers.MAPS)
def test_the_browser_computes_what_the_rule_computes(rule):
    rng = np.random.default_rng(5)
    for t in (0.0, 0.3, 1.0):
        X, dX = np.eye(2) + 0.3 * rng.standard_normal((2, 2)), rng.standard_normal((2, 2))
        arguments = ", ".join(json.dumps(a) for a in (rule, X.tolist(), dX.tolist(), t))
        seen = javascript("linear_map.js", f"compare({arguments})")
        Y, change = explorers.linearized(rule, X, dX)
        exact, _ = explorers.linearized(rule, X + t * dX, dX)
        np.testing.assert_allclose(seen["exact"], exact, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(seen["linear"], Y + t * change, rtol=1e-9, atol=1e-12)
        remainder = mc.norm(exact - Y - t * change)
        assert seen["remainder"] == pytest.approx(remainder, rel=1e-6, abs=1e-12)
        assert seen["ratio"] is None if t == 0 else seen["ratio"] == pytest.approx(remainder / t**2, rel=1e-6)


@needs_node
def test_the_browser_knows_where_there_is_no_inverse():
    assert javascript("linear_map.js", "compare('inverse', [[1, 0], [0, 1]], [[-1, 0], [0, 0]], 1)") is None


@needs_node
def test_the_two_parts_of_the_error_add_up_to_what_is_measured():
    data = figures.step_size_curve("inverse").data
    for curve in data["curves"]:
        calls = f"{json.dumps(data['h'])}.map(h => parts({json.dumps(curve)}, h))"
        total = np.array([p["truncation"] + p["rounding"] for p in javascript("step_size.js", calls)])
        ordinary = np.asarray(data["h"]) < 0.1
        ratio = total[ordinary] / np.asarray(curve["error"])[ordinary]
        assert np.median(abs(np.log10(ratio))) < 0.5


@needs_node
def test_the_browser_finds_the_frame_of_a_state():
    assert javascript("player.js", "[[0, 0], [0, 2], [1, 0], [1, 2]].map(i => place(i, [2, 3]))") == [0, 2, 3, 5]
    assert javascript("player.js", "[pace(41, false) < 200, pace(41, true)]") == [True, 500]


# The package


def test_figures_are_loaded_when_they_are_used():
    code = "import sys, matcalc; print('matcalc.figures' in sys.modules, 'anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_static_files_are_beside_the_module():
    folder = Path(widget.__file__).parent / "static"
    assert {path.name for path in folder.iterdir()} == {"common.js", "figure.css", *SCRIPTS}
