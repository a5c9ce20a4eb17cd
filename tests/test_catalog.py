"""The catalog: every rule once, by name, in a chapter, and a name of the package."""

import subprocess
import sys

import pytest

import matcalc as mc
from matcalc.catalog import CHAPTERS, chapter_of

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
PROMISED = ["affine", "product", "hadamard", "transpose", "inverse", "solve", "lu", "lu_unpivoted", "polynomial"]


@every_rule
def test_a_rule_is_found_by_its_name(F):
    assert mc.find(F.name) is F


@every_rule
def test_a_rule_is_a_name_of_the_package_or_made_by_one(F):
    family = F.name.split("(")[0]
    assert family in mc.__all__
    assert getattr(mc, family) is F or callable(getattr(mc, family))


@every_rule
def test_a_rule_stands_in_one_chapter(F):
    assert F in CHAPTERS[chapter_of(F)]
    assert sum(F in rules for rules in CHAPTERS.values()) == 1


def test_names_are_unique_and_rules_are_in_chapter_order():
    names = [F.name for F in mc.RULES]
    assert len(set(names)) == len(names)
    assert names == [F.name for rules in CHAPTERS.values() for F in rules]


@pytest.mark.parametrize("name", PROMISED)
def test_the_promised_rules_exist(name):
    assert mc.find(name).name == name


@pytest.mark.parametrize("k", [2, 3, -2])
def test_some_powers_are_members(k):
    assert mc.find(f"power({k})").name == mc.power(k).name


def test_a_name_that_is_none_is_met_with_near_misses():
    with pytest.raises(KeyError, match="no rule is called 'invers'; near misses: .*inverse"):
        mc.find("invers")
    with pytest.raises(KeyError, match="near misses: .*affine, product"):
        mc.find("¿?")
    with pytest.raises(KeyError, match="near misses"):
        mc.find(3)
    with pytest.raises(KeyError, match=r"near misses: power\(3\)"):
        mc.find("POWER(3)")


def test_a_rule_of_no_chapter_is_refused():
    with pytest.raises(KeyError, match=r"power\(9\) is in no chapter"):
        chapter_of(mc.power(9))


def test_every_public_name_exists():
    assert [name for name in mc.__all__ if not hasattr(mc, name)] == []
    assert set(mc.__all__) <= set(dir(mc)) | {"plots", "figures"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mc.nonsense


def test_matplotlib_comes_in_with_the_first_picture_only():
    code = "import sys, matcalc as mc; a = 'matplotlib' in sys.modules; mc.plots; print(a, 'matplotlib' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["False", "True"]
