import { closeSync, fchownSync } from "node:fs";
import { Socket } from "node:net";
import { newPipe, type Pipe } from "./sandbox/libc.js";
import type { Account } from "./session-folder.js";

/**
 * What a program reads and writes through. They are pipes, as a shell makes them, and its own account's: Node.js makes sockets, of which
 * `cat /dev/stdin` and `echo x >/dev/stderr` say "No such device or address".
 */
export class ProgramPipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  #theirs: [number, number, number];
  #isClosed = false;

  /** Makes them for a program of the account, where there is one. Throws what the operating system refuses. */
  constructor(account?: Account) {
    const pipes = threePipes();
    const [input, output, complaints] = pipes;
    this.#theirs = [input.read, output.write, complaints.write];
    try {
      // Where the host may switch accounts, the program may open by name only what is its account's.
      if (account && process.getuid?.() === 0)
        for (const descriptor of this.#theirs) fchownSync(descriptor, account.uid, account.gid);
    } catch (error) {
      for (const { read, write } of pipes) closeAll([read, write]);
      throw error;
    }
    this.stdin = new Socket({ fd: input.write, readable: false, writable: true });
    this.stdout = new Socket({ fd: output.read, readable: true, writable: false });
    this.stderr = new Socket({ fd: complaints.read, readable: true, writable: false });
    // Whoever reads no more, or never did, is no fault of ours.
    for (const pipe of [this.stdin, this.stdout, this.stderr]) pipe.on("error", () => undefined);
  }

  /** The program's side, for `spawn`. */
  get stdio(): [number, number, number] {
    return this.#theirs;
  }

  /** Once the program has its side, or will never have it: while we hold it too, nothing ever ends. */
  closeTheirs(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeAll(this.#theirs);
  }

  destroy(): void {
    this.closeTheirs();
    for (const pipe of [this.stdin, this.stdout, this.stderr]) pipe.destroy();
  }
}

/** All or none. */
function threePipes(): [Pipe, Pipe, Pipe] {
  const made: Pipe[] = [];
  try {
    while (made.length < 3) made.push(newPipe());
    return made as [Pipe, Pipe, Pipe];
  } catch (error) {
    for (const { read, write } of made) closeAll([read, write]);
    throw error;
  }
}

function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}
