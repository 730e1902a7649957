import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Longest path of a unix socket that works everywhere: 104 bytes on macOS with the closing zero. */
const SOCKET_PATH_BYTES = 103;

/** Where a process with a folder of its own listens: in that folder, or in the machine's temporary one where the path leaves no room. */
export function processSocket(folder: string, name: string): string {
  const path = join(folder, "run", name);
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return join(tmpdir(), `lectern-${String(process.getuid?.() ?? 0)}-${digest}`, name);
}

/** Removes what a socket outside of the process's folder has left. */
export function removeSocketFolder(socket: string, folder: string): void {
  if (!socket.startsWith(folder)) rmSync(dirname(socket), { recursive: true, force: true });
}
