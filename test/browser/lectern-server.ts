import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../bin/lectern.js", import.meta.url));
/** The embedded cluster starts in a second or two; a machine under load takes its time. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 15_000;

export interface LecternServer {
  url: string;
  token: string;
  /** The folder of all it keeps. */
  data: string;
  /** What it printed so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts `lectern serve`, or another command, on a free port with data of its own, and ends and removes all of it on `stop`. */
export async function startLectern(options: string[] = [], command = "serve"): Promise<LecternServer> {
  const data = mkdtempSync(join(tmpdir(), "lectern-browser-"));
  const child = spawn(process.execPath, [PROGRAM, command, "--port", "0", "--data", data, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    return { ...(await whenReady(child)), data, stop: () => stop(child, data) };
  } catch (error) {
    await stop(child, data);
    throw error;
  }
}

function whenReady(child: ChildProcess): Promise<Pick<LecternServer, "url" | "token" | "output">> {
  let output = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`lectern serve ${why}. It said:\n${output}`));
    const deadline = setTimeout(() => fail("was not ready in time"), START_DEADLINE_MS);
    child.once("exit", (code) => fail(`ended with status ${code}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const url = /Lectern is ready:\s+(\S+)/.exec(output)?.[1];
        const token = /Instructor:.*token (\S+)/.exec(output)?.[1];
        if (url === undefined || token === undefined) return;
        clearTimeout(deadline);
        resolve({ url, token, output: () => output });
      });
    }
  });
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await ended;
    clearTimeout(deadline);
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
