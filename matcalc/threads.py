"""One thread for linear algebra, unless somebody has said otherwise: the only place where the number is set.

NumPy and SciPy bring an OpenBLAS each, and each takes every core. A rule that multiplies with one and factors with the
other has two pools waiting busily for the same cores, which makes it a hundred times slower at n = 200; sixteen
kernels on two cores fare worse. With one thread there is nothing to fight for. Who has cores to spare and large
matrices sets ``OPENBLAS_NUM_THREADS`` before the kernel starts, and gets that number.
"""

from __future__ import annotations

import os
import sys

CHOICES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread():
    """Set one thread for the pools that are there, most often NumPy's, and for those that come, SciPy's."""
    if any(os.environ.get(name) for name in CHOICES):
        return
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if "numpy" in sys.modules:  # its pool has read the environment already
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, user_api="blas")
