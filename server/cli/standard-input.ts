/** A cluster's objects are 1.5 MB at most, and a list of thousands of them some ten. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Everything on standard input. It is read as a stream, since not every one can be opened by a name: that of a program which another one starts is often a
 * socket. Throws where it is more than 64 MiB.
 */
export function readStandardInput(): Promise<string> {
  return readBounded(process.stdin);
}

/** Everything in a stream, whatever its name says of its size: a pipe or a device says none. Throws where it is more than 64 MiB. */
export async function readBounded(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${String(MAX_BYTES)} bytes; give it in parts`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
