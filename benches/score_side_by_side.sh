#!/usr/bin/env bash
# Scores a large file of answers with bilan and with polars, in turn, and prints what was measured as Markdown.
set -euo pipefail
export LC_ALL=C

usage() {
  cat <<'USAGE'
usage: benches/score_side_by_side.sh [--rows N] [--rounds N] [--ten-times] [--keep]

Scores N simulated people (120 answers each) as 35 T scores, in alternating rounds: polars on all cores, bilan
on one and on two threads (and on all cores where there are more), and a plain copy of the file. Checks first that
bilan and polars agree in every cell. Prints medians, ratios and peak memory as Markdown on standard output.

  --rows N      people in the file (default 1000000: 252 MB, and 1.1 GB of free disk space)
  --rounds N    rounds (default 5)
  --ten-times   also the peak memory of bilan on a file ten times as long (4.8 GB more for the default rows)
  --keep        leave the data and the scores in the cache folder; the data is used again by the next run

Environment: BILAN_BIN   the program to measure (default: built here by cargo build --release)
             PYTHON      Python 3.11 or newer (default: python3)
             XDG_CACHE_HOME   where the folder bilan-bench is made (default: ~/.cache)
USAGE
}

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "score_side_by_side: $*"
  exit 1
}
positive() { [[ $2 =~ ^[1-9][0-9]{0,9}$ ]] || fail "$1: a whole number above 0 is needed, not '$2'"; }

rows=1000000
rounds=5
ten_times=false
keep=false
called_with="benches/score_side_by_side.sh${*:+ $*}"
while (($#)); do
  case $1 in
    --rows | --rounds)
      (($# > 1)) || fail "$1: a number is needed"
      positive "$1" "$2"
      if [[ $1 == --rows ]]; then rows=$2; else rounds=$2; fi
      shift
      ;;
    --ten-times) ten_times=true ;;
    --keep) keep=true ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "unknown option '$1'"
      ;;
  esac
  shift
done

# What the script needs, said before anything is made.
((BASH_VERSINFO[0] >= 5)) || fail "bash 5 or newer is needed (this is $BASH_VERSION): older ones have no clock finer than a second"
python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "'$python' is not on the PATH: install Python 3.11 or newer, or name it in PYTHON"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "'$python' is $("$python" --version 2>&1): Python 3.11 or newer is needed; name one in PYTHON"
gnu_time=
for candidate in /usr/bin/time gtime; do
  if command -v "$candidate" >/dev/null && "$candidate" --version 2>&1 | grep -q GNU; then
    gnu_time=$candidate
    break
  fi
done
if [[ -z $gnu_time ]]; then
  say "GNU time is missing (Debian package: time; elsewhere gtime): peak memory is not measured."
  if $ten_times; then fail "--ten-times measures memory only, and needs GNU time"; fi
fi

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
peers=$repository/benches/peers
cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set; set it, or XDG_CACHE_HOME}/.cache}/bilan-bench
mkdir -p "$cache"
run=$(mktemp -d "$cache/run.XXXXXX")
made=() # data files of this run, to remove at the end
clean_up() {
  local file
  if $keep; then
    say "Kept: $cache"
  else
    rm -rf "$run"
    for file in "${made[@]}"; do rm -f "$file"; done
  fi
  for file in "${made[@]}"; do rm -f "$file.partial"; done
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

kilobytes_needed=$((rows * 11 / 10))
if $ten_times; then kilobytes_needed=$((kilobytes_needed + rows * 48 / 10)); fi
kilobytes_free=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
((kilobytes_free > kilobytes_needed)) ||
  fail "$cache has $((kilobytes_free / 1000)) MB free and $((kilobytes_needed / 1000)) MB are needed: use fewer --rows, or set XDG_CACHE_HOME"

venv=$cache/venv
if [[ ! -x $venv/bin/python ]]; then
  say "Making a Python environment in $venv"
  "$python" -m venv "$venv" || fail "no Python environment could be made (Debian package: python3-venv)"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$peers/requirements.txt" ||
  fail "polars could not be installed; the folder $venv can be removed to start afresh"

if [[ -n ${BILAN_BIN:-} ]]; then
  bilan=$BILAN_BIN
else
  say "Building bilan"
  (cd "$repository" && cargo build --release) >&2
  bilan=${CARGO_TARGET_DIR:-$repository/target}/release/bilan
fi
command -v "$bilan" >/dev/null || fail "'$bilan' is not a program that can be run"

# make_data ROWS: sets `data`. The name changes with what the content depends on, so that old data is not used again.
make_data() {
  local version
  version=$(cat "$peers/make_responses.py" "$peers/requirements.txt" "$repository/instruments/data/ipip-neo-120/keys.csv" | cksum)
  data=$cache/responses-$1-${version%% *}.csv
  [[ -s $data ]] && return
  made+=("$data")
  say "Making $1 rows of answers"
  "$venv/bin/python" "$peers/make_responses.py" "$data" --rows "$1"
}

# The jobs. Each removes its output of the run before and sets `command`.
polars_job() {
  rm -f "$run/polars.csv"
  command=("$venv/bin/python" "$peers/polars_score.py" "$data" "$run/polars.csv")
}
printed_job() {
  rm -f "$run/printed.csv"
  command=("$venv/bin/python" "$peers/polars_score.py" "$data" "$run/printed.csv" --printed)
}
bilan_job() {
  rm -f "$run"/bilan.csv*
  command=("$bilan" score "$data" --instrument ipip-neo-120 --norm johnson-2014
    --sex sex --sex-codes "1=M,2=F" --age age --id id --metrics t --decimals 2
    --threads "$1" --output "$run/bilan.csv")
}
copy_file() { cat "$data" >"$run/copy.csv"; }
copy_job() {
  rm -f "$run/copy.csv"
  command=(copy_file)
}
run_command() {
  "$@" >"$run/stdout.txt" 2>"$run/stderr.txt" || {
    local status=$?
    tail -n 20 "$run/stderr.txt" >&2
    fail "this ended with exit status $status: $*"
  }
}

# peak JOB...: runs it once, untimed, and sets `peak` to its largest resident set in MB (mapped pages included).
peak() {
  "$@"
  if [[ -z $gnu_time ]]; then
    run_command "${command[@]}"
    peak="not measured"
    return
  fi
  run_command "$gnu_time" -v -o "$run/time.txt" "${command[@]}"
  peak=$(awk -F': ' '/Maximum resident set size/ { printf "%.0f MB", $2 * 1.024 / 1000 }' "$run/time.txt")
}

# timed NAME JOB...: runs it once and adds its seconds to samples[NAME].
declare -A samples
timed() {
  local name=$1 begin end
  shift
  "$@"
  sync -f "$run" 2>/dev/null || sync # what the run before wrote is on the disk, and is not written during this one
  begin=$EPOCHREALTIME
  run_command "${command[@]}"
  end=$EPOCHREALTIME
  samples[$name]+="$(awk -v us=$((${end/./} - ${begin/./})) 'BEGIN { printf "%.3f", us / 1e6 }') "
}
median() {
  tr ' ' '\n' <<<"${samples[$1]}" | grep . | sort -n |
    awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); printf "%.3f", NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}
