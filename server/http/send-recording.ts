import type { Response } from "express";

/** Sends a recording piece by piece, no faster than the browser takes it; where there is no first piece nothing is answered yet. */
export async function sendRecording(pieces: AsyncIterable<Uint8Array>, response: Response): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    // With the first piece: where there is none, the answer is a problem.
    if (!response.headersSent) response.type("application/x-asciicast");
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

/** Resolves when more may be written, or nobody reads any more. */
function drained(response: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}
