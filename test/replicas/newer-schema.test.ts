import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "../server/browser-session.js";
import { runCli, until } from "../server/lectern-process.js";
import { startSeveralServers } from "./three-servers.js";
import type { Replica, SeveralServers } from "./three-servers.js";

/** What a version to come does to the schema when it starts. */
const NEWER =
  "ALTER TABLE results ADD COLUMN tomorrow text; INSERT INTO migrations VALUES ('0999-of-tomorrow')";
const OLDER_AGAIN = "DELETE FROM migrations WHERE name = '0999-of-tomorrow'";
const isLeftOut = isWithout("postgres") || isWithout("kubectl");
let servers: SeveralServers;

beforeAll(async () => {
  if (!isLeftOut) servers = await startSeveralServers({ count: 1 });
});
afterAll(() => servers?.close());

it.skipIf(isLeftOut)(
  "a server goes on when a newer one has come to its database, and does not start over it, in words",
  async () => {
    const replica = servers.replicas[0] as Replica;
    const browser = new BrowserSession(servers.url);
    const session = await browser.startLab("slow-steps");
    await servers.postgres.query(NEWER);
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");

    const refused = await runCli(["serve", "--port", "0", "--data", `${replica.data}-2`, ...replica.words]);
    expect(refused.status).not.toBe(0);
    expectRefusal(refused.output);

    // One that dies is not started over it again either, until the newer one is taken back.
    process.kill(replica.pid(), "SIGKILL");
    await until("the refusal is told", 60_000, () =>
      replica.process.output().includes("SERVER_SCHEMA_NEWER]") ? true : undefined,
    );
    expectRefusal(replica.process.output());
    await servers.postgres.query(OLDER_AGAIN);
    const view = await until("the page is back", 60_000, () =>
      browser.json<SessionView>("GET", `api/sessions/${session.id}`).catch(() => undefined),
    );
    expect(view.results.map(({ number, state }) => [number, state])).toEqual([[0, "succeeded"]]);
  },
);

function expectRefusal(output: string): void {
  expect(output).toContain("SERVER_SCHEMA_NEWER");
  expect(output).toMatch(/has 0999-of-tomorrow, and this Lectern knows [\w-]+ and older ones/);
  expect(output).toContain("Start that one, or go back to a backup from before it.");
}
