"""Instruments and answers through FHIR and QTI software of others and back; fails where something is lost.

Usage: python3 .ci/exchange.py BILAN INSTRUMENTS QTI_CONVERT
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

from fhir.resources.bundle import Bundle
from fhir.resources.questionnaire import Questionnaire
from fhir.resources.questionnaireresponse import QuestionnaireResponse

bilan, data, qti_convert = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3]
# What is compared within one person at a time; QTI has no place for it.
BLOCKS = {"rank", "most-least"}
N_PEOPLE = 4


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def export(instrument, form, output, *options):
    run(bilan, "instruments", "export", instrument, "--format", form, "--output", output, *options)
    return output


def rewritten(model, source, target):
    """Reads a resource with fhir.resources, which checks it, and writes it again from its model."""
    target.write_text(model.model_validate_json(source.read_text(encoding="utf-8")).model_dump_json(), encoding="utf-8")
    return target


def expect_equal_after(instrument, original, changed, folder):
    """What another program wrote, imported and exported again, is the questionnaire as it was."""
    run(bilan, "instruments", "import", "--from", changed, "--output", folder)
    again = export(instrument, "fhir", folder / "again.json", "--instruments", folder / instrument)
    if json.loads(again.read_text(encoding="utf-8")) != json.loads(original.read_text(encoding="utf-8")):
        sys.exit(f"{instrument}: {changed.name} does not import as the instrument that was exported")


def answers(folder, path):
    """A file of answers of a few people, with holes: codes within the scale of each item, words for free text."""
    with open(folder / "items.csv", encoding="utf-8", newline="") as rows:
        items = list(csv.DictReader(rows))
    scales = tomllib.loads((folder / "instrument.toml").read_text(encoding="utf-8"))["response_scales"]

    def cell(person, place, scale):
        if (person + place) % 7 == 0:
            return ""
        if scale["kind"] == "text":
            return f"réponse {place}, « {person} » & \"plus\""
        return str(scale["lowest"] + (person * 3 + place) % (scale["highest"] - scale["lowest"] + 1))

    people = [
        {"person": f"personne {person}"} | {item["item"]: cell(person, place, scales[item["response_scale"]]) for place, item in enumerate(items)}
        for person in range(1, N_PEOPLE + 1)
    ]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people[0].keys())
        writer.writeheader()
        writer.writerows(people)
    return people


def check_answers(instrument, folder, work):
    people = answers(folder, work / "answers.csv")
    bundle = export(instrument, "fhir", work / "responses.json", "--responses", work / "answers.csv", "--id", "person")
    resources = json.loads(bundle.read_text(encoding="utf-8"))["entry"]
    if len(resources) != N_PEOPLE:
        sys.exit(f"{instrument}: {len(resources)} resources for {N_PEOPLE} people")
    for entry in resources:
        QuestionnaireResponse.model_validate(entry["resource"])
    changed = rewritten(Bundle, bundle, work / "responses-again.json")
    run(bilan, "instruments", "import", instrument, "--from", changed, "--output", work / "answers-again.csv")
    with open(work / "answers-again.csv", encoding="utf-8", newline="") as rows:
        again = list(csv.DictReader(rows))
    for before, after in zip(people, again, strict=True):
        lost = {key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value}
        if lost:
            sys.exit(f"{instrument}: answers are not those that were exported: {lost}")
    return sum(value != "" for person in people for key, value in person.items() if key != "person")


n_forms = n_packages = n_answers = 0
for folder in sorted(path for path in data.iterdir() if (path / "instrument.toml").is_file()):
    instrument = folder.name
    kinds = {scale["kind"] for scale in tomllib.loads((folder / "instrument.toml").read_text(encoding="utf-8"))["response_scales"].values()}
    with tempfile.TemporaryDirectory() as made:
        work = pathlib.Path(made)
        original = export(instrument, "fhir", work / "form.json")
        expect_equal_after(instrument, original, rewritten(Questionnaire, original, work / "form-again.json"), work / "fhir")
        Questionnaire.model_validate_json(export(instrument, "fhir", work / "without.json", "--without-scoring").read_text(encoding="utf-8"))
        n_forms += 1
        n_answers += check_answers(instrument, folder, work)
        if not kinds & BLOCKS:
            package = export(instrument, "qti", work / "package.zip")
            expect_equal_after(instrument, original, package, work / "qti")
            run(qti_convert, "downgrade", "--quiet", package, work / "qti21.zip")
            run(qti_convert, "upgrade", "--quiet", work / "qti21.zip", work / "qti3.zip")
            expect_equal_after(instrument, original, work / "qti3.zip", work / "qti-again")
            n_packages += 1
if n_forms < 16 or n_packages < 14:
    sys.exit(f"only {n_forms} questionnaires and {n_packages} packages were found")
print(f"{n_forms} questionnaires and {n_answers} answers through FHIR, {n_packages} packages through QTI 3.0 and 2.1: nothing lost")
