import type { Socket } from "node:net";
import type { Readable } from "node:stream";

/** Silence after which a program that has ended is taken to have said all. */
const LAST_OUTPUT_MS = 500;

/** Where a program writes. */
export interface OutputPipes {
  stdout: Readable | null;
  stderr: Readable | null;
}

export interface ReleaseOptions {
  /** Milliseconds after which output that is there and that nobody reads is given up. */
  unreadMs: number;
  /** Called at each look, before the pipes are looked at: ends whoever else may hold them. */
  onLook?: () => void;
}

/**
 * Lets go of the output pipes of a program that has ended, each once it says nothing more: what the program left behind may hold them
 * for ever. What is in one is read first, also by somebody who reads slowly, and where this process was held up. To be called when the
 * program has ended; it stops by itself when the last pipe is closed.
 */
export function releaseQuietPipes(
  { stdout, stderr }: OutputPipes,
  { unreadMs, onLook }: ReleaseOptions,
): void {
  const pipes = [stdout, stderr].map((stream) => ({
    stream: stream as Socket,
    read: -1,
    looks: 0,
  }));
  const unreadLooks = unreadMs / LAST_OUTPUT_MS;
  const look = (): void => {
    onLook?.();
    for (const pipe of pipes) {
      const { stream } = pipe;
      const isUnread = stream.isPaused() || stream.readableLength > 0;
      pipe.looks = stream.bytesRead === pipe.read ? pipe.looks + 1 : 0;
      pipe.read = stream.bytesRead;
      if (pipe.looks > (isUnread ? unreadLooks : 0)) stream.destroy();
    }
  };
  // Where this process was held up, a pipe may have more than was read when its time is over: it is read first.
  const timer = setInterval(() => setImmediate(look), LAST_OUTPUT_MS);
  const stop = (): void => {
    if (pipes.every(({ stream }) => stream.closed)) clearInterval(timer);
  };
  for (const { stream } of pipes) stream.once("close", stop);
  stop();
}
