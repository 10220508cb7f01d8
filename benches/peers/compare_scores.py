#!/usr/bin/env python3
"""Compares two CSV files of scores cell by cell: bilan's and the peer's.

The peer's file says which columns there are and in which order; bilan's may have more after them. Numbers may differ
by one unit of the second decimal, which is what two ways of computing leave of a tie in rounding. Exit 1 when they
differ by more, or when a cell is filled in one file only.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

TOLERANCE = 0.01
# What reading the decimal text back as binary numbers, and subtracting them, may add to a difference of 0.01.
BINARY = 1e-9


def read(path):
    """The file with its `_t` columns as numbers (an empty cell is null) and the others as text."""
    with path.open(encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split(",")
    numbers = {name: pl.Float64 for name in names if name.endswith("_t")}
    return pl.read_csv(path, infer_schema=False, schema_overrides=numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours", type=Path, help="scores written by bilan")
    parser.add_argument("peers", type=Path, help="scores written by the peer")
    parser.add_argument("--rows", type=int, required=True, help="how many rows each must have")
    arguments = parser.parse_args()

    ours, peers = read(arguments.ours), read(arguments.peers)
    names = peers.columns
    if ours.columns[: len(names)] != names:
        sys.exit(f"the columns differ: bilan wrote {ours.columns}, the peer {names}")
    for label, scores in (("bilan", ours), ("the peer", peers)):
        if scores.height != arguments.rows:
            sys.exit(f"{label} wrote {scores.height} rows, not {arguments.rows}")
    if not ours["id"].equals(peers["id"]):
        sys.exit("the ids differ, or their order")

    largest = 0.0
    unequal = 0
    for name in names[1:]:
        mine, theirs = ours[name], peers[name]
        gaps = (mine - theirs).abs().fill_null(0.0)
        # A NaN in either file makes the gap NaN, which polars orders above every number.
        wrong = (mine.is_null() != theirs.is_null()) | (gaps > TOLERANCE + BINARY)
        if wrong.any():
            row = wrong.arg_true()[0]
            sys.exit(
                f"the scores differ in {wrong.sum()} rows of {name}; first in row {row + 1}, id {ours['id'][row]}: "
                f"bilan wrote {ours[name][row]!r}, the peer {peers[name][row]!r}"
            )
        largest = max(largest, gaps.max())
        unequal += (gaps > BINARY).sum()
    empty = sum(column.null_count() for column in peers[names[1:]])
    cells = arguments.rows * (len(names) - 1)
    print(
        f"{cells:,} scores compared, {empty:,} of them empty in both: {unequal:,} differ, by {largest:.2f} at most "
        f"(ties in rounding, {TOLERANCE} allowed)."
    )


if __name__ == "__main__":
    main()
