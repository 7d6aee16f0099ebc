"""What one core of this machine can do: double-precision matrix product, rank-k update, and a stream from memory."""

import time

import numpy as np
from contest import serve
from scipy.linalg.blas import dsyrk


def best(work, repeats):
    fastest = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest


def rank(rows, p):
    """The rank-k update by itself."""
    x = np.asfortranarray(np.ones((rows, p)))
    update = best(lambda: dsyrk(1.0, x, trans=1), 200)
    return update, rows * p * (p + 1) / update / 1e9


def run(task):
    if "width" in task:
        update, pace = rank(task["rows"], task["width"])
        return {"ms": update * 1000, "figures": {"GFLOP/s": pace}}
    n = 1024
    a = np.ones((n, n))
    block = np.ones(16 * 1024 * 1024)
    product = best(lambda: a @ a, 10)
    _, pace = rank(4096, 56)
    stream = best(lambda: block.sum(), 10)
    figures = {
        "dgemm GFLOP/s": 2 * n**3 / product / 1e9,
        "dsyrk GFLOP/s": pace,
        "stream GB/s": block.nbytes / stream / 1e9,
    }
    return {"ms": product * 1000, "figures": figures}


serve(["numpy", "scipy"], run)
