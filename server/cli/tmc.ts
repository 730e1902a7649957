import { readFileSync } from "node:fs";

import { connect } from "./tmc/api-client.js";
import { runTmc } from "./tmc/program.js";
import { terminalText } from "./terminal-text.js";

process.exitCode = await runTmc(process.argv.slice(2), {
  connect: () => connect(process.env),
  version: readVersion(),
  print: (text) => process.stdout.write(`${terminalText(text)}\n`),
  printError: (text) => process.stderr.write(`${terminalText(text)}\n`),
});

function readVersion(): string {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
