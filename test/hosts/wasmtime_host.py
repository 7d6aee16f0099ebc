"""Runs an artefact under wasmtime, a host that knows no JavaScript.

python wasmtime_host.py ARTEFACT.wasm DATA.json: the layout is read from the module's own custom section; prints the
bytes of phi and of the variances in hexadecimal, as drive.ts does.
"""

import json
import struct
import sys

from wasmtime import Engine, Instance, Module, Store


def layout_of(wasm: bytes) -> dict:
    """The JSON of the custom section `ffm.layout`, the last one of the module."""
    at = 8
    while at < len(wasm):
        kind = wasm[at]
        size, start = unsigned(wasm, at + 1)
        if kind == 0:
            length, name = unsigned(wasm, start)
            if wasm[name : name + length] == b"ffm.layout":
                return json.loads(wasm[name + length : start + size])
        at = start + size
    raise SystemExit("no layout")


def unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def main(artefact: str, rows: str) -> None:
    wasm = open(artefact, "rb").read()
    data = json.load(open(rows))
    layout = layout_of(wasm)
    store = Store(Engine())
    exports = Instance(store, Module(store.engine, wasm), []).exports(store)
    memory = exports["memory"]

    def put(address: int, values: list) -> None:
        memory.write(store, struct.pack(f"<{len(values)}d", *values), address)

    columns, capacity, total = layout["columns"], layout["capacity"], len(data["y"])
    exports["init"](store, 0)
    start = 0
    while start < total:
        count = min(capacity - start % 3, total - start)
        for k, name in enumerate(["x1", "x2", "x3"]):
            put(columns["x"]["address"] + 8 * k * capacity, data[name][start : start + count])
        put(columns["y"]["address"], data["y"][start : start + count])
        exports["update"](store, count)
        start += count
    exports["finish"](store, 0)
    for name in ["phi", "variance"]:
        place = layout["state"][name]
        found = memory.read(store, place["address"], place["address"] + 8 * place["length"])
        sys.stdout.write(bytes(found).hex())


main(*sys.argv[1:])
