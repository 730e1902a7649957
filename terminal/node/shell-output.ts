import { readSync } from "node:fs";
import type { IPty } from "node-pty";

/** Bytes that are handed on at once: as many as a frame to a page has. */
const PIECE_BYTES = 65_536;
/** Most that the kernel gives out of a pseudo terminal at a time. */
const READ_BYTES = 4_096;
/** A shorter read leaves nothing behind that were worth another look. */
const FULL_READ = READ_BYTES / 2;

/** Shared by all shells: it is filled and copied in one go. */
const scratch = Buffer.allocUnsafeSlow(PIECE_BYTES);

/** What node-pty has and does not declare (1.2, unixTerminal.js). */
interface PtyInternals {
  fd?: number;
  _socket?: { readableLength: number; destroyed: boolean };
}

/**
 * Calls back with what a shell prints, in order. The kernel gives a pseudo terminal's output 4 KiB at a time, and Node one such read for each
 * turn of the event loop, which costs far more than the bytes do; so what waits behind a full read is read at once.
 */
export function onShellOutput(pty: IPty, take: (bytes: Buffer) => void): void {
  // With encoding null the data are Buffers; the library's types say string.
  pty.onData((data) => take(readOn(pty as unknown as PtyInternals, data as unknown as Buffer)));
}

function readOn({ fd, _socket: socket }: PtyInternals, first: Buffer): Buffer {
  // What Node has read and not handed out yet comes before anything that is still in the kernel.
  if (first.length < FULL_READ || fd === undefined || socket?.readableLength !== 0 || socket.destroyed)
    return first;
  let length = first.copy(scratch);
  try {
    for (let read = READ_BYTES; read >= FULL_READ && length + READ_BYTES <= PIECE_BYTES; length += read)
      read = readSync(fd, scratch, length, READ_BYTES, null);
  } catch {
    // Nothing waits (EAGAIN), or the shell has ended (EIO), which Node sees with its next read.
  }
  return length === first.length ? first : Buffer.from(scratch.subarray(0, length));
}
