import { setMaxListeners } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestHost, type TestHost } from "./test-host.js";

const session = "programs";
let test: TestHost;

beforeAll(async () => {
  test = await startTestHost();
  await test.client.prepare(session, { files: [] });
});
afterAll(() => test.close());

function bash(line: string) {
  return { argv: ["bash", "-c", line] };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** How many processes of this machine have the word in their command line. */
function running(word: string): number {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  }).length;
}

describe("a program of a session", () => {
  it("gives status, output and complaints apart, in the home, with the environment it is given", async () => {
    const request = { ...bash('echo "$PWD $X"; echo bad >&2; exit 3'), env: { X: "of mine" } };
    const result = await test.client.exec(session, request);
    expect(result).toMatchObject({ exitStatus: 3 });
    expect(text(result.stdout)).toMatch(/\/home of mine\n$/);
    expect(text(result.stderr)).toBe("bad\n");
  });

  it("begins without the start-up files of the home, whose lines nobody else runs either", async () => {
    const content = `echo started >&2; cd /; { id -u; pwd; } >>"$HOME/started"\n`;
    await test.client.write(session, { path: ".bashrc", content });
    const { stdout, stderr } = await test.client.exec(session, { argv: ["ls"] });
    await test.client.exec(session, { argv: ["rm", ".bashrc"] });
    expect([text(stdout), text(stderr)]).toEqual(["", ""]);
  });

  it("opens its input and output by their names, as it may where a shell starts it", async () => {
    const line =
      "cat /dev/stdin; echo one >/dev/stdout; echo two >/dev/stderr; echo three | tee /dev/stderr; echo four >>/proc/self/fd/1; [[ -p /dev/stdin && -p /dev/stdout && -p /dev/stderr ]]";
    const result = await test.client.exec(session, { ...bash(line), stdin: "zero\n" });
    expect(text(result.stdout)).toBe("zero\none\nthree\nfour\n");
    expect(text(result.stderr)).toBe("two\nthree\n");
    expect(result.exitStatus).toBe(0);
  });

  it("reads what it is sent, however much, and may stop reading", async () => {
    const piece = Buffer.alloc(1024 * 1024, "a");
    const stdin = Array.from({ length: 40 }, () => piece);
    const counted = await test.client.exec(session, { argv: ["wc", "-c"], stdin, timeoutMs: 60_000 });
    expect(text(counted.stdout).trim()).toBe(String(40 * piece.length));
    const head = await test.client.exec(session, { argv: ["head", "-c", "3"], stdin, timeoutMs: 60_000 });
    expect(text(head.stdout)).toBe("aaa");
  });

  it("is killed after its time, with all it started", async () => {
    const line = "sleep 98761 & setsid sleep 98762 & sleep 98763";
    const result = await test.client.exec(session, { ...bash(line), timeoutMs: 500 });
    expect(result).toMatchObject({ exitStatus: null, killed: "timeout" });
    await expect.poll(() => running("9876")).toBe(0);
  });

  it("is killed after so many bytes, which are kept", async () => {
    const result = await test.client.exec(session, {
      argv: ["cat", "/dev/zero"],
      outputBytes: 100_000,
      timeoutMs: 60_000,
    });
    expect(result).toMatchObject({ exitStatus: null, killed: "output" });
    expect(result.stdout).toHaveLength(100_000);
  });

  it.each([
    { what: "", stdin: "" },
    { what: ", also where it does not read what it is sent", stdin: Buffer.alloc(8 * 1024 * 1024) },
  ])("is killed when its caller no longer wants it$what", async ({ stdin }) => {
    const stop = new AbortController();
    const request = { ...bash("sleep 87651"), stdin, timeoutMs: 60_000, signal: stop.signal };
    const lost = test.client.exec(session, request);
    const rejection = expect(lost).rejects.toThrow("no longer wanted");
    await expect.poll(() => running("87651")).toBeGreaterThan(0);
    // What it does not read has filled every buffer by then.
    await wait(500);
    stop.abort(new Error("no longer wanted"));
    await rejection;
    await expect.poll(() => running("87651")).toBe(0);
  });

  it("that leaves somebody else holding its output has ended when it has ended", async () => {
    const result = await test.client.exec(session, bash("setsid sleep 600 & echo done"));
    expect([result.exitStatus, text(result.stdout)]).toEqual([0, "done\n"]);
  });

  it("may be missing, or of a session that is not there", async () => {
    expect((await test.client.exec(session, { argv: ["no-such-program"] })).exitStatus).not.toBe(0);
    await expect(test.client.exec("nobody", bash("true"))).rejects.toMatchObject({
      code: "TERMINAL_SESSION_UNKNOWN",
    });
  });

  it("is refused where 32 of the session run already", async () => {
    const stop = new AbortController();
    // One listener for each program that runs.
    setMaxListeners(33, stop.signal);
    const request = { ...bash("sleep 300"), timeoutMs: 120_000, signal: stop.signal };
    const all = Array.from({ length: 33 }, () => test.client.exec(session, request));
    const rejected = all.map((program) => program.catch((error: unknown) => error));
    expect(await Promise.race(rejected)).toMatchObject({ code: "TERMINAL_TOO_MANY" });
    stop.abort(new Error("enough"));
    await Promise.all(rejected);
  });
});

describe("a port of a session", () => {
  it("is reached from inside, both ways and with every byte", async () => {
    const server = `exec ${process.execPath} -e 'require("net").createServer((s) => s.once("data", (d) => { s.write(d); s.end(Buffer.alloc(3_000_000, 7)) })).listen(0, "127.0.0.1", function () { console.log(this.address().port) })'`;
    await test.open({ session, terminal: "1" });
    const address = { session, terminal: "1" };
    await test.client.input(address, `{ ${server} > port & } 2>/dev/null\r`);
    const port = await expect
      .poll(async () => text(await test.client.read(session, "port").catch(() => new Uint8Array())).trim())
      .toMatch(/^\d+$/)
      .then(async () => Number(text(await test.client.read(session, "port"))));
    const connection = await test.client.dial(session, port);
    await connection.write(Buffer.from("hello"));
    const received: Uint8Array[] = [];
    for await (const bytes of connection) received.push(bytes);
    const all = Buffer.concat(received);
    expect(all.subarray(0, 5).toString()).toBe("hello");
    expect(all).toHaveLength(3_000_005);
    expect(all.subarray(5).every((byte) => byte === 7)).toBe(true);
  });

  it("where nothing listens is refused in words", async () => {
    await expect(test.client.dial(session, 1)).rejects.toMatchObject({
      code: "TERMINAL_PORT_REFUSED",
      message: expect.stringContaining("Connection refused") as string,
    });
  });
});
