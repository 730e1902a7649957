import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScreenText } from "../../terminal/common/session-host.js";
import { startTestHost, type TestHost } from "../../terminal/node/test-host.js";
import type { ScreensEvent } from "../../workshop/common/instructor-api.js";
import { createScreenWatch, type ScreenWatch } from "./screen-watch.js";

const PATIENT = { timeout: 60_000 };
type Screens = Extract<ScreensEvent, { type: "screens" }>;

/** A wall that keeps what it was told. */
class Viewer {
  readonly events: Screens[] = [];
  readonly shown = new Map<string, string[]>();
  isBusy = false;
  wanted: string[];

  constructor(...wanted: string[]) {
    this.wanted = wanted;
  }

  sessions(): string[] {
    return this.wanted;
  }

  isBehind(): boolean {
    return this.isBusy;
  }

  tell(event: Screens): void {
    this.events.push(event);
    for (const session of event.gone) this.shown.delete(session);
    for (const { session, count, lines } of event.screens) {
      const screen = (this.shown.get(session) ?? []).slice(0, count);
      for (const [at, line] of lines) screen[at] = line;
      this.shown.set(session, screen);
    }
  }

  text(session: string): string {
    return this.shown.get(session)?.join("\n") ?? "";
  }
}

describe("a wall of real terminals", () => {
  let host: TestHost;
  let watch: ScreenWatch;
  beforeAll(async () => {
    host = await startTestHost();
    for (const session of ["one", "two"]) await host.open({ session, terminal: "1" });
    watch = createScreenWatch(host.client, () => undefined);
  }, 120_000);
  afterAll(async () => {
    watch?.close();
    await host?.close();
  });

  const run = (session: string, id: string, text: string) =>
    host.client.run({ session, terminal: "1" }, { id, text });

  it("shows what is typed, and then the lines that changed alone", async () => {
    const viewer = new Viewer("one", "two");
    watch.follow(viewer);
    await run("one", "a", "echo begun-$((1+1))");
    await expect.poll(() => viewer.text("one"), PATIENT).toContain("begun-2");
    await expect.poll(() => viewer.text("two"), PATIENT).not.toBe("");
    await run("one", "b", "echo next-$((1+1))");
    await expect.poll(() => viewer.text("one"), PATIENT).toContain("next-2");
    const told = viewer.events.flatMap(({ screens }) => screens.flatMap(({ lines }) => lines));
    expect(told.filter(([, line]) => line === "begun-2")).toHaveLength(1);
  });

  it("takes away whose session is shown no more, and tells nobody who has left", async () => {
    const [viewer, other] = [new Viewer("one", "two"), new Viewer("one")];
    watch.follow(viewer);
    const leave = watch.follow(other);
    await expect.poll(() => [viewer.shown.size, other.shown.size], PATIENT).toEqual([2, 1]);
    viewer.wanted = ["one"];
    await expect.poll(() => [...viewer.shown.keys()], PATIENT).toEqual(["one"]);
    leave();
    await run("one", "c", "echo later-$((1+1))");
    await expect.poll(() => viewer.text("one"), PATIENT).toContain("later-2");
    expect(other.text("one")).not.toContain("later-2");
  });

  it("waits for a browser that has not read, and then shows it how things are", async () => {
    const viewer = new Viewer("one");
    const other = new Viewer("one");
    watch.follow(viewer);
    watch.follow(other);
    await expect.poll(() => viewer.text("one"), PATIENT).not.toBe("");
    viewer.isBusy = true;
    await run("one", "d", "clear; echo meanwhile-$((1+1))");
    await expect.poll(() => other.text("one"), PATIENT).toContain("meanwhile-2");
    expect(viewer.text("one")).not.toContain("meanwhile-2");
    viewer.isBusy = false;
    await expect.poll(() => viewer.text("one"), PATIENT).toContain("meanwhile-2");
    await expect.poll(() => viewer.text("one") === other.text("one"), PATIENT).toBe(true);
  });

  it("says at once that there is nothing, where there is not", async () => {
    const viewer = new Viewer();
    watch.follow(viewer);
    await expect.poll(() => viewer.events, PATIENT).toEqual([{ type: "screens", screens: [], gone: [] }]);
  });

  it("asks nothing while nobody looks", async () => {
    let asked = 0;
    const counted = createScreenWatch(
      {
        screens: (questions) => {
          asked += 1;
          return host.client.screens(questions);
        },
      },
      () => undefined,
    );
    const viewer = new Viewer("one");
    const leave = counted.follow(viewer);
    await expect.poll(() => viewer.shown.size, PATIENT).toBe(1);
    leave();
    const after = asked;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(asked).toBe(after);
  });
});

describe("a wall whose screens all change at once", () => {
  it("gets all of them, in events of bounded size", async () => {
    const sessions = Array.from({ length: 300 }, (_, index) => `s${String(index)}`);
    let version = 0;
    const screens = async (questions: readonly { session: string }[]): Promise<ScreenText[]> => {
      version += 1;
      const lines = Array.from({ length: 60 }, (_, at) =>
        `${String(version)}.${String(at)}`.padEnd(200, "x"),
      );
      return questions.map(({ session }) => ({
        session,
        terminal: "1",
        version: String(version),
        columns: 200,
        rows: 60,
        lines,
      }));
    };
    const watch = createScreenWatch({ screens }, () => undefined);
    const viewer = new Viewer(...sessions);
    const leave = watch.follow(viewer);
    await expect.poll(() => viewer.shown.size, PATIENT).toBe(300);
    leave();
    watch.close();
    const sizes = viewer.events.map((event) => JSON.stringify(event).length);
    expect(Math.max(...sizes)).toBeLessThan(400_000);
  });

  it("goes on after the screens could not be read, and says so once", async () => {
    const problems: unknown[] = [];
    let isLost = true;
    const screens = async (questions: readonly { session: string }[]): Promise<ScreenText[]> => {
      if (isLost) throw new Error("the host is away");
      return questions.map(({ session }) => ({
        session,
        terminal: "1",
        version: "1",
        columns: 80,
        rows: 24,
        lines: ["back"],
      }));
    };
    const watch = createScreenWatch({ screens }, (problem) => problems.push(problem));
    const viewer = new Viewer("one");
    watch.follow(viewer);
    await expect.poll(() => problems.length, PATIENT).toBe(1);
    isLost = false;
    await expect.poll(() => viewer.text("one"), PATIENT).toBe("back");
    watch.close();
    expect(problems).toHaveLength(1);
  });
});
