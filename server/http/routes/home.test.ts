import { createHash } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestHost, startTestHost } from "../../../terminal/node/test-host.js";
import { MAX_EDITED_BYTES } from "../../../workshop/common/editor/file-limits.js";
import { createTokens } from "../../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { createAccess } from "../access.js";
import { problemHandler } from "../problem.js";
import { createHomeRoutes } from "./home.js";

const INSTRUCTOR = "the instructor's token";
const SESSION = {
  id: "edits",
  uid: "1",
  linkRevision: 0,
  createdAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 60_000).toISOString(),
};
const PAGE_KEY = "k".repeat(43);
let host: TestHost;
let server: Server;
let origin = "";
let learner: Record<string, string> = {};

beforeAll(async () => {
  host = await startTestHost();
  await host.client.prepare(SESSION.id, { files: [{ path: "notes/a.txt", content: "one\n" }] });
  const tokens = createTokens(Buffer.alloc(32, 7));
  const access = createAccess({
    tokens,
    instructorToken: () => INSTRUCTOR,
    namedTokens: { accountOf: () => undefined, secretOf: () => undefined, look: () => Promise.resolve() },
    staff: { roleIn: () => "learner" },
    start: "open",
    scope: () => ({ base: "/", secure: false }),
  });
  learner = {
    "lectern-page-key": PAGE_KEY,
    cookie: `lectern-session-${SESSION.id}=${tokens.forBrowser(SESSION, PAGE_KEY)}`,
  };
  const workshop = {
    session: (id: string) => {
      if (id === SESSION.id) return SESSION;
      throw new ServerError(serverErrorCodes.notFound, `There is no session "${id}".`);
    },
  };
  const application = express()
    .use(createHomeRoutes({ workshop, access, host: host.client }))
    .use(problemHandler(pino({ level: "silent" })));
  server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/sessions/${SESSION.id}/home`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await host.close();
});

describe("a home over HTTP", () => {
  it("lists folders and gives files with a version", async () => {
    const listing = await call("folder", "notes");
    expect(await listing.json()).toMatchObject({
      entries: [{ name: "a.txt", kind: "file", size: 4 }],
      isTruncated: false,
    });
    const file = await call("file", "notes/a.txt");
    expect([await file.text(), file.headers.get("etag")]).toEqual(["one\n", `"${sha256("one\n")}"`]);
    expect(file.headers.get("content-disposition")).toBe("attachment");
    expect(file.headers.get("content-security-policy")).toContain("sandbox");
    const again = await call("file", "notes/a.txt", { "if-none-match": `"${sha256("one\n")}"` });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it("writes over what was read, and refuses with 409 what the shell has changed meanwhile", async () => {
    const saved = await put("notes/a.txt", "two\n", { "if-match": `"${sha256("one\n")}"` });
    expect([saved.status, saved.headers.get("etag")]).toEqual([204, `"${sha256("two\n")}"`]);
    await host.client.exec(SESSION.id, { argv: ["bash", "-c", "echo shell > notes/a.txt"] });
    const late = await put("notes/a.txt", "three\n", { "if-match": `"${sha256("two\n")}"` });
    expect([late.status, await late.json()]).toMatchObject([
      409,
      { error: { code: "TERMINAL_FILE_CHANGED" } },
    ]);
    expect(await (await call("file", "notes/a.txt")).text()).toBe("shell\n");
  });

  it("makes a new file only where there is none", async () => {
    expect((await put("notes/new.txt", "", { "if-none-match": "*" })).status).toBe(204);
    expect((await put("notes/new.txt", "x", { "if-none-match": "*" })).status).toBe(409);
  });

  it("is bounded: a file of 5 MiB passes, a larger one is refused in both directions", async () => {
    const most = "x".repeat(MAX_EDITED_BYTES);
    expect((await put("large", most, { "if-none-match": "*" })).status).toBe(204);
    expect((await (await call("file", "large")).arrayBuffer()).byteLength).toBe(MAX_EDITED_BYTES);
    expect((await put("larger", `${most}x`, { "if-none-match": "*" })).status).toBe(413);
    await host.client.exec(SESSION.id, { argv: ["bash", "-c", "echo >> large"] });
    const refused = await call("file", "large");
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { code: "TERMINAL_FILE_UNUSABLE" } },
    ]);
  });

  it.each(["../etc/passwd", "/etc/passwd", "a/../../x"])("leads nowhere else: %s", async (path) => {
    expect((await call("file", path)).status).toBe(409);
    expect((await call("folder", path)).status).toBe(409);
    expect((await put(path, "x", { "if-none-match": "*" })).status).toBe(409);
  });

  it("says what a request lacks", async () => {
    expect((await put("notes/a.txt", "x", {})).status).toBe(400);
    expect((await fetch(`${origin}/file`, { headers: learner })).status).toBe(400);
    const json = await fetch(`${origin}/file?path=x`, {
      method: "PUT",
      headers: { ...learner, "content-type": "application/json", "if-none-match": "*" },
      body: "{}",
    });
    expect(json.status).toBe(400);
  });

  it("is the learner's: others see nothing, and instructors look without writing", async () => {
    expect((await fetch(`${origin}/file?path=notes/a.txt`)).status).toBe(401);
    const authorization = `Bearer ${INSTRUCTOR}`;
    expect((await fetch(`${origin}/file?path=notes/a.txt`, { headers: { authorization } })).status).toBe(200);
    const write = await fetch(`${origin}/file?path=notes/b.txt`, {
      method: "PUT",
      headers: { authorization, "content-type": "application/octet-stream", "if-none-match": "*" },
      body: "x",
    });
    expect(write.status).toBe(401);
  });
});

function call(
  what: "file" | "folder",
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${origin}/${what}?path=${encodeURIComponent(path)}`, { headers: { ...learner, ...headers } });
}

function put(path: string, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${origin}/file?path=${encodeURIComponent(path)}`, {
    method: "PUT",
    headers: { ...learner, "content-type": "application/octet-stream", ...headers },
    body,
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
