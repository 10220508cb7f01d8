#!/usr/bin/env bash
# Studies of an instrument beside R: the same jobs in bilan (criterion) and in psych, in alternating order, as a Markdown table.
# Needs R with psych and GPArotation (Debian: r-cran-psych, r-cran-gparotation) and a Rust toolchain; nothing else should run.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v Rscript >/dev/null || ! Rscript -e 'quit(status = !all(c("psych", "GPArotation") %in% rownames(installed.packages())))'; then
  echo "studies_side_by_side.sh: R with psych and GPArotation is needed; on Debian: apt-get install r-cran-psych r-cran-gparotation" >&2
  exit 1
fi
cargo bench --no-run --quiet --bench alpha --bench polychoric --bench parallel --bench bootstrap_norms

# Medians in seconds, from criterion's own estimates. A bench is run anew, so that both sides see the machine in the same minutes.
bench() { # file filter id
  cargo bench --quiet --bench "$1" -- "$2" >/dev/null 2>&1
  python3 - "$3" <<'PY'
import json, sys
print(json.load(open(f"{sys.argv[1]}/new/estimates.json"))["median"]["point_estimate"] / 1e9)
PY
}
criterion="${CARGO_TARGET_DIR:-target}/criterion"

ratio() { python3 -c "import sys; a, b = float(sys.argv[1]), float(sys.argv[2]); print(f'{a / b:.0f}')" "$1" "$2"; }
row() { LC_ALL=C printf '| %s | %s | %.4f | %s |\n' "$1" "$2" "$3" "$4"; }

alpha_r=$(Rscript benches/peers/psych_alpha.R)
alpha_complete=$(bench alpha complete "$criterion/item_analysis_100_items_200000_respondents/complete")
alpha_missing=$(bench alpha two_percent "$criterion/item_analysis_100_items_200000_respondents/two_percent_missing")
poly_r=$(Rscript benches/peers/psych_polychoric.R)
poly=$(bench polychoric 2800 "$criterion/polychoric_6_categories_25_items/2800_respondents")
parallel_r=$(Rscript benches/peers/psych_parallel.R 3)
normal=$(bench parallel normal "$criterion/parallel_25_items_2800_respondents_100_draws/normal")
permuted=$(bench parallel permuted "$criterion/parallel_25_items_2800_respondents_100_draws/permuted")
bootstrap=$(bench bootstrap_norms 'bootstrap/1_scale' "$criterion/norms/bootstrap_1_scale_20000_people_1000_replicates")

seconds() { sed -nE "s|.*$1[^0-9]*([0-9.]+) s.*|\1|p" <<<"$2" | head -n 1; }
echo "| job | psych, s | bilan, s | times faster |"
echo "|---|---:|---:|---:|"
r=$(seconds 'complete: ' "$alpha_r"); row "alpha and all item statistics, 200,000 × 100, complete" "$r" "$alpha_complete" "$(ratio "$r" "$alpha_complete")"
r=$(seconds 'missing: ' "$alpha_r"); row "the same, 2 % missing" "$r" "$alpha_missing" "$(ratio "$r" "$alpha_missing")"
r=$(seconds 'items: ' "$poly_r"); row "polychoric matrix, 2,800 × 25, six categories" "$r" "$poly" "$(ratio "$r" "$poly")"
r=$(seconds 'normal data only  *' "$parallel_r"); row "parallel analysis, 2,800 × 25, 100 normal data sets" "$r" "$normal" "$(ratio "$r" "$normal")"
r=$(seconds 'dealt out only  *' "$parallel_r"); row "the same, 100 data sets of answers dealt out anew" "$r" "$permuted" "$(ratio "$r" "$permuted")"
row "1,000 bootstrap norm tables of 20,000 people" "" "$bootstrap" ""
