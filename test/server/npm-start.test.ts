import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import { processesOf, productRoot, temporaryFolder, until, writeLab } from "./lectern-process.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

it("Ctrl-C while Lectern starts ends what had been started", async () => {
  const data = join(folder.path, "early");
  const args = ["bin/lectern.js", "serve", "--port", "0", "--data", data, "--lab", writeLab(folder.path)];
  const lectern = spawn(process.execPath, args, { cwd: productRoot, stdio: "ignore" });
  await until("the cluster's process runs", 60_000, () =>
    processesOf(join(data, "cluster")).length > 0 ? true : undefined,
  );
  const since = Date.now();
  lectern.kill("SIGINT");
  await until("every process is gone", 60_000, () => (processesOf(data).length === 0 ? true : undefined));
  expect(Date.now() - since).toBeLessThan(3_000 * crowdingBesideTests());
});

it("npm start ends everything within seconds of Ctrl-C, which reaches npm and Lectern alike", async () => {
  const data = join(folder.path, "data");
  // Without the scripts around it: building is not what is tested here.
  const args = [
    "start",
    "--ignore-scripts",
    "--",
    "--port",
    "0",
    "--data",
    data,
    "--lab",
    writeLab(folder.path),
  ];
  const npm = spawn("npm", args, { cwd: productRoot, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  npm.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await until("it is ready", 60_000, () => (output.includes("Lectern is ready") ? true : undefined));
  const since = Date.now();
  process.kill(-(npm.pid ?? 0), "SIGINT");
  await until("every process is gone", 60_000, () => (processesOf(data).length === 0 ? true : undefined));
  expect(Date.now() - since).toBeLessThan(3_000 * crowdingBesideTests());
  await until("npm is gone", 60_000, () =>
    npm.exitCode !== null || npm.signalCode !== null ? true : undefined,
  );
});
