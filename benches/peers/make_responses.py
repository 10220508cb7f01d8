#!/usr/bin/env python3
"""Writes a CSV file of simulated answers to ipip-neo-120, for measuring speed and memory. It describes nobody.

Columns: id (1, 2, 3, ...), sex (1 = man, 2 = woman), age (16 to 80), i1 to i120 (1 to 5). The answers of a scale
are correlated, positively or negatively as its keys say, so that the sums spread as people's do. The same seed
gives the same bytes, and a shorter file is the beginning of a longer one. Memory does not grow with the rows.
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
KEYS = REPOSITORY / "instruments" / "data" / "ipip-neo-120" / "keys.csv"
N_ITEMS = 120
# Rows drawn together. A part of what the seed means: another size gives another file.
BLOCK = 10_000


def read_keys():
    """The facet (0 to 29), the domain (0 to 4) and the sign (+1, -1) of each item, in the order of the columns."""
    facet_of = np.zeros(N_ITEMS, dtype=np.intp)
    sign_of = np.zeros(N_ITEMS, dtype=np.float32)
    facets = []
    with KEYS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["scale"] not in facets:
                facets.append(row["scale"])
            item = int(row["item"].removeprefix("i")) - 1
            facet_of[item] = facets.index(row["scale"])
            sign_of[item] = 1.0 if row["sign"] == "+" else -1.0
    if (sign_of == 0.0).any():
        sys.exit(f"{KEYS}: some of the {N_ITEMS} items are keyed on no scale")
    domains = sorted({facet[0] for facet in facets})
    domain_of_facet = np.array([domains.index(facet[0]) for facet in facets], dtype=np.intp)
    return facet_of, domain_of_facet, sign_of


class People:
    """Draws blocks of people: what they are (sex, age), and what they answer."""

    def __init__(self, seed, missing_rate):
        self.seed = seed
        self.missing_rate = missing_rate
        self.facet_of, self.domain_of_facet, sign_of = read_keys()
        fixed = np.random.default_rng([seed, 0])
        # An answer is mean + loading * trait + noise, rounded to 1..5 (so 0.5 is in the mean, and truncation rounds).
        in_key = fixed.uniform(-0.6, 0.9, N_ITEMS).astype(np.float32)
        self.mean = 3.5 + sign_of * in_key
        self.loading = sign_of * fixed.uniform(0.6, 1.0, N_ITEMS).astype(np.float32)

    def draw(self, block):
        """The sexes, ages and answers of one block, and which answers are missing (or None)."""
        rng = np.random.default_rng([self.seed, 1, block])
        sexes = rng.integers(1, 3, BLOCK, dtype=np.uint8)
        ages = (16 + 65 * rng.random(BLOCK) ** 1.6).astype(np.uint8)
        domains = rng.standard_normal((BLOCK, self.domain_of_facet.max() + 1), dtype=np.float32)
        facets = rng.standard_normal((BLOCK, self.domain_of_facet.size), dtype=np.float32)
        traits = np.float32(0.6) * domains[:, self.domain_of_facet] + np.float32(0.8) * facets
        answers = rng.standard_normal((BLOCK, N_ITEMS), dtype=np.float32)
        answers *= np.float32(0.9)
        answers += traits[:, self.facet_of] * self.loading
        answers += self.mean
        np.clip(answers, 1.0, 5.0, out=answers)
        missing = None
        if self.missing_rate > 0.0:
            missing = rng.random((BLOCK, N_ITEMS), dtype=np.float32) < self.missing_rate
        return sexes, ages, answers.astype(np.uint8), missing


def digits(numbers, width):
    """The decimal digits of whole numbers as ASCII bytes, one row a number."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def lines(ids, sexes, ages, answers, missing):
    """The CSV lines of some people whose ids have the same number of digits."""
    id_width = len(str(ids[-1]))
    first_answer = id_width + 6
    text = np.full((ids.size, first_answer + 2 * N_ITEMS), ord(","), dtype=np.uint8)
    text[:, :id_width] = digits(ids, id_width)
    text[:, id_width + 1] = sexes + ord("0")
    text[:, id_width + 3 : id_width + 5] = digits(ages.astype(np.int64), 2)
    text[:, first_answer::2] = answers + ord("0")
    text[:, -1] = ord("\n")
    if missing is None:
        return text
    written = np.ones(text.shape, dtype=bool)
    written[:, first_answer::2] = ~missing
    return text[written]


def write(file, people, rows):
    header = ["id", "sex", "age"] + [f"i{number}" for number in range(1, N_ITEMS + 1)]
    file.write((",".join(header) + "\n").encode("ascii"))
    for block in range((rows + BLOCK - 1) // BLOCK):
        sexes, ages, answers, missing = people.draw(block)
        begin = block * BLOCK
        end = min(begin + BLOCK, rows)
        while begin < end:
            # The lines of one piece are equally long, so it ends where the ids get one more digit: after 9, 99, 999.
            stop = min(end, 10 ** len(str(begin + 1)) - 1)
            piece = slice(begin - block * BLOCK, stop - block * BLOCK)
            ids = np.arange(begin + 1, stop + 1, dtype=np.int64)
            gaps = None if missing is None else missing[piece]
            file.write(lines(ids, sexes[piece], ages[piece], answers[piece], gaps).data)
            begin = stop


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="the CSV file to write")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many people (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20140503, help="default: %(default)s")
    parser.add_argument("--missing-rate", type=float, default=0.0, help="share of blank answers (default: 0)")
    arguments = parser.parse_args()
    if arguments.rows < 1:
        parser.error("--rows: at least 1")
    if arguments.seed < 0:
        parser.error("--seed: 0 or more")
    if not 0.0 <= arguments.missing_rate < 1.0:
        parser.error("--missing-rate: from 0 to below 1")
    # Under the final name only when it is whole: a run that is cut short leaves no file that looks finished.
    unfinished = arguments.output.with_name(arguments.output.name + ".partial")
    with unfinished.open("wb") as file:
        write(file, People(arguments.seed, arguments.missing_rate), arguments.rows)
    unfinished.replace(arguments.output)


if __name__ == "__main__":
    main()
