import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { egressAddresses } from "./egress-addresses.js";

const folder = mkdtempSync(join(tmpdir(), "egress-"));
const hostsFile = join(folder, "hosts");
const asked: string[] = [];
let server: Socket;
let servers: string[];

/** A name server that leaves names beginning with `slow` without an answer, and has 192.0.2.7 for all others. */
beforeAll(async () => {
  writeFileSync(
    hostsFile,
    "127.0.0.1 localhost here\n192.0.2.9 Registry registry.test # ours\n2001:db8::9 registry.test\n",
  );
  server = createSocket("udp4", (question, { port, address }) => {
    const length = question[12] ?? 0;
    const name = question.toString("latin1", 13, 13 + length);
    asked.push(name);
    if (name.startsWith("slow")) return;
    const end = question.indexOf(0, 12) + 5;
    const isA = question[end - 3] === 1;
    const answer = Buffer.concat([
      question.subarray(0, 2),
      Buffer.from([0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]),
      question.subarray(12, end),
      // A pointer to the name, type A, class IN, a minute, four bytes.
      Buffer.from(isA ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7] : []),
    ]);
    server.send(answer, port, address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  servers = [`127.0.0.1:${server.address().port}`];
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

it("takes addresses as they are, names from the hosts file, and asks for the others", async () => {
  const hosts = ["198.51.100.1", "registry.test", "here", "other.test"];
  const targets = hosts.map((host) => ({ host, port: 443 }));
  const found = await egressAddresses(targets, { hostsFile, servers });
  expect(found.map(({ host }) => host)).toEqual(["198.51.100.1", "192.0.2.9", "2001:db8::9", "192.0.2.7"]);
});

it("asks for many names at once, keeps no file waiting for those without an answer, and leaves them out", async () => {
  const targets = Array.from({ length: 32 }, (_, index) => ({ host: `slow${index}.test`, port: 443 }));
  const looking = egressAddresses([...targets, { host: "other.test", port: 443 }], { hostsFile, servers });
  let isOver = false;
  void looking.then(() => (isOver = true));
  await expect.poll(() => new Set(asked.filter((name) => name.startsWith("slow"))).size).toBe(32);
  await Promise.all(Array.from({ length: 8 }, () => stat(folder)));
  expect(isOver).toBe(false);
  expect(await looking).toEqual([{ host: "192.0.2.7", port: 443 }]);
});
