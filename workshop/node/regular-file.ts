import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * Reads a file of a lab. Throws what the system throws, and an error in words for what is no file: a pipe that nobody writes to, or a
 * device without end, would keep whoever reads it for ever. Of a file with more than `mostBytes` only these are read.
 */
export async function readRegularFile(
  path: string,
  mostBytes?: number,
): Promise<{ content: Buffer; mode: number }> {
  // Without O_NONBLOCK the opening alone waits for somebody who writes to the pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new Error(`it is ${found.isDirectory() ? "a folder" : "a pipe or a device"}, not a file`);
    const isWhole = mostBytes === undefined || found.size <= mostBytes;
    const content = isWhole ? await file.readFile() : await beginningOf(file, mostBytes);
    return { content, mode: found.mode & 0o777 };
  } finally {
    await file.close();
  }
}

async function beginningOf(file: FileHandle, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}
