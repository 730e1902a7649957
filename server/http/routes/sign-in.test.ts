import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PAGE_KEY_HEADER } from "../../../workshop/common/api.js";
import { problemHandler } from "../problem.js";
import { type CounterFactory, memoryCounter } from "../rate-limit.js";
import { createSignInRouter } from "./sign-in.js";

/** A room of three hundred, in which everybody presses the button twice. */
const ROOM = 600;
/** The limits are so many times smaller here, that few calls reach them. */
const SMALLER = 100;
const counter: CounterFactory = (limit) =>
  memoryCounter({ ...limit, points: Math.floor(limit.points / SMALLER) });
const publicUrl = () => "https://lectern.example/";
let server: Server;
let url = "";
let asked = 0;

beforeEach(async () => {
  asked = 0;
  const provider = {
    name: "the provider",
    stamp: "",
    begin: async () => {
      asked += 1;
      return "https://provider.example/authorize";
    },
    finish: () => Promise.reject(new Error("nobody comes back here")),
  };
  const access = { enter: () => undefined };
  const application = express()
    .use(createSignInRouter({ access, provider, counter, publicUrl }))
    .use(problemHandler(pino({ level: "silent" })));
  server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/sign-in/begin`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

it("lets a whole room begin at once, and does not ask the provider for one address without end", async () => {
  const statuses = new Map<number, number>();
  const headers = { [PAGE_KEY_HEADER]: "k".repeat(43) };
  for (let begun = 0; begun < (3 * ROOM) / SMALLER; begun += 1) {
    const { status } = await fetch(url, { method: "POST", headers });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 429]);
  expect(statuses.get(200)).toBeGreaterThanOrEqual(ROOM / SMALLER);
  expect(asked).toBe(statuses.get(200));
});
