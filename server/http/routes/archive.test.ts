import { once } from "node:events";
import { type IncomingMessage, type Server, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionView } from "../../../workshop/common/api.js";
import { MAX_ARCHIVE_BYTES } from "../../../workshop/common/archive-limit.js";
import { problemHandler } from "../problem.js";
import { memoryCounter } from "../rate-limit.js";
import { createArchiveRoutes } from "./archive.js";

let server: Server;

beforeAll(async () => {
  const routes = createArchiveRoutes({
    workshop: {
      session: (id) => ({ id }) as SessionView,
      archive: async () => Buffer.alloc(MAX_ARCHIVE_BYTES),
    },
    access: { requireSession: () => undefined, requireLearner: () => undefined },
    // How often is not what is tested.
    counter: (options) => memoryCounter({ ...options, points: 10_000 }),
  });
  server = createServer(
    express()
      .use(routes)
      .use(problemHandler(pino({ level: "silent" }))),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

it("a session has one download under way, whose bytes wait in memory for who does not read them", async () => {
  const stalled = await ask("one");
  expect(stalled.statusCode).toBe(200);
  expect((await ask("one")).statusCode).toBe(429);
  const other = await ask("other");
  expect(other.statusCode).toBe(200);
  other.destroy();
  stalled.destroy();
  await expect.poll(async () => statusOf(await ask("one"))).toBe(200);
});

async function ask(session: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const request = get({ host: "127.0.0.1", port, path: `/sessions/${session}/archive`, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return response;
}

function statusOf(response: IncomingMessage): number | undefined {
  response.destroy();
  return response.statusCode;
}
