import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { NameLookup } from "./name-lookup.js";

it("names that nobody answers are asked for once each and keep neither files nor other names waiting", async () => {
  const folder = mkdtempSync(join(tmpdir(), "name-lookup-"));
  const hostsFile = join(folder, "hosts");
  writeFileSync(hostsFile, "192.0.2.9 Known.test # ours\n2001:db8::9 other known.test\n");
  let questions = 0;
  const server = createSocket("udp4", () => (questions += 1));
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const names = new NameLookup({ hostsFile, servers: [`127.0.0.1:${server.address().port}`] });
    let answered = 0;
    const asking = Array.from({ length: 1_000 }, (_, index) =>
      names.addressesOf(`slow${index % 16}.test`).then((addresses) => {
        answered += 1;
        return addresses;
      }),
    );
    // For each name both kinds of addresses.
    await expect.poll(() => questions).toBe(32);
    await Promise.all(Array.from({ length: 8 }, () => stat(folder)));
    expect(await names.addressesOf("KNOWN.test")).toEqual(["192.0.2.9", "2001:db8::9"]);
    expect(await names.addressesOf("2001:db8::1")).toEqual(["2001:db8::1"]);
    expect(answered).toBe(0);
    expect(questions).toBe(32);
    expect(new Set((await Promise.all(asking)).flat())).toEqual(new Set());
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);
