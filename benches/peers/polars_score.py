#!/usr/bin/env python3
"""The job of the speed comparison, done in polars: ipip-neo-120 answers in CSV to 35 T scores in CSV.

The same as

    bilan score INPUT --instrument ipip-neo-120 --norm johnson-2014 --sex sex --sex-codes 1=M,2=F --age age \
          --id id --metrics t --decimals 2 --output OUTPUT

for answers that are complete and in range. It does less than bilan otherwise, which is to its advantage: an answer
outside 1 to 5 is not noticed, a scale with a missing answer is left empty instead of prorated, and no provenance is
written. Keys and norm values are read from the instrument's folder.
"""

import argparse
import csv
import time
import tomllib
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl

REPOSITORY = Path(__file__).resolve().parents[2]
INSTRUMENT = REPOSITORY / "instruments" / "data" / "ipip-neo-120"
NORM = INSTRUMENT / "norms" / "johnson-2014"
DOMAINS = ["N", "E", "O", "A", "C"]
N_ITEMS = 120
REVERSED = 6  # lowest + highest answer
HIGHEST_SUM = 24 * 5


def read_keys():
    """The items of each facet with their signs, facets in the order of the output."""
    keys = {}
    with (INSTRUMENT / "keys.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            keys.setdefault(row["scale"], []).append((row["item"], row["sign"]))
    return keys


def read_norm():
    """The strata of the norm's card, and the mean and SD of each stratum and scale."""
    card = tomllib.loads(NORM.with_suffix(".toml").read_text(encoding="utf-8"))
    values = {}
    with NORM.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values[row["stratum"], row["scale"]] = (float(row["mean"]), float(row["sd"]))
    return card["strata"], values


def stratum_number(strata):
    """The place of a row's stratum in the card; null, and so empty scores, outside all of them."""
    chain = pl
    for number, stratum in enumerate(strata):
        inside = pl.col("sex") == {"M": 1, "F": 2}[stratum["sex"]]
        if "age_min" in stratum:
            inside &= pl.col("age") >= stratum["age_min"]
        if "age_max" in stratum:
            inside &= pl.col("age") <= stratum["age_max"]
        chain = chain.when(inside).then(pl.lit(number, pl.UInt32))
    return chain


# Formulations tried: polars 2.1.0, 2 cores in use by others too, 1,000,000 rows, seconds of the query (without the start
# of Python), median of 5 alternating runs. All but the last two print with float_precision=2, all streaming from scan_csv to
# sink_csv unless said otherwise.
#   1.94  mean and SD gathered by stratum number, (x - mean) / SD computed: kept
#   1.94  slope and intercept gathered, x * slope + intercept: no faster, and other roundings in 17,316 of 35,000,000 cells
#   1.96  the T score itself gathered by stratum and raw score
#   2.00  as the first, with sum_horizontal instead of a chain of +
#   2.22  when/then over the strata for each scale
#   2.24  as the first, collect(engine="streaming") and then write_csv
#   2.58  mean and SD joined on the stratum
#   2.71  as the first, with the in-memory engine and write_csv
#   1.31  T scores as Decimal(9, 2), gathered by stratum and raw score
#   1.12  T scores as printed text, gathered by stratum and raw score: `--printed`
# Answers read as UInt8 instead of Int16, ids as Int64 instead of String, low_memory, larger batches and smaller morsels made
# no difference outside the noise; Float32 is 5 % faster and prints other second decimals.
def scores(source, printed):
    """The query from the file of answers to the T scores, as numbers or (`printed`) as text."""
    keys = read_keys()
    strata, norm = read_norm()
    scales = [*keys, *DOMAINS]

    # Int16: sums of UInt8 stay UInt8 in polars and would wrap silently on a wrong answer; reading it takes as long.
    columns = {"id": pl.String, "sex": pl.Int16, "age": pl.Int16}
    columns |= {f"i{number}": pl.Int16 for number in range(1, N_ITEMS + 1)}
    answers = pl.scan_csv(source, schema=columns, quote_char=None)

    facets = [
        reduce(add, [pl.col(item) if sign == "+" else REVERSED - pl.col(item) for item, sign in items]).alias(facet)
        for facet, items in keys.items()
    ]
    domains = [
        reduce(add, [pl.col(facet) for facet in keys if facet.startswith(domain)]).alias(domain) for domain in DOMAINS
    ]
    raw = answers.select("id", stratum_number(strata).alias("stratum"), *facets).with_columns(domains)

    def by_stratum(scale, part):
        """The mean (part 0) or the SD (part 1) of a scale in the row's stratum."""
        return pl.lit(pl.Series([norm[stratum["id"], scale][part] for stratum in strata])).gather(pl.col("stratum"))

    def computed(scale):
        return 50 + 10 * (pl.col(scale) - by_stratum(scale, 0)) / by_stratum(scale, 1)

    def looked_up(scale):
        table = [
            f"{50 + 10 * (value - mean) / sd:.2f}"
            for mean, sd in (norm[stratum["id"], scale] for stratum in strata)
            for value in range(HIGHEST_SUM + 1)
        ]
        return pl.lit(pl.Series(table)).gather(pl.col("stratum") * (HIGHEST_SUM + 1) + pl.col(scale).cast(pl.UInt32))

    t_score = looked_up if printed else computed
    return raw.select("id", *[t_score(scale).alias(f"{scale}_t") for scale in scales])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument(
        "--printed",
        action="store_true",
        help="look the printed T score up by stratum and raw score, instead of computing and printing each",
    )
    arguments = parser.parse_args()
    begin = time.perf_counter()
    query = scores(arguments.input, arguments.printed)
    if arguments.printed:
        query.sink_csv(arguments.output, engine="streaming", quote_style="never")
    else:
        query.sink_csv(arguments.output, engine="streaming", float_precision=2)
    print(f"{time.perf_counter() - begin:.3f}")


if __name__ == "__main__":
    main()
