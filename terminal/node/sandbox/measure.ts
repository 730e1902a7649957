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

/** Counts what folders take, and what processes keep of files that were removed, in 20 s at most. */
export function measure(request: MeasureRequest): Promise<Measured | "too many"> {
  return countAll(request).catch((error: unknown) => {
    if (error instanceof TooManyError) return "too many";
    throw error;
  });
}

async function countAll({ folders, processes }: MeasureRequest): Promise<Measured> {
  const [bytes, files, removedBytes] = await Promise.all([
    count(folders, "--block-size=1"),
    count(folders, "--inodes"),
    countRemoved(folders, processes),
  ]);
  const uses = folders.map((folder) => ({ bytes: bytes.get(folder) ?? 0, files: files.get(folder) ?? 0 }));
  return { uses, removedBytes };
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

/** A file without a name keeps its room until the last who has it open, or mapped, lets go. */
async function countRemoved([folder]: readonly string[], processes: readonly number[]): Promise<number> {
  if (folder === undefined || processes.length === 0) return 0;
  const { dev } = await stat(folder);
  const open = processes.flatMap((pid) => [`/proc/${pid}/fd`, `/proc/${pid}/map_files`]);
  const wanted = ["-maxdepth", "1", "-type", "f", "-links", "0", "-printf", "%D %i %b\n"];
  const files = new Set((await ask(["find", "-L", ...open, ...wanted])).split("\n"));
  let blocks = 0;
  for (const file of files) {
    const [device, , taken] = file.split(" ");
    if (Number(device) === dev) blocks += Number(taken);
  }
  return blocks * BLOCK_BYTES;
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
