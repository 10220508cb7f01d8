"""The nearest published sentence to each of our items; fails where one is too near.

Usage: python3 .ci/likeness.py INSTRUMENTS PACKAGES
"""
import csv
import json
import pathlib
import re
import sys

own_folder, packages = map(pathlib.Path, sys.argv[1:])
LIMIT = 0.6
# Words that carry no content: pronouns, articles, prepositions, auxiliaries, and how often.
EMPTY = {
    "fr": set(
        "je j me m moi mon ma mes se s il elle on nous vous ils elles le la l les un une des du de d a au aux en y dans par pour sur sous avec sans"
        " et ou mais que qu qui quoi dont où ce c cet cette ces cela ça si ne n pas plus moins très tout toute tous toutes quand comme"
        " est suis être ai as avoir fait faire fais peu trop souvent toujours rarement".split()
    ),
    "en": set(
        "i me my mine myself you your he she it its we us our they them their a an the of to in on at by for with from as and or but that which who"
        " what this these those is am are be been have has had do does did not no so very all too often always rarely when if up out about".split()
    ),
}


def plain(text):
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


def content(text, language):
    # Endings are cut, so that forms of one word count as one.
    return {word[:6] for word in plain(text).split() if word not in EMPTY[language]}


def published(language):
    """Every string of the packages' data for a language."""
    texts = set()

    def collect(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "text" and isinstance(inner, str):
                    texts.add(inner)
                else:
                    collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    for file in packages.rglob(f"data/{language}/*.json"):
        collect(json.loads(file.read_text(encoding="utf-8")))
    if len(texts) < 100:
        sys.exit(f"{language}: only {len(texts)} published sentences were found; is the layout of the packages another one?")
    return sorted(texts)


problems, n_items = [], 0
for language in ["fr", "en"]:
    others = [(text, plain(text), content(text, language)) for text in published(language)]
    nearest = []
    for folder in sorted(own_folder.iterdir()):
        words = folder / f"text.{language}.csv"
        if not words.is_file():
            continue
        with open(words, encoding="utf-8", newline="") as rows:
            own = [row for row in csv.DictReader(rows) if row["element"] == "item"]
        for row in own:
            n_items += 1
            mine = content(row["text"], language)
            likeness, text = max((len(mine & theirs) / max(1, len(mine | theirs)), text) for text, _, theirs in others)
            if any(plain(row["text"]) == sentence for _, sentence, _ in others):
                problems.append(f"{folder.name} {language} {row['id']}: stands in a published wording: {row['text']}")
            if likeness >= LIMIT:
                problems.append(f"{folder.name} {language} {row['id']}: {likeness:.2f} {row['text']} / {text}")
            nearest.append((likeness, folder.name, row["id"], row["text"], text))
    print(f"{language}: {len(others)} published sentences; the nearest pairs:")
    for likeness, instrument, item, mine, theirs in sorted(nearest, reverse=True)[:8]:
        print(f"  {likeness:.2f}  {instrument} {item}: {mine} / {theirs}")
print(f"{n_items} of our sentences compared")
if problems:
    sys.exit("\n".join(problems))
