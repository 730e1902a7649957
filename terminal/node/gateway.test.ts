import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TerminalAddress } from "../common/session-host.js";
import { FLOW_HIGH, FLOW_LOW } from "../common/flow.js";
import { closeCodes, type ViewerRequest } from "../common/viewer-frames.js";
import { crowdingBesideTests } from "./crowding-for-tests.js";
import { openTestGateway, TestReader, type ReaderOptions, type TestGateway } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

let test: TestHost;
let gateway: TestGateway;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
  gateway = await openTestGateway(test.socketPath);
});
afterAll(async () => {
  await gateway.close();
  await test.close();
});

async function newTerminal(): Promise<TerminalAddress> {
  counter += 1;
  const address = { session: `gateway-${counter}`, terminal: "1" };
  await test.open(address);
  await test.client.run(address, { id: "ready", text: "PS1='> '" });
  return address;
}

async function join(
  address: TerminalAddress,
  hello: Partial<ViewerRequest> = {},
  options: ReaderOptions & { at?: TestGateway } = {},
): Promise<TestReader> {
  const reader = new TestReader(options.at ?? gateway, address, options);
  await new Promise((resolve, reject) => reader.socket.once("open", resolve).once("error", reject));
  reader.send({ type: "hello", ...hello } as ViewerRequest);
  await reader.until(() => reader.events.length > 0);
  return reader;
}

describe("a socket", () => {
  it("shows the screen, takes keys and brings output", async () => {
    const reader = await join(await newTerminal(), { columns: 90, rows: 20 });
    expect(reader.events[0]).toMatchObject({ type: "snapshot", columns: 90, rows: 20, readOnly: false });
    reader.send({ type: "input", data: "echo $((20+22)); stty size\r" });
    await reader.until(() => reader.text.includes("42\r\n20 90\r\n"));
    reader.socket.close();
  });

  it("gets exactly what it missed when it comes back", async () => {
    const address = await newTerminal();
    const witness = await join(address);
    const first = await join(address);
    first.send({
      type: "input",
      data: "for i in $(seq 1 300); do echo line-$i-漢字; sleep 0.001; done; echo d''one\r",
    });
    await first.until(() => first.text.includes("line-20-"));
    first.socket.terminate();
    await witness.until(() => witness.text.includes("done\r\n"));
    const second = await join(address, { resume: { stream: first.stream, position: first.position } });
    expect(second.events[0]).toMatchObject({ type: "ready", position: first.position });
    await second.until(() => second.text.endsWith("\u0007"));
    await witness.until(() => witness.position === second.position);
    expect(first.text + second.text).toBe(witness.text);
    witness.socket.close();
    second.socket.close();
  });

  it("lets the last active reader decide the size and a read-only one do nothing", async () => {
    const address = await newTerminal();
    const one = await join(address, { columns: 100, rows: 30 });
    const two = await join(address, { columns: 70, rows: 22 });
    const wall = await join(address, { columns: 20, rows: 5 }, { readOnly: true });
    await one.until(() => one.events.some((event) => event.type === "size" && event.columns === 70));
    wall.send({ type: "input", data: "touch forbidden\r" });
    wall.send({ type: "resize", columns: 20, rows: 5 });
    one.send({ type: "input", data: "stty size; ls\r" });
    await one.until(() => one.text.includes("30 100"));
    expect(one.text).not.toContain("forbidden");
    await wall.until(() => wall.text.includes("30 100"));
    for (const reader of [one, two, wall]) reader.socket.close();
  });

  it("hears that the shell ended", async () => {
    const reader = await join(await newTerminal());
    reader.send({ type: "input", data: "echo last words; exit 4\r" });
    await reader.until(() => reader.code !== 0);
    expect(reader.text).toContain("last words\r\n");
    expect(reader.events.at(-1)).toEqual({ type: "exited", exitStatus: 4 });
    expect(reader.code).toBe(closeCodes.exited);
    const late = await join(reader.address);
    await late.until(() => late.code !== 0);
    expect(late.screens[0]).toContain("last words");
    expect(late.code).toBe(closeCodes.exited);
  });

  it("survives a new gateway without losing a byte", async () => {
    const address = await newTerminal();
    const other = await openTestGateway(test.socketPath);
    const first = await join(address, {}, { at: other });
    first.send({ type: "input", data: "kept=4711; echo one\r" });
    await first.until(() => first.text.includes("one\r\n"));
    await other.close();
    const second = await join(address, { resume: { stream: first.stream, position: first.position } });
    expect(second.events[0]?.type).toBe("ready");
    second.send({ type: "input", data: "echo $kept\r" });
    await second.until(() => second.text.includes("4711\r\n"));
    second.socket.close();
  });
});

