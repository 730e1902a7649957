import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ask } from "./scenario.js";

const COMMAND_MS = 120_000;
/** Of what is asked for through a forwarded port. */
const ANSWER_MS = 20_000;
const OUTPUT_BYTES = 32 * 1024 * 1024;

/** A kubectl and the cluster it speaks to. */
export interface Client {
  kubectl: string;
  kubeconfig: string;
}

/** Answers to what is asked in a namespace, with what differs from one time to the next taken out. */
export async function answersTo(
  asks: readonly Ask[],
  namespace: string,
  client: Client,
  { hasOwnErrors = false }: { hasOwnErrors?: boolean | undefined } = {},
): Promise<object[]> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-scenario-"));
  const fill = (words: readonly string[]): string[] =>
    words.map((word) => word.replaceAll("{folder}", folder).replaceAll("{namespace}", namespace));
  const answers: object[] = [];
  try {
    for (const ask of asks) {
      if ("files" in ask) answers.push({ ask, files: filesBelow(folder) });
      else if ("forward" in ask) answers.push({ ask, ...(await forwarded(ask.forward, namespace, client)) });
      else {
        const { words, input } = Array.isArray(ask) ? { words: ask, input: "" } : ask;
        const { code, stdout, stderr } = await run(client, ["-n", namespace, ...fill(words)], input);
        const said = stderr.replaceAll(folder, "{folder}");
        answers.push({ words, code, stdout: inOrder(words, stdout), ...(!hasOwnErrors && { stderr: said }) });
      }
    }
    return answers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Logs of several containers come in the order in which they are answered. */
function inOrder(words: readonly string[], stdout: string): string {
  if (words[0] !== "logs" || !words.some((word) => word === "-l" || word === "--all-containers"))
    return stdout;
  return stdout.split("\n").toSorted().join("\n");
}

function run(
  { kubectl, kubeconfig }: Client,
  args: string[],
  input: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      kubectl,
      [`--kubeconfig=${kubeconfig}`, ...args],
      { timeout: COMMAND_MS, maxBuffer: OUTPUT_BYTES },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    // What a command does not read before it ends is nobody's fault.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/** What `kubectl port-forward` says, and what is had at each of its ports; ends it. */
async function forwarded(words: string[], namespace: string, client: Client): Promise<object> {
  const args = [
    `--kubeconfig=${client.kubeconfig}`,
    "-n",
    namespace,
    "port-forward",
    "--address=127.0.0.1",
    ...words,
  ];
  const child = spawn(client.kubectl, args, { stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), COMMAND_MS);
  let [said, failed] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (failed += bytes.toString()));
  const closed = once(child, "close");
  const most = words.filter((word) => word.includes(":")).length;
  await Promise.race([closed, linesOf(child, () => said.split(" -> ").length > most)]);
  const bodies: string[] = [];
  for (const [, port = ""] of said.matchAll(/127\.0\.0\.1:(\d+) -> /g)) bodies.push(await page(port));
  child.kill();
  await closed;
  clearTimeout(timer);
  // Of a failure inside of the pod the rest is the runtime's own.
  const told = failed.match(/error forwarding port \d+ to pod|lost connection to pod|^error: .*|^Error .*/gm);
  return { said: said.replaceAll(/(127\.0\.0\.1:|for )\d+/g, "$1PORT"), bodies, told: [...new Set(told)] };
}

/** Resolves once what it wrote is enough. */
async function linesOf(child: ChildProcess, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) await once(child.stdout as NodeJS.ReadableStream, "data");
}

async function page(port: string): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/index.html`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return `${answer.status} ${await answer.text()}`;
  } catch {
    return "no answer";
  }
}

/** Names, modes and contents of what is below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      const mode = (stat.mode & 0o777).toString(8);
      if (stat.isDirectory()) return `${name}/ ${mode}`;
      if (stat.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
      const digest = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
      return `${name} ${mode} ${stat.size} ${digest}`;
    });
}
