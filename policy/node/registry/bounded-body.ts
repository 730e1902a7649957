import { RegistryError } from "./registry-error.js";

/** Reads an answer to its end. Throws `RegistryError` as soon as it is longer than it may be, and where it has no end. */
export async function readBounded(response: Response, maxBytes: number): Promise<Buffer> {
  try {
    return await read(response, maxBytes);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw new RegistryError(`its answer broke off: ${causeOf(error)}`, { cause: error });
  }
}

async function read(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > maxBytes) throw new RegistryError(`its answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** Lets go of an answer that nobody reads, however it ends. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** Why a call of `fetch` failed, as the network says it. */
export function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
