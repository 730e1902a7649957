import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import express, { type Response } from "express";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type EventStream, openEventStream } from "./server-sent-events.js";

let server: Server;
let streams: EventStream<{ text: string }>[];
let responses: Response[];
let errors: unknown[];
const clients: Socket[] = [];
const note = (error: unknown): void => void errors.push(error);

beforeEach(async () => {
  streams = [];
  responses = [];
  errors = [];
  const application = express().get("/", (_request, response) => {
    responses.push(response);
    streams.push(openEventStream(response));
    // Without a listener of its own it would end the process.
    response.on("error", note);
  });
  server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.closeAllConnections();
  server.close();
});

it("writes nothing after its end, however long its reader does not read", async () => {
  const [stream] = await opened({ reads: false });
  // More than the kernel takes for a reader that does not read, and less than it may leave lying.
  await expect
    .poll(
      () => {
        stream?.send({ text: "x".repeat(100_000) });
        return responses[0]?.writableLength ?? 0;
      },
      { interval: 1 },
    )
    .toBeGreaterThan(100_000);
  expect(responses[0]?.destroyed).toBe(false);
  stream?.end();
  stream?.send({ text: "late" });
  stream?.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([]);
});

it("tells a reader what was said until its end", async () => {
  const [stream, client] = await opened({ reads: true });
  let heard = "";
  client.on("data", (bytes: Buffer) => (heard += bytes.toString()));
  const closed = new Promise((resolve) => stream?.signal.addEventListener("abort", resolve));
  stream?.send({ text: "one" });
  stream?.end();
  await closed;
  await expect.poll(() => heard).toContain('data: {"text":"one"}');
});

async function opened({
  reads,
}: {
  reads: boolean;
}): Promise<[EventStream<{ text: string }> | undefined, Socket]> {
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  clients.push(client);
  if (!reads) client.pause();
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => streams.length).toBe(1);
  return [streams[0], client];
}
