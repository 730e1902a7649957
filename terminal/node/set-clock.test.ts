import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { openTestGateway, TestReader, type TestGateway } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

const address = { session: "clock", terminal: "1" };
const HOUR_MS = 3_600_000;
const now = Date.now.bind(Date);

let test: TestHost;
let gateway: TestGateway;
let reader: TestReader;

beforeAll(async () => {
  test = await startTestHost();
  gateway = await openTestGateway(test.socketPath);
  await test.open(address);
  reader = new TestReader(gateway, address);
  await new Promise((resolve, reject) => reader.socket.once("open", resolve).once("error", reject));
  reader.send({ type: "hello", columns: 80, rows: 24 });
  await reader.until(() => reader.screens.length > 0);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await gateway.close();
  await test.close();
});

// Host and gateway run in this process, so that its clock is theirs; the machine's own is nobody's to set here.
it.each([-HOUR_MS, HOUR_MS])(
  "a clock that is set by %i ms holds up neither keys nor commands",
  async (by) => {
    const running = test.client.run(address, { id: `running ${by}`, text: "sleep 1; (exit 4)" });
    await reader.until(() => reader.text.includes("exit 4"));
    vi.spyOn(Date, "now").mockImplementation(() => now() + by);
    const { status, exitStatus, durationMs } = await running;
    expect([status, exitStatus]).toEqual(["failed", 4]);
    expect(durationMs).toBeGreaterThanOrEqual(0);
    reader.send({ type: "input", data: `echo $((${by} + 1))-typed\r` });
    await reader.until(() => reader.text.includes(`${by + 1}-typed\r\n`));
    const text = 'echo "open';
    expect(await test.client.run(address, { id: `open ${by}`, text })).toMatchObject({ status: "unknown" });
    const next = { id: `next ${by}`, text: `echo next-$((${by} + 2))` };
    expect(await test.client.run(address, next)).toMatchObject({ status: "succeeded" });
    await reader.until(() => reader.text.includes(`next-${by + 2}\r\n`));
    expect(reader.socket.readyState).toBe(reader.socket.OPEN);
  },
);
