import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTokens } from "../../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { createAccess } from "../access.js";
import { problemHandler } from "../problem.js";
import { createRecordingsRouter } from "./recordings.js";

const TOKEN = "the instructor's token";
let server: Server;
let origin = "";

beforeEach(async () => {
  const access = createAccess({
    tokens: createTokens(Buffer.alloc(32, 7)),
    instructorToken: () => TOKEN,
    namedTokens: { accountOf: () => undefined, secretOf: () => undefined, look: () => Promise.resolve() },
    staff: { roleIn: () => "learner" },
    start: "open",
    scope: () => ({ base: "/", secure: false }),
  });
  const host = { recordings: () => Promise.resolve([]), recording };
  const application = express()
    .use(
      createRecordingsRouter({
        host,
        access,
        workshop: { find: () => undefined, lookUp: () => Promise.resolve() },
      }),
    )
    .use(problemHandler(pino({ level: "silent" })));
  server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/instructor/recordings`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function* recording(_session: string, name: string): AsyncIterable<Uint8Array> {
  if (name === "none.cast") throw new ServerError(serverErrorCodes.notFound, "There is no such recording.");
  yield Buffer.from('{"version":2}\n');
  yield Buffer.alloc(1024 * 1024, "x");
}

it("is an asciicast where there is one, and a problem where there is none", async () => {
  const found = await get("a/1.cast", TOKEN);
  expect([found.status, found.headers.get("content-type")]).toEqual([200, "application/x-asciicast"]);
  expect(await found.text()).toHaveLength(14 + 1024 * 1024);
  const missing = await get("a/none.cast", TOKEN);
  expect([missing.status, missing.headers.get("content-type")]).toEqual([
    404,
    "application/json; charset=utf-8",
  ]);
});

it("is for instructors only", async () => {
  expect((await get("a/1.cast", "another token")).status).toBe(401);
});

function get(path: string, token: string): Promise<Response> {
  return fetch(`${origin}/${path}`, { headers: { authorization: `Bearer ${token}` } });
}
