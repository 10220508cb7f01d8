// Starts `bilan serve --demo` on a free port and reads the doors from what it prints.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export async function startDemo(program, language, further = []) {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ["serve", "--demo", "--listen", listen, "--set", `language=${language}`, ...further], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const doors = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demonstration did not start:\n${said}`)), 60_000);
    const read = (chunk) => {
      said += chunk;
      const links = [...said.matchAll(/\((propos|investigation|conclusion)\S*\)\s?: .*\n\s+(\S+)\n/g)];
      const followUp = said.match(/(\S+\/follow-up#\S+)\n/);
      if (links.length < 3 || !followUp) return;
      clearTimeout(timer);
      const phases = { propos: "proposed", investigation: "investigation", conclusion: "conclusions" };
      const codesAfter = (place) => said.match(new RegExp(`${place}.*(?:works once|sert une fois) ?: (.+)\\n`))[1].trim().split(/\s+/);
      const administrator = said.match(/first administrator.*\n\s+(\S+)\n/)[1];
      const [, shareCode, share] = said.match(/code (\d{6})\n\s+(\S+)\n/);
      resolve({
        ...Object.fromEntries(links.map(([, phase, url]) => [phases[phase], url])),
        codes: codesAfter("second"),
        administrator,
        administratorCodes: codesAfter("administration@"),
        employerCodes: codesAfter("employeur@"),
        clerkCodes: codesAfter("organisation@"),
        share,
        shareCode,
        followUp: followUp[1],
      });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`the demonstration ended with ${code}:\n${said}`)));
  });
  return { origin: `http://${listen}`, doors, stop: () => child.kill("SIGTERM") };
}
