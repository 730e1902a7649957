import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { ClientConnections } from "./client-connections.js";
import type { PodOwner } from "./pod-owner.js";

const MOST = 3;
const one: PodOwner = { key: "one", words: "the namespace one" };
const other: PodOwner = { key: "other", words: "the namespace other" };
const connect = async (): Promise<PassThrough> => new PassThrough();
const refused = async (): Promise<never> => {
  throw new Error("connection refused");
};
const closed = async (): Promise<PassThrough> => {
  const stream = new PassThrough();
  stream.destroy();
  await new Promise((resolve) => stream.once("close", resolve));
  return stream;
};

it("an owner's pods have so many connections from clients and no more, whatever others have", async () => {
  const connections = new ClientConnections(MOST);
  const open = await Promise.all(Array.from({ length: MOST }, () => connections.dial(one, connect)));
  await expect(connections.dial(one, connect)).rejects.toThrow(
    "the pods of the namespace one have 3 connections by port-forward and proxy, which is all they may at once; close some",
  );
  await connections.dial(other, connect);
  open[0]?.destroy();
  await expect.poll(() => connections.dial(one, connect).then(() => "dialled", String)).toBe("dialled");
});

it("what could not be dialled, or was closed before it was had, does not count", async () => {
  const connections = new ClientConnections(MOST);
  for (let at = 0; at < MOST; at += 1) {
    await expect(connections.dial(one, refused)).rejects.toThrow("refused");
    await connections.dial(one, closed);
  }
  for (let at = 0; at < MOST; at += 1) await connections.dial(one, connect);
  await expect(connections.dial(one, connect)).rejects.toThrow("all they may");
});
