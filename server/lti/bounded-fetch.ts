/** No answer of a platform that we read is longer: keys, a token, what is said of a score. */
const MAX_BYTES = 256 * 1024;
/** Somebody waits for it. */
const TIMEOUT_MS = 8_000;

/** Asks a platform, follows it nowhere else, and reads no more than an answer may be, in no more time than one may take. Throws where it is away. */
export async function boundedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.byteLength;
    if (size > MAX_BYTES)
      throw new Error(`${new URL(url).origin} answers with more than ${String(MAX_BYTES)} bytes`);
    pieces.push(piece);
  }
  const { status, headers } = answer;
  const isEmpty = size === 0 || [204, 205, 304].includes(status);
  return new Response(isEmpty ? null : Buffer.concat(pieces), { status, headers });
}
