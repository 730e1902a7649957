import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { carryConnection } from "./carry-connection.js";

let folder: string;
let path: string;
/** Of a pod: hears nothing of an end, and answers what it reads, where it reads. */
let pod: Server;
let podPort: number;
let asked: Server;
let reads: boolean;
const inside: Socket[] = [];
const MUCH = Buffer.alloc(1024 * 1024);

beforeEach(async () => {
  reads = true;
  folder = mkdtempSync(join(tmpdir(), "lectern-carry-"));
  path = join(folder, "asked.sock");
  pod = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    if (reads) socket.on("data", (bytes) => socket.write(`heard ${bytes.toString()}`));
  }).listen(0, "127.0.0.1");
  await once(pod, "listening");
  podPort = (pod.address() as AddressInfo).port;
});

afterEach(() => {
  for (const each of inside.splice(0)) each.destroy();
  for (const each of [asked, pod]) each.close();
  rmSync(folder, { recursive: true });
});

/** A client whose connections are carried to the pod once `dialled` allows. */
async function client(
  dialled: (client: Socket) => Promise<unknown> = async () => undefined,
): Promise<Socket> {
  asked = createServer({ allowHalfOpen: true }, (socket) => {
    const port = connect({ port: podPort, host: "127.0.0.1", allowHalfOpen: true });
    inside.push(port);
    void Promise.all([once(port, "connect"), dialled(socket)]).then(() => carryConnection(socket, port));
  }).listen(path);
  await once(asked, "listening");
  const made = connect({ path, allowHalfOpen: true });
  await once(made, "connect");
  return made;
}

async function isLetGo(): Promise<void> {
  await expect.poll(() => inside.map(({ closed }) => closed), { timeout: 20_000 }).toEqual([true]);
}

it("lets go of a port that hears nothing, once its client has gone", async () => {
  const gone = await client();
  gone.write("a word");
  expect(String((await once(gone, "data"))[0])).toBe("heard a word");
  gone.destroy();
  await isLetGo();
});

it("lets go of a port whose client went while it was dialled", async () => {
  const gone = await client(async (socket) => {
    socket.destroy();
    await once(socket, "close");
  });
  await isLetGo();
  gone.destroy();
});

it("lets go of a port that reads nothing, once its client has gone", async () => {
  reads = false;
  const gone = await client();
  const fill = (): void => {
    while (gone.write(MUCH));
  };
  gone.on("drain", fill);
  fill();
  await expect.poll(() => inside.map(({ writableNeedDrain }) => writableNeedDrain)).toEqual([true]);
  gone.destroy();
  await isLetGo();
});

it("keeps the port of a client that has ended its side only", async () => {
  const half = await client();
  half.end("a word");
  expect(String((await once(half, "data"))[0])).toBe("heard a word");
  const [socket] = inside;
  const gone = once(socket as Socket, "close").then(() => "gone");
  // Longer than it takes to notice that a client has gone.
  const late = new Promise((resolve) => setTimeout(() => resolve("kept"), 2500));
  expect(await Promise.race([gone, late])).toBe("kept");
  half.destroy();
  await isLetGo();
});