ratio() { awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { if (b > 0) printf "%.1f", a / b; else print "?" }'; }
megabytes() { awk -v bytes="$(wc -c <"$1")" 'BEGIN { printf "%.0f", bytes / 1e6 }'; }

cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
threads=(1 2)
((cores <= 2)) || threads+=("$cores")
if [[ -r /proc/loadavg ]] && awk '{ exit !($1 > 0.5) }' /proc/loadavg; then
  say "Other programs are using this machine (load $(cut -d' ' -f1 /proc/loadavg)): the times will not be reliable."
fi

make_data "$rows"
input_size=$(megabytes "$data")

say "Comparing the scores, and measuring memory"
declare -A peaks
peak polars_job
peaks[polars]=$peak
peak printed_job
peaks[printed]=$peak
for count in "${threads[@]}"; do
  peak bilan_job "$count"
  peaks[bilan-$count]=$peak
done
output_size=$(megabytes "$run/bilan.csv")
agreement=$("$venv/bin/python" "$peers/compare_scores.py" "$run/bilan.csv" "$run/polars.csv" --rows "$rows") ||
  fail "bilan and polars do not agree; nothing was timed"
"$venv/bin/python" "$peers/compare_scores.py" "$run/printed.csv" "$run/polars.csv" --rows "$rows" >/dev/null ||
  fail "the two ways of polars do not agree; nothing was timed"

for ((round = 1; round <= rounds; round++)); do
  say "Round $round of $rounds"
  timed polars polars_job
  samples[query]+="$(tail -n 1 "$run/stdout.txt") "
  timed printed printed_job
  for count in "${threads[@]}"; do timed "bilan-$count" bilan_job "$count"; done
  timed copy copy_job
done

ten_peak=
if $ten_times; then
  make_data $((rows * 10))
  say "Scoring ten times as many rows"
  peak bilan_job "${threads[-1]}"
  ten_peak=$peak
  # The header is a line too.
  (($(wc -l <"$run/bilan.csv") == rows * 10 + 1)) || fail "bilan did not write a line for each of the $((rows * 10)) rows"
  ten_size=$(megabytes "$data")
fi

polars_version=$("$venv/bin/python" -c 'import polars; print(polars.__version__)')
processor=$({ grep -m 1 'model name' /proc/cpuinfo || true; } 2>/dev/null | sed 's/.*: *//')
line() { printf '| %s | %s | %s | %s |\n' "$1" "$(median "$2")" "${samples[$2]% }" "${3:-}"; }
thread_words() { if (($1 == 1)); then echo "1 thread"; else echo "$1 threads"; fi; }

cat <<HEAD
Measured with \`$called_with\` on a machine with $cores cores${processor:+ ($processor)}:
$("$venv/bin/python" -c "print(f'{$rows:,}')") people × 120 answers, $input_size MB of CSV in, 35 T scores with two decimals each, $output_size MB of CSV out.
$agreement

| job | median s | each run | peak memory |
|---|---:|---|---:|
HEAD
line "polars $polars_version, all cores" polars "${peaks[polars]}"
line "the same without the start of Python" query
line "polars, printed scores looked up" printed "${peaks[printed]}"
for count in "${threads[@]}"; do
  line "bilan, $(thread_words "$count")" "bilan-$count" "${peaks[bilan-$count]}"
done
line "\`cat in > out\`" copy
if [[ -n $ten_peak ]]; then
  printf '| bilan, %s, ten times the rows (%s MB) | | | %s |\n' "$(thread_words "${threads[-1]}")" "$ten_size" "$ten_peak"
fi
printf '\n| ratio of medians | |\n|---|---:|\n'
for count in "${threads[@]}"; do
  printf '| polars / bilan, %s | %s |\n' "$(thread_words "$count")" "$(ratio polars "bilan-$count")"
done
cat <<RATIOS
| polars without the start of Python / bilan, 2 threads | $(ratio query bilan-2) |
| polars, printed scores looked up / bilan, 2 threads | $(ratio printed bilan-2) |
| bilan, 2 threads / \`cat in > out\` | $(ratio bilan-2 copy) |
| bilan, 1 thread / 2 threads | $(ratio bilan-1 bilan-2) |
RATIOS
