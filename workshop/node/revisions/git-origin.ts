import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { DeadlineError, withDeadline } from "../../../kubernetes/node/deadline.js";
import { LabUnpacker } from "./unpack-lab.js";
import { type LabOrigin, MAX_LAB_BYTES, sourceUnusable } from "./lab-origin.js";
import type { GitRepository } from "./workshop-resource.js";

/** A server of git that needs longer to name a branch is not there. */
const ASK_MS = 20_000;
/** An author who has pushed waits no longer; whoever keeps the repository is asked no more often by one Lectern server. */
const REST_MS = 15_000;
/** For one revision of a lab over a slow line. */
const FETCH_MS = 120_000;
/** What git says of a failure; the end tells why. */
const MAX_WORDS_BYTES = 64 * 1024;
/** `ulimit -f` counts blocks of 512 bytes. */
const MAX_FILE_BLOCKS = MAX_LAB_BYTES / 512;

/**
 * A lab in a repository, by the machine's own git; the revision is the commit. `environment` is what git is started with besides
 * settings of ours: where it is found, and where its account keeps its keys for ssh.
 */
export function gitOrigin(
  { url, ref = "HEAD", path }: GitRepository,
  environment: Readonly<Record<string, string>>,
): LabOrigin {
  const call = { url, environment };
  const where = `${url}${path === undefined ? "" : ` ${path}`}`;
  return {
    title: `git ${where} ${ref}`,
    restMs: REST_MS,
    newest: (signal) => within(ASK_MS, { ...call, signal }, (bounded) => newestCommit(ref, bounded)),
    write: (revision, folder, signal) =>
      within(FETCH_MS, { ...call, signal }, (bounded) =>
        fetchTree(path === undefined ? { revision } : { revision, path }, folder, bounded),
      ),
  };
}

async function within<Result>(
  timeoutMs: number,
  call: GitCall,
  work: (call: GitCall) => Promise<Result>,
): Promise<Result> {
  try {
    return await withDeadline(timeoutMs, call.signal, (signal) => work({ ...call, signal }));
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw sourceUnusable(`git could not read ${call.url}: ${error.message}, and it was ended.`, error);
  }
}

async function newestCommit(ref: string, call: GitCall): Promise<string> {
  const { text } = await git(["ls-remote", "--exit-code", "--", call.url, ref, `${ref}^{}`], call);
  // Of a tag the last line is the commit it stands for; of a branch there is one.
  const commit = text.trim().split("\n").at(-1)?.split("\t", 1)[0] ?? "";
  if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw sourceUnusable(`The repository ${call.url} names no commit for ${ref}.`);
}

async function fetchTree(
  { revision, path }: { revision: string; path?: string },
  folder: string,
  call: GitCall,
): Promise<void> {
  const repository = await mkdtemp(join(dirname(folder), ".git-"));
  try {
    const at = ["-C", repository];
    await git([...at, "init", "--quiet", "--bare"], call);
    await git([...at, ...FETCH_SETTINGS, "fetch", ...FETCH_WORDS, "--", call.url, revision], call);
    const tree = path === undefined ? revision : `${revision}:${path.replace(/\/+$/, "")}`;
    await unpack([...at, "archive", "--format=tar", tree], folder, call);
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

/** One pack, whose size `ulimit` can bound, and no object that is not what it says. */
const FETCH_SETTINGS = ["-c", "fetch.unpackLimit=1", "-c", "fetch.fsckObjects=true"];
const FETCH_WORDS = ["--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"];

/**
 * Nothing of the machine's or the account's git settings, no question to a person, and only protocols that lead to another machine:
 * what else a server can read is not for whoever writes a Workshop.
 */
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "https:ssh:git",
  GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=10",
  LC_ALL: "C",
};

interface GitCall {
  url: string;
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

interface GitAnswer {
  text: string;
}

async function git(words: readonly string[], call: GitCall): Promise<GitAnswer> {
  const child = start(words, call);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    if (text.length < MAX_WORDS_BYTES) text += chunk.toString("utf8");
  });
  await ended(child, call);
  return { text };
}

async function unpack(words: readonly string[], folder: string, call: GitCall): Promise<void> {
  const child = start(words, call);
  const done = ended(child, call);
  // What git says counts more than that its output broke off.
  const [unpacked, end] = await Promise.allSettled([
    new LabUnpacker(folder).addTar(child.stdout as Readable).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw error;
    }),
    done,
  ]);
  if (unpacked.status === "rejected" && end.status === "fulfilled") throw unpacked.reason;
  if (unpacked.status === "rejected" && child.signalCode === "SIGKILL" && !call.signal.aborted)
    throw unpacked.reason;
  if (end.status === "rejected") throw end.reason;
}

function start(words: readonly string[], { environment, signal }: GitCall): ChildProcess {
  const script = `ulimit -f ${String(MAX_FILE_BLOCKS)} 2>/dev/null; exec git "$@"`;
  return spawn("sh", ["-c", script, "git", ...words], {
    env: { ...environment, ...ENVIRONMENT },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
}

function ended(child: ChildProcess, { url, signal }: GitCall): Promise<void> {
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString("utf8")).slice(-MAX_WORDS_BYTES);
  });
  return new Promise((resolve, reject) => {
    let failure: unknown;
    child.once("error", (error) => (failure = error));
    child.once("close", (status) => {
      if (status === 0 && failure === undefined) resolve();
      else
        reject(sourceUnusable(`git could not read ${url}: ${reasonOf(status, complaint, signal)}`, failure));
    });
  });
}

function reasonOf(status: number | null, complaint: string, signal: AbortSignal): string {
  if (signal.aborted) return "it was ended";
  if (status === 127) return "there is no git on the server";
  if (/invalid index-pack output|File too large/.test(complaint))
    return `one commit of it is more than ${String(MAX_LAB_BYTES / 1024 / 1024)} MB, or it is damaged`;
  const last = complaint.trim().split("\n").at(-1) ?? "";
  return status === 2 && last === ""
    ? "it has no such branch or tag"
    : last || `git ended with ${String(status)}`;
}
