"""pyarrow and pandas: a file to columns in memory. The sums show that every value arrived."""

import sys

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
from contest import Clock, serve

threads = int(sys.argv[1])
pa.set_cpu_count(threads)
pa.set_io_thread_count(threads)


def arrow(path, kind):
    if kind == "csv":
        table = pa.csv.read_csv(path)
    elif kind == "parquet":
        table = pa.parquet.read_table(path)
    else:
        table = pa.json.read_json(path)
    return table.num_rows, [pa.compute.sum(column).as_py() for column in table.columns]


def pandas(path, kind):
    if kind == "csv":
        frame = pd.read_csv(path)
    elif kind == "parquet":
        frame = pd.read_parquet(path)
    else:
        frame = pd.read_json(path, lines=True, engine="pyarrow")
    return len(frame), [float(frame[name].sum()) for name in frame.columns]


def run(task):
    with Clock() as clock:
        rows, sums = (arrow if task["package"] == "pyarrow" else pandas)(task["file"], task["kind"])
    return {"ms": clock.ms, "rows": rows, "estimates": sums}


serve(["pyarrow", "pandas"], run)
