import { closeSync, constants, fchownSync, fchmodSync, fstatSync, openSync, readSync } from "node:fs";
import type { ContainerExit, ContainerSpec } from "../../cluster/containers/container-runtime.js";
import type { ContainerLog } from "./container-log.js";

/** Of the file and of the log, as a kubelet has it: the end of what is longer. */
const FILE_BYTES = 4096;
const LOG_BYTES = 2048;
const LOG_LINES = 80;

/** The file that a container finds at its `terminationMessagePath`. Its folder is nobody's but root's, so that nothing but this file is ever at its path. */
export class LastWords {
  readonly file: string;
  readonly path: string;
  readonly #fallsBackToLog: boolean;

  private constructor(file: string, { path, fallsBackToLog }: NonNullable<ContainerSpec["lastWords"]>) {
    this.file = file;
    this.path = path;
    this.#fallsBackToLog = fallsBackToLog;
  }

  /** Makes the file, which must not be there, for the account of the pod; `undefined` where the container asks for none. */
  static make(file: string, { lastWords }: ContainerSpec, uid: number): LastWords | undefined {
    if (lastWords === undefined) return undefined;
    const descriptor = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
    try {
      fchownSync(descriptor, uid, uid);
      fchmodSync(descriptor, 0o666);
    } finally {
      closeSync(descriptor);
    }
    return new LastWords(file, lastWords);
  }

  /** What the container leaves as its message; of the log where that is asked for, it failed and wrote none. `undefined` where there is nothing. */
  async read({ exitCode }: Pick<ContainerExit, "exitCode">, log: ContainerLog): Promise<string | undefined> {
    const written = endOfFile(this.file);
    if (written !== "" || !this.#fallsBackToLog || exitCode === 0) return written || undefined;
    const lines: Buffer[] = [];
    for await (const { bytes, isPartial } of log.read({ follow: false, tailLines: LOG_LINES }))
      lines.push(bytes, Buffer.from(isPartial ? "" : "\n"));
    return Buffer.concat(lines).subarray(-LOG_BYTES).toString() || undefined;
  }
}

function endOfFile(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(FILE_BYTES);
    const from = Math.max(0, fstatSync(descriptor).size - FILE_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, FILE_BYTES, from)).toString();
  } finally {
    closeSync(descriptor);
  }
}
