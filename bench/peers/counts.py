"""The rows of the compile bench, as arrays."""

import csv

import numpy as np


def read(path):
    """Site numbers from 0 in order of appearance, the eight predictors, and the counts."""
    with open(path) as file:
        rows = list(csv.DictReader(file))
    numbers = {}
    site = np.array([numbers.setdefault(row["site"], len(numbers)) for row in rows])
    x = np.array([[float(row[f"x{k + 1}"]) for k in range(8)] for row in rows])
    return site, x, np.array([int(row["y"]) for row in rows])
