import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "../kubernetes/control-plane/go-programs.js";
import { findProgram } from "../requirements/programs.js";

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL("python/requirements.txt", import.meta.url));
const STREAMS = fileURLToPath(new URL("python/streams.py", import.meta.url));
const INSTALL_MS = 180_000;
const SCENARIOS_MS = 200_000;
const ANSWER_BYTES = 16 * 1024 * 1024;

/** A Python that has the client, or in a sentence why there is none; installs the client once for every checkout. */
export async function providePythonClient(): Promise<{ folder: string } | string> {
  if (findProgram("python3") === undefined) return "there is no python3";
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder("python-client"), hash);
  if (existsSync(folder)) return { folder };
  mkdirSync(cacheFolder("python-client"), { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  try {
    const words = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--target",
      unfinished,
      "-r",
      REQUIREMENTS,
    ];
    await run("python3", words, { timeout: INSTALL_MS });
    if (!existsSync(folder)) renameSync(unfinished, folder);
    return { folder };
  } catch (error) {
    return `the Python client cannot be installed: ${(error as Error).message}`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** What `streams.py` is answered by the cluster, by name. */
export async function answersToPython(
  folder: string,
  { kubeconfig, namespace }: { kubeconfig: string; namespace: string },
): Promise<Record<string, unknown>> {
  const { stdout } = await run("python3", [STREAMS, kubeconfig, namespace], {
    env: { PATH: process.env["PATH"], PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", HOME: folder },
    timeout: SCENARIOS_MS,
    maxBuffer: ANSWER_BYTES,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}
