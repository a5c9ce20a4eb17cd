"""One BLAS thread in every kernel that imports matcalc, whatever was imported before, unless the reader chose."""

import os
import subprocess
import sys

import pytest

from matcalc.threads import CHOICES

ASK = "import threadpoolctl as t; print({p['num_threads'] for p in t.threadpool_info() if p['user_api'] == 'blas'})"
ORDERS = {
    "matcalc first": "import matcalc as mc, numpy, scipy.linalg",
    "numpy first": "import numpy, matcalc as mc; mc.lu",
    "both pools first": "import numpy, scipy.linalg, matcalc as mc",
}


def pools(code, **chosen):
    """The numbers of threads of all BLAS pools of a new Python that has run ``code``."""
    env = {key: value for key, value in os.environ.items() if key not in CHOICES} | chosen
    done = subprocess.run([sys.executable, "-c", f"{code}\n{ASK}"], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("order", ORDERS)
def test_every_pool_has_one_thread(order):
    assert pools(ORDERS[order]) == "{1}"


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one thread anyway")
def test_the_choice_of_the_reader_stands():
    assert pools(ORDERS["numpy first"], OPENBLAS_NUM_THREADS="2") == "{2}"
