import type { CommandOutcome } from "../common/session-host.js";

/** Outcomes kept per terminal; a long lab has about 150 blocks. */
const RECORDS_KEPT = 500;
/** Characters of output kept per terminal over all outcomes; older outputs are emptied first. */
const OUTPUT_KEPT = 1_048_576;

/** What became of the commands of one terminal, for servers that come later. */
export class CommandRecords {
  readonly #outcomes = new Map<string, CommandOutcome>();
  #outputSize = 0;

  get(id: string): CommandOutcome | undefined {
    return this.#outcomes.get(id);
  }

  add(outcome: CommandOutcome): void {
    this.#outcomes.set(outcome.id, outcome);
    this.#outputSize += outcome.output.length;
    for (const [id, old] of this.#outcomes) {
      if (this.#outputSize <= OUTPUT_KEPT) break;
      if (old.output === "" || id === outcome.id) continue;
      this.#outputSize -= old.output.length;
      this.#outcomes.set(id, { ...old, output: "", outputTruncated: true });
    }
    for (const [id, old] of this.#outcomes) {
      if (this.#outcomes.size <= RECORDS_KEPT) break;
      this.#outputSize -= old.output.length;
      this.#outcomes.delete(id);
    }
  }
}
