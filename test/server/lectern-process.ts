import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const productRoot = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 60_000;
const STOP_MS = 60_000;

export interface LecternProcess {
  url: string;
  pid: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Sends the signal to the supervisor and waits until it has ended; milliseconds it took. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** A new folder directly under /tmp, reachable for learners' accounts, and its removal. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "lectern-system-"));
  chmodSync(path, 0o711);
  // Node removes by path, and what learners make may be deeper than a path is long.
  return { path, remove: () => execFileSync("rm", ["-rf", path]) };
}

/** The smallest picture there is. */
const PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/**
 * A one-page lab with a picture, and steps that take their time; the first writes down when its shell began, which tells one shell
 * from the next.
 */
export function writeLab(folder: string): string {
  const file = join(folder, "slow-steps.md");
  const page = [
    "# Slow steps",
    "![a picture](picture.gif)",
    step("cut -d' ' -f22 /proc/$$/stat > .since && mv .since shell.since && echo started"),
    step("sleep 4; echo woke up"),
    step("cat shell.since"),
    step("false"),
    "```hint\nLook at **true**.\n```",
  ];
  writeFileSync(file, page.join("\n"));
  writeFileSync(join(folder, "picture.gif"), PICTURE, "base64");
  return file;
}

function step(command: string): string {
  return `\n\`\`\`execute-1\n${command}\n\`\`\`\n`;
}

/** Which Node runs the product; the one that runs the tests unless said otherwise. */
interface Runtime {
  node?: string;
  /** Besides the tests' own environment. */
  env?: Record<string, string>;
}

/** The folder that a session's learner has as home. */
export function homeOf(data: string, session: string): string {
  return join(data, "terminal", "sessions", session, "home");
}

/** Runs a command line of Lectern to its end. */
export async function runCli(
  args: readonly string[],
  env: Record<string, string> = {},
  { node = process.execPath }: Runtime = {},
): Promise<{ status: number | null; output: string }> {
  const child = spawn(node, ["bin/lectern.js", ...args], {
    cwd: productRoot,
    env: { ...process.env, ...env },
  });
  const output = collect(child);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, output: output() };
}

/** Starts `lectern serve` on a free port; resolves when it has printed where it listens, and all else there is to say. */
export async function startLectern(
  data: string,
  args: readonly string[] = [],
  { node = process.execPath, env }: Runtime = {},
): Promise<LecternProcess> {
  const child = spawn(node, ["bin/lectern.js", "serve", "--port", "0", "--data", data, ...args], {
    cwd: productRoot,
    ...(env && { env: { ...process.env, ...env } }),
  });
  const output = collect(child);
  const url = await until(
    () => `it said where it listens:\n${output()}`,
    START_MS,
    () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`lectern serve ended with ${String(child.exitCode)}:\n${output()}`);
      // What it says of itself then may come in pieces; this is the last of it.
      return /Lectern is ready: (\S+)[^]*\nData and logs: /.exec(output())?.[1];
    },
  );
  return { url, pid: child.pid ?? 0, output, stop: (signal = "SIGINT") => stop(child, signal) };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return 0;
  const since = Date.now();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
  return Date.now() - since;
}

/** The process id of the terminal host or of the embedded cluster behind a data directory. Throws where none is written down. */
export function supervisedPid(data: string, name: "terminal" | "cluster"): number {
  const { pid } = JSON.parse(readFileSync(join(data, "owners", `${name}.json`), "utf8")) as { pid: number };
  return pid;
}

/** Process ids of everything that names the folder in its command line or holds a file in it open. */
export function processesOf(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(
      (pid) => commandLine(pid).includes(folder) || openFiles(pid).some((file) => file.startsWith(folder)),
    )
    .map(Number);
}

/** Polls until the value is there; the error says what was waited for, a function how things stand by then. */
export async function until<T>(
  what: string | (() => string),
  timeoutMs: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const began = Date.now();
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline)
      throw new Error(`waited ${String(timeoutMs)} ms until ${typeof what === "string" ? what : what()}`);
    // Looking with a program of its own costs a processor that others need: it rests twice as long as it looks.
    await sleep(Math.min(Math.max(25, 2 * (Date.now() - began)), 500));
  }
}

function collect(child: ChildProcess): () => string {
  let text = "";
  const add = (chunk: Buffer) => {
    text += chunk.toString("utf8");
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => text;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
