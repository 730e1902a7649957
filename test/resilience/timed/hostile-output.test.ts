import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crowding } from "../../../terminal/node/crowding-for-tests.js";
import { openTestGateway, TestReader, type TestGateway } from "../../../terminal/node/gateway-for-tests.js";
import { startTestHost, type TestHost } from "../../../terminal/node/test-host.js";

/** What one byte sequence may cost another learner; before they were bounded it was half a minute and more. */
const ECHO_MS = 3_000;
const PRINTED_MS = 60_000;

let test: TestHost;
let gateway: TestGateway;
let victim: TestReader;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
  gateway = await openTestGateway(test.socketPath);
  victim = await join("victim");
});
afterAll(async () => {
  await gateway.close();
  await test.close();
});

async function join(session: string): Promise<TestReader> {
  const address = { session, terminal: "1" };
  await test.open(address);
  const reader = new TestReader(gateway, address);
  await new Promise((resolve, reject) => reader.socket.once("open", resolve).once("error", reject));
  reader.send({ type: "hello", columns: 500, rows: 300 });
  await reader.until(() => reader.screens.length > 0, PRINTED_MS);
  return reader;
}

/** Milliseconds until a key of the other learner is shown. */
async function echo(): Promise<number> {
  const before = victim.text.length;
  const at = performance.now();
  victim.send({ type: "input", data: "a" });
  await victim.until(() => victim.text.length > before, PRINTED_MS);
  return performance.now() - at;
}

/** Each is a shell command that prints what an emulator would take long over, or much memory. */
const attacks: Record<string, string> = {
  "lines inserted without end": `for i in $(seq 2000); do printf '\\e[2147483647L'; done`,
  "a character repeated without end": `printf 'a'; for i in $(seq 500); do printf '\\e[2147483647b'; done`,
  "lines inserted by the eight-bit form": `for i in $(seq 2000); do printf '\\u009b2147483647L'; done`,
  "a million marks on one character": `printf a; head -c 2000000 /dev/zero | sed 's/\\x00/\\xcc\\x81/g'`,
  "a title without end": `printf '\\e]2;'; head -c 4000000 /dev/zero | tr '\\0' t; printf '\\a'`,
  "the largest screen erased again and again": `yes "$(printf '\\e[2J')" | head -n 20000`,
  "links without end": `for i in $(seq 4000); do printf '\\e]8;;http://a/%s\\ax' $i; done; yes '' | head -n 20000`,
  "a screen in which each cell has its colour": `awk 'BEGIN { for (i = 0; i < 150000; i++) printf "\\033[38;2;%d;%d;%dm\\033[48;2;%d;1;1mx", i % 256, i % 255, i % 254, i % 253 }'`,
};

describe("another learner types while a shell prints", () => {
  it.each(Object.entries(attacks))(
    "%s",
    async (_name, command) => {
      counter += 1;
      const attacker = await join(`attacker-${counter}`);
      attacker.send({ type: "input", data: `${command}; echo DO''NE\r` });
      const echoes: number[] = [];
      await Promise.race([
        attacker.until(() => attacker.text.includes("DONE"), PRINTED_MS),
        (async () => {
          for (;;) echoes.push(await echo());
        })(),
      ]);
      echoes.push(await echo());
      expect(Math.max(...echoes)).toBeLessThan(ECHO_MS * crowding());
      // The screen can be seen again, whatever was printed.
      const again = await join(`attacker-${counter}`);
      again.socket.close();
      attacker.socket.close();
    },
    120_000,
  );

  it("and a page that asks for a new size all the time is given ten a second", async () => {
    const page = await join("resizer");
    for (let round = 0; round < 2_000; round += 1)
      page.send({ type: "resize", columns: 20 + (round % 400), rows: 10 + (round % 200) });
    page.send({ type: "resize", columns: 77, rows: 33 });
    expect(await echo()).toBeLessThan(ECHO_MS * crowding());
    await page.until(() => page.events.some((event) => event.type === "size" && event.columns === 77));
    expect(page.events.filter((event) => event.type === "size").length).toBeLessThan(100);
  }, 60_000);
});
