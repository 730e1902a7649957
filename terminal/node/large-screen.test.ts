import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MAX_FRAME_BYTES } from "../common/host-frames.js";
import { MAX_COLUMNS } from "../common/viewer-frames.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

/** A colour of its own for every cell of every line that is kept, which takes some eighteen bytes each. */
const PAINT = `awk 'BEGIN { for (l = 0; l < 1400; l++) { for (c = 0; c < ${MAX_COLUMNS}; c++)
  printf "\\033[38;2;%d;%d;%dmx", (l * 7 + c) % 256, (l + c * 3) % 256, c % 256; print "" } }'`;
const address = { session: "large", terminal: "1" };
let test: TestHost;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

it("a screen that takes more than any one frame may is shown whole to who comes later, again and again", async () => {
  await test.client.prepare(address.session, { files: [] });
  await test.client.open(address, { env: {}, columns: MAX_COLUMNS, rows: 50 });
  await test.client.write(address.session, { path: "paint", content: PAINT });
  const painted = { id: randomUUID(), text: "sh paint; printf '\\033[m'; echo painted" };
  expect(await test.client.run(address, painted)).toMatchObject({ status: "succeeded" });
  for (let viewed = 0; viewed < 2; viewed += 1) {
    const { reader, leave } = await openTestReader(test.socketPath, address);
    await leave();
    const [screen = ""] = reader.screens;
    expect(screen.length).toBeGreaterThan(MAX_FRAME_BYTES);
    expect(screen).toMatch(/painted\r?\n/);
  }
});
