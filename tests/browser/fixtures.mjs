// Short questionnaires of the tests beside the bundled ones: INSTRUMENTS names their folder. The timed one gets less time, for nobody to wait.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// The time of the timed part, in seconds.
export const SECONDS = 30;

const NEEDED = ["timed-key-8", "likert-12", "entourage-6-self", "entourage-6-other"];

export function fixtures(to) {
  const from = process.env.INSTRUMENTS;
  if (!from) throw new Error("INSTRUMENTS must name the folder with the questionnaires of the tests");
  mkdirSync(to, { recursive: true });
  for (const id of NEEDED) cpSync(path.join(from, id), path.join(to, id), { recursive: true });
  const manifest = path.join(to, "timed-key-8", "instrument.toml");
  const timed = readFileSync(manifest, "utf8");
  if (!timed.includes("seconds = 60")) throw new Error("the timed questionnaire has another time");
  writeFileSync(manifest, timed.replace("seconds = 60", `seconds = ${SECONDS}`));
  return to;
}
