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

export async function startDemo(program, language) {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ["serve", "--demo", "--listen", listen, "--set", `language=${language}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const doors = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demonstration did not start:\n${said}`)), 60_000);
    const read = (chunk) => {
      said += chunk;
      const links = [...said.matchAll(/\((proposed|investigation|conclusions)\): opens once\n\s+(\S+)\n/g)];
      if (links.length < 3) return;
      clearTimeout(timer);
      const codes = said.match(/each works once: (.+)\n/)[1].trim().split(/\s+/);
      const clerkCodes = said.match(/clerk of an organisation[\s\S]*?each works once: (.+)\n/)[1].trim().split(/\s+/);
      const administrator = said.match(/first administrator.*\n\s+(\S+)\n/)[1];
      resolve({ ...Object.fromEntries(links.map(([, phase, url]) => [phase, url])), codes, clerkCodes, administrator });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`the demonstration ended with ${code}:\n${said}`)));
  });
  return { origin: `http://${listen}`, doors, stop: () => child.kill("SIGTERM") };
}
