import { createReadStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { listRecordings } from "./recording.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { RecordingInfo } from "../common/session-host.js";

/** The recordings of a session that has ended, where the operator keeps them. */
export interface KeptSession {
  /** Unique among those that are kept. */
  id: string;
  session: string;
  /** Epoch milliseconds. */
  endedAt: number;
  recordings: Omit<RecordingInfo, "session">[];
}

const NAME = /^(.+)-(\d+)$/;

/** What `KeptRecordings` has put into its folder, to look at and to remove. */
export class KeptRecordingFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those that ended last first, of these alone; none where nothing was ever kept. */
  async list(isWanted: (kept: Pick<KeptSession, "id" | "session">) => boolean): Promise<KeptSession[]> {
    const kept: KeptSession[] = [];
    for (const id of await this.#ids()) {
      const [, session = "", endedAt] = NAME.exec(id) ?? [];
      if (!isWanted({ id, session })) continue;
      const recordings = listRecordings(join(this.#folder, id));
      if (recordings.length > 0) kept.push({ id, session, endedAt: Number(endedAt), recordings });
      // There may be thousands, and others wait for the process.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return kept.toSorted((one, other) => other.endedAt - one.endedAt);
  }

  /** One recording, piece by piece. Throws TERMINAL_RECORDING_UNKNOWN. */
  async *read(id: string, name: string): AsyncIterable<Uint8Array> {
    const isThere =
      (await this.#ids()).includes(id) &&
      listRecordings(join(this.#folder, id)).some((recording) => recording.name === name);
    if (!isThere)
      throw new TerminalError(
        terminalErrorCodes.recordingUnknown,
        `There is no recording ${name} in ${id} any more; look at the list again.`,
      );
    yield* createReadStream(join(this.#folder, id, name));
  }

  /** Removes all recordings of that id; nothing where they are gone. */
  async remove(id: string): Promise<void> {
    if ((await this.#ids()).includes(id)) await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  async #ids(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => NAME.test(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }
}
