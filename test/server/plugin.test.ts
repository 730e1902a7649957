import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { pino } from "pino";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lectern } from "../../server/plugin.js";
import type { Lectern } from "../../server/plugin.js";
import { detectConfinement } from "../../terminal/node/confinement.js";
import { BrowserSession, typeAndSee } from "./browser-session.js";
import { processesOf, temporaryFolder, writeLab } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let plugin: Lectern;
let server: Server;
let origin = "";
const log: string[] = [];

beforeAll(async () => {
  const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
  plugin = lectern({ data, labs: [writeLab(folder.path)], logger });
  const application = express();
  application.get("/about", (_request, response) => {
    response.send("somebody else's page");
  });
  application.use("/training", plugin.router);
  server = createServer(application);
  server.on("upgrade", (request, socket, head) => {
    if (!plugin.handleUpgrade(request, socket, head)) socket.end("HTTP/1.1 418 Not Lectern\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  await plugin.ready;
});
afterAll(async () => {
  await plugin.close();
  server.close();
  server.closeAllConnections();
  folder.remove();
});

describe("Lectern mounted under /training of another application", () => {
  it("leaves the other's routes and upgrades alone", async () => {
    expect(await (await fetch(`${origin}/about`)).text()).toBe("somebody else's page");
    expect((await fetch(`${origin}/about`)).headers.get("content-security-policy")).toBeNull();
    const socket = new WebSocket(`${origin.replace("http", "ws")}/other`);
    const status = await new Promise((resolve) =>
      socket.once("unexpected-response", (_request, answer) => resolve(answer.statusCode)),
    );
    expect(status).toBe(418);
  });

  it("refuses an option it does not know instead of ignoring it", () => {
    const misspelled = { dataDir: data } as object;
    expect(() => lectern(misspelled)).toThrow(/was given dataDir.*its options are data, labs/);
  });

  it("says that everybody may start labs where nothing says who reaches the application", () => {
    const isOpen = detectConfinement().kind !== "none";
    expect(log.some((line) => line.includes("Everybody who reaches this application"))).toBe(isOpen);
  });

  it("tells its page where it is mounted", async () => {
    const text = await (await fetch(`${origin}/training/s/a/b`)).text();
    expect(text).toContain('<base href="/training/"');
    expect(text).toContain('<meta name="lectern-base" content="/training/"');
  });

  it("runs a lab with API, cookie, tmc and terminal under that path", async () => {
    const browser = new BrowserSession(`${origin}/training/`);
    const created = await browser.call("POST", "api/sessions", { lab: "slow-steps" });
    expect(String(created.headers["set-cookie"])).toMatch(
      /Path=\/training\/api\/;.*HttpOnly; SameSite=Strict/,
    );
    const session = await browser.startLab("slow-steps");
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
    const socket = (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
    await typeAndSee(socket, "echo $LECTERN_URL; echo $((20 + 1))-done\r", /\/training\/\s+21-done/);
    socket.terminate();
  });

  it("ends its processes when it is closed", async () => {
    await plugin.close();
    expect(processesOf(data).filter((pid) => pid !== process.pid)).toEqual([]);
  });
});
