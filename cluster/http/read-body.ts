import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { badRequest, tooLarge } from "../api/status.js";

/** Bytes of a request body the API takes, as kube-apiserver does. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body; throws 413 as soon as it is longer than `MAX_BODY_BYTES`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw bodyTooLarge();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? unzip(body) : body;
}

function unzip(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge();
    throw badRequest("the gzip encoded body of the request cannot be decoded", error);
  }
}

function bodyTooLarge(): Error {
  return tooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
