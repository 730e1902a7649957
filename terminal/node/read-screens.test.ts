import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCREEN_CHARACTERS, SCREEN_LINES, type ScreenText } from "../common/session-host.js";
import { startTestHost, type TestHost } from "./test-host.js";

/** Whatever a machine under load does meanwhile. */
const PATIENT = { timeout: 60_000 };

// Real shells, asked by somebody who looks at many of them at once.
describe("what terminals show, as text", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startTestHost();
    for (const session of ["one", "two"]) await host.open({ session, terminal: "1" });
  }, 120_000);
  afterAll(() => host?.close());

  const screenOf = async (session: string, known?: string): Promise<ScreenText | undefined> => {
    const [text] = await host.client.screens([{ session, ...(known !== undefined && { known }) }]);
    return text;
  };
  const shown = async (session: string) => (await screenOf(session))?.lines.join("\n") ?? "";

  it("is told without colours, and of each session that is asked for", async () => {
    await host.client.run(
      { session: "one", terminal: "1" },
      { id: "a", text: "printf '\\033[31mr%sd\\033[0m\\n' e" },
    );
    await expect.poll(() => shown("one"), PATIENT).toMatch(/^red$/m);
    expect(await shown("one")).not.toContain("\u001b");
    const both = await host.client.screens([{ session: "two" }, { session: "one" }, { session: "nobodys" }]);
    expect(both.map(({ session }) => session)).toEqual(["two", "one"]);
  });

  it("is told again only where it is another than the one that is known", async () => {
    const known = await settled("two");
    expect(await screenOf("two", known.version)).toBeUndefined();
    await host.client.input({ session: "two", terminal: "1" }, "typed");
    await expect
      .poll(async () => (await screenOf("two", known.version))?.lines.join("\n"), PATIENT)
      .toContain("typed");
  });

  it("keeps the terminal's size", async () => {
    const { columns, rows } = await settled("one");
    const [info] = await host.client.terminals("one");
    expect([columns, rows]).toEqual([info?.columns, info?.rows]);
  });

  it("is that of the terminal which was written to last", async () => {
    await host.open({ session: "one", terminal: "2" });
    await host.client.run({ session: "one", terminal: "2" }, { id: "b", text: "echo second-$((1+1))" });
    await expect.poll(() => shown("one"), PATIENT).toContain("second-2");
    await host.client.run({ session: "one", terminal: "1" }, { id: "c", text: "echo first-$((0+1))" });
    await expect.poll(async () => (await screenOf("one"))?.terminal, PATIENT).toBe("1");
    expect(await shown("one")).toContain("first-1");
  });

  it("is empty once the terminal is closed, and left out from then on", async () => {
    await host.open({ session: "three", terminal: "1" });
    const known = await settled("three");
    await host.client.close("three");
    await expect.poll(() => screenOf("three", known.version), PATIENT).toMatchObject({ lines: [] });
    const { version } = (await screenOf("three", known.version)) ?? {};
    expect(await screenOf("three", version)).toBeUndefined();
    expect(await screenOf("three")).toBeUndefined();
  });

  it("is bounded however much is printed, and however many marks stand on a character", async () => {
    const flood = "for i in $(seq 400); do printf 'e\\u0301%.0s' $(seq 200); echo; done";
    await host.client.run({ session: "two", terminal: "1" }, { id: "d", text: flood });
    const { lines } = await settled("two");
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThanOrEqual(SCREEN_LINES);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(SCREEN_CHARACTERS);
  });

  /** The screen once nothing more comes. */
  async function settled(session: string): Promise<ScreenText> {
    let last: ScreenText | undefined;
    await expect
      .poll(
        async () => {
          const before = last?.version;
          last = await screenOf(session);
          return last !== undefined && last.version === before;
        },
        { ...PATIENT, interval: 300 },
      )
      .toBe(true);
    if (last === undefined) throw new Error(`${session} shows nothing`);
    return last;
  }
});
