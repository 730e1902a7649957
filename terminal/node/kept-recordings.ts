import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { listRecordings } from "./recording.js";
import { sizeOf } from "./sandbox/report.js";

/** Of all that are kept; a class of thirty leaves 1.5 GB at most. */
const KEPT_BYTES = 5 * 1024 ** 3;

export interface KeptRecordingsOptions {
  /** On the file system of the sessions. */
  folder: string;
  /** Bytes of all together; 5 GiB where not given. */
  bytes?: number;
  /** One line for the log. */
  report: (line: string) => void;
}

/** Recordings of ended sessions, a folder for each; where they take too much the oldest go, and which ones is said. */
export class KeptRecordings {
  readonly #options: KeptRecordingsOptions;
  /** Sessions end side by side; two counts at once would remove more than they must. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: KeptRecordingsOptions) {
    this.#options = options;
  }

  /** Moves the recordings of a session here; what fails is reported and never thrown. */
  async keep(session: string, recordings: string): Promise<void> {
    if (listRecordings(recordings).length === 0) return;
    const { folder, report } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(recordings, join(folder, `${session}-${Date.now()}`));
    } catch (error) {
      report(`The recordings of session ${session} could not be kept: ${String(error)}`);
      return;
    }
    this.#last = this.#last.then(() => this.#makeRoom()).catch((error: unknown) => report(String(error)));
    await this.#last;
  }

  async #makeRoom(): Promise<void> {
    const { folder, bytes: bound = KEPT_BYTES, report } = this.#options;
    const kept = await Promise.all((await readdir(folder)).map((name) => useOf(folder, name)));
    let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of kept.toSorted((one, other) => one.endedAt - other.endedAt)) {
      if (total <= bound) return;
      // An instructor may remove it at the same time.
      await rm(join(folder, name), { recursive: true, force: true });
      total -= bytes;
      report(
        `The recordings ${name} (${sizeOf(bytes)}) were removed: those that are kept took more than ${sizeOf(bound)}.`,
      );
    }
  }
}

async function useOf(
  folder: string,
  name: string,
): Promise<{ name: string; bytes: number; endedAt: number }> {
  const bytes = listRecordings(join(folder, name)).reduce((sum, recording) => sum + recording.bytes, 0);
  const named = Number(/-(\d+)$/.exec(name)?.[1]);
  return { name, bytes, endedAt: named || (await stat(join(folder, name))).mtimeMs };
}
