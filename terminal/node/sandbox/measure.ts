import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { Measured, MeasureRequest } from "./agent-protocol.js";

/** Counting is given up after this: what takes longer holds millions of files. */
const MEASURE_MS = 20_000;
/** Of the words of a program that counts; a million open files have 25 MB. */
const SAID_BYTES = 4 * 1024 * 1024;
/** In which find(1) and st_blocks count. */
const BLOCK_BYTES = 512;

/** More than can be counted in the time there is. */
class TooManyError extends Error {}

/** What is asked for within this time is counted by the same programs: starting them takes longer than counting a home. */
const GATHER_MS = 5;
/** Requests that are counted together. */
const MOST_TOGETHER = 8;
/** Requests that are counted at the same time where each has programs of its own. */
const ALONE_AT_ONCE = 2;
/** How many are remembered to have been too much, those of sessions that have ended among them. */
const MOST_REMEMBERED = 1_000;

interface Asked {
  request: MeasureRequest;
  resolve: (measured: Measured | "too many") => void;
  reject: (error: unknown) => void;
}

let gathered: Asked[] = [];
/** The first folders of those that could not be counted the last time: nobody is to wait for them again. */
const tooMuch = new Set<string>();

/**
 * Counts what folders take, and what processes keep of files that were removed, in 20 s at most, or twice that where it was asked for together
 * with what takes as long.
 */
export function measure(request: MeasureRequest): Promise<Measured | "too many"> {
  return new Promise((resolve, reject) => {
    if (gathered.length === 0) setTimeout(countGathered, GATHER_MS);
    gathered.push({ request, resolve, reject });
  });
}

function countGathered(): void {
  const asked = gathered;
  gathered = [];
  void countAlone(asked.filter(wasTooMuch));
  const others = asked.filter((one) => !wasTooMuch(one));
  for (let at = 0; at < others.length; at += MOST_TOGETHER)
    void countTogether(others.slice(at, at + MOST_TOGETHER));
}

function wasTooMuch({ request }: Asked): boolean {
  return tooMuch.has(request.folders[0] ?? "");
}

/** Where that fails, because of one of them, each is counted for itself. */
async function countTogether(asked: readonly Asked[]): Promise<void> {
  if (asked.length === 1) return countAlone(asked);
  try {
    const measured = await countAll(asked.map(({ request }) => request));
    for (const [index, { resolve }] of asked.entries()) resolve(measured[index] ?? "too many");
  } catch {
    await countAlone(asked);
  }
}

async function countAlone(asked: readonly Asked[]): Promise<void> {
  const left = [...asked];
  const next = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) await countOne(one);
  };
  await Promise.all(Array.from({ length: ALONE_AT_ONCE }, next));
}

async function countOne({ request, resolve, reject }: Asked): Promise<void> {
  const [folder = ""] = request.folders;
  try {
    const [measured = "too many"] = await countAll([request]);
    tooMuch.delete(folder);
    resolve(measured);
  } catch (error) {
    if (!(error instanceof TooManyError)) return reject(error);
    if (tooMuch.size >= MOST_REMEMBERED) tooMuch.clear();
    tooMuch.add(folder);
    resolve("too many");
  }
}

async function countAll(requests: readonly MeasureRequest[]): Promise<Measured[]> {
  const folders = requests.flatMap((request) => request.folders);
  const [bytes, files, removed] = await Promise.all([
    count(folders, "--block-size=1"),
    count(folders, "--inodes"),
    countRemoved(requests),
  ]);
  return requests.map((request, index) => ({
    uses: request.folders.map((folder) => ({ bytes: bytes.get(folder) ?? 0, files: files.get(folder) ?? 0 })),
    removedBytes: removed[index] ?? 0,
  }));
}

async function count(folders: readonly string[], unit: string): Promise<Map<string, number>> {
  const said = await ask(["du", "-s", "-x", unit, "--", ...folders]);
  return new Map(
    said
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([number, folder = ""]) => [folder, Number(number)]),
  );
}

/** A file without a name keeps its room until the last who has it open, or mapped, lets go. In the order of the requests. */
async function countRemoved(requests: readonly MeasureRequest[]): Promise<number[]> {
  const open = requests.flatMap(({ processes }) =>
    processes.flatMap((pid) => [`/proc/${pid}/fd`, `/proc/${pid}/map_files`]),
  );
  if (open.length === 0) return [];
  const devices = await Promise.all(requests.map(({ folders }) => deviceOf(folders)));
  const wanted = ["-maxdepth", "1", "-type", "f", "-links", "0", "-printf", "%H %D %i %b\n"];
  const filesOf = filesByProcess(await ask(["find", "-L", ...open, ...wanted]));
  return requests.map(({ processes }, index) => {
    let blocks = 0;
    for (const file of new Set(processes.flatMap((pid) => filesOf.get(pid) ?? []))) {
      const [device, , taken] = file.split(" ");
      if (Number(device) === devices[index]) blocks += Number(taken);
    }
    return blocks * BLOCK_BYTES;
  });
}

async function deviceOf([folder]: readonly string[]): Promise<number | undefined> {
  return folder === undefined ? undefined : (await stat(folder)).dev;
}

/** From lines such as `/proc/12/fd 2049 131 8`, what is behind the path. */
function filesByProcess(said: string): Map<number, string[]> {
  const files = new Map<number, string[]>();
  for (const line of said.split("\n")) {
    const [, pid, file] = /^\/proc\/(\d+)\/\w+ (.+)$/.exec(line) ?? [];
    if (pid === undefined || file === undefined) continue;
    const known = files.get(Number(pid));
    if (known) known.push(file);
    else files.set(Number(pid), [file]);
  }
  return files;
}

/** Runs as the agent does: the learner cannot close a folder to it. */
async function ask(argv: readonly string[]): Promise<string> {
  const options = {
    timeout: MEASURE_MS,
    killSignal: "SIGKILL",
    maxBuffer: SAID_BYTES,
    env: { PATH: "/usr/bin:/bin", LANG: "C" },
  } as const;
  // A file that goes away while it is counted makes the status 1; what was counted is still said.
  const { stdout, isCut } = await promisify(execFile)("nice", argv, options).then(
    (said) => ({ stdout: said.stdout, isCut: false }),
    (error: { stdout?: string; signal?: string | null; code?: unknown }) => ({
      stdout: error.stdout ?? "",
      isCut: typeof error.signal === "string" || error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER",
    }),
  );
  if (isCut) throw new TooManyError();
  return stdout;
}