describe("a flood with a reader that stops", () => {
  it("stays bounded and Ctrl-C works at once", async () => {
    const address = await newTerminal();
    const reader = await join(address, {}, { acknowledge: false });
    const start = openWindow(reader);
    reader.send({ type: "input", data: "yes 'a line of some length for the flood'\r" });
    await reader.until(() => reader.position - start >= FLOW_HIGH);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reader.position - start).toBeLessThanOrEqual(FLOW_HIGH);
    const pressedAt = Date.now();
    reader.send({ type: "input", data: "\u0003" });
    const acknowledging = setInterval(() => reader.send({ type: "ack", position: reader.position }), 1);
    await reader.until(() => reader.text.includes("^C"));
    clearInterval(acknowledging);
    expect(Date.now() - pressedAt).toBeLessThan(1_000 * crowdingBesideTests());
    reader.socket.close();
  });

  it("is sent on before a slow reader has run dry", async () => {
    const address = await newTerminal();
    const reader = await join(address, {}, { acknowledge: false });
    const start = openWindow(reader);
    reader.send({ type: "input", data: "yes 'a line of some length for the flood'\r" });
    await reader.until(() => reader.position - start >= FLOW_HIGH);
    // However much the shell printed until it was held, this much is left to be drawn at each acknowledgement.
    const undrawn = FLOW_LOW * 0.8;
    const drawing = setInterval(() => reader.send({ type: "ack", position: reader.position - undrawn }), 5);
    await reader.until(() => reader.position - start >= FLOW_HIGH * 3).finally(() => clearInterval(drawing));
    reader.send({ type: "input", data: "\u0003" });
    reader.socket.close();
  });

  it("does not hold up a second reader", async () => {
    const address = await newTerminal();
    const stuck = await join(address, {}, { acknowledge: false });
    const reader = await join(address);
    reader.send({ type: "input", data: "seq 1 400000; echo d''one\r" });
    await reader.until(() => reader.text.includes("done\r\n"), 60_000);
    stuck.send({ type: "ack", position: stuck.position });
    await stuck.until(() => stuck.screens.length > 1);
    expect(stuck.screens.at(-1)).toContain("done");
    stuck.socket.close();
    reader.socket.close();
  });
});

/** Where a whole window begins for a reader that acknowledges nothing more: the prompt may have come after the screen, or not yet. */
function openWindow(reader: TestReader): number {
  const { position } = reader;
  reader.send({ type: "ack", position });
  return position;
}

async function refused(options: ReaderOptions): Promise<string> {
  const reader = new TestReader(gateway, await newTerminal(), options);
  return new Promise((resolve) => {
    reader.socket.once("error", (error) => resolve(error.message));
    reader.socket.once("open", () => resolve("admitted"));
  });
}

describe("the gateway", () => {
  it("refuses foreign pages, also ones on another port of this machine", async () => {
    expect(await refused({ origin: "http://evil.example" })).toContain("403");
    expect(await refused({ origin: "http://127.0.0.1:1" })).toContain("403");
    expect(await refused({ origin: gateway.origin.replace("127.0.0.1", "localhost") })).toContain("403");
  });

  it("refuses a wrong ticket, one used before and one for another terminal", async () => {
    expect(await refused({ ticket: "guess" })).toContain("401");
    const elsewhere = { address: { session: "other", terminal: "1" }, user: "learner", readOnly: false };
    expect(await refused({ ticket: gateway.tickets.issue(elsewhere) })).toContain("401");
    const address = await newTerminal();
    const ticket = gateway.tickets.issue({ address, user: "learner", readOnly: false });
    const first = await join(address, {}, { ticket });
    const second = new TestReader(gateway, address, { ticket });
    expect(
      await new Promise((resolve) => second.socket.once("error", (error) => resolve(error.message))),
    ).toContain("401");
    first.socket.close();
  });

  it("closes on garbage, on oversized frames and on a flood of frames", async () => {
    const address = await newTerminal();
    for (const garbage of ["{", '{"type":"run"}', '{"type":"input","data":1}', Buffer.from([1, 2, 3])]) {
      const reader = await join(address);
      reader.socket.send(garbage);
      await reader.until(() => reader.code !== 0);
      expect(reader.code).toBe(closeCodes.frameInvalid);
    }
    const large = await join(address);
    large.socket.send("x".repeat(600 * 1024));
    await large.until(() => large.code !== 0);
    expect(large.code).toBe(1009);
    const fast = await join(address);
    for (let index = 0; index < 40_000 && fast.code === 0; index += 1)
      fast.send({ type: "ack", position: 0 });
    await fast.until(() => fast.code !== 0);
    expect(fast.code).toBe(closeCodes.rateExceeded);
  });

  it.each<[string, number[], (socket: WebSocket) => void]>([
    // The library cuts off whoever sends many more pings than it reads answers.
    ["pings", [closeCodes.rateExceeded, 1006], (socket) => socket.ping()],
    ["pongs", [closeCodes.rateExceeded], (socket) => socket.pong()],
    ["pieces of one message", [1008], (socket) => socket.send("", { fin: false })],
    [
      "bytes",
      [closeCodes.rateExceeded],
      (socket) => socket.send(`{"type":"ack","position":0${" ".repeat(200_000)}}`),
    ],
  ])("closes on a flood of %s", async (_name, codes, send) => {
    const { socket } = await join(await newTerminal());
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    while (socket.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount < 100_000) send(socket);
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(codes).toContain(await closed);
  });

  it("closes a socket whose right was withdrawn, and says so for a terminal that is not there", async () => {
    let allowed = true;
    const other = await openTestGateway(test.socketPath, () => allowed);
    const reader = await join(await newTerminal(), {}, { at: other });
    allowed = false;
    await reader.until(() => reader.code !== 0);
    expect(reader.code).toBe(closeCodes.noLongerAllowed);
    await other.close();
    const missing = await join({ session: "nobody", terminal: "1" });
    await missing.until(() => missing.code !== 0);
    expect(missing.code).toBe(closeCodes.terminalNotFound);
  });
});
