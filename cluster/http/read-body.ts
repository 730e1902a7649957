import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { badRequest, tooLarge } from "../api/status.js";

/** Bytes of a request body the API takes, as kube-apiserver does. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body; throws 413 as soon as it is longer than `MAX_BODY_BYTES`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await collect(request);
  return request.headers["content-encoding"] === "gzip" ? unzip(body) : body;
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // The rest still flows, unkept: a client reads the answer only after it has sent everything.
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(bodyTooLarge());
    });
    const closed = (): void => reject(badRequest("the connection was closed before the whole body came"));
    request.once("end", () => {
      // Every request closes in the end: an error made each time, to no purpose, costs more than the rest of reading it.
      request.off("close", closed);
      resolve(Buffer.concat(chunks));
    });
    request.once("error", reject);
    request.once("close", closed);
  });
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
