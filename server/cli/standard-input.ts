/** What a file given as `-` may hold. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Everything on standard input. It is read as a stream, since not every one can be opened by a name: that of a program which another one starts is often a
 * socket. Throws where it is more than 64 MiB.
 */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${String(MAX_BYTES)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
