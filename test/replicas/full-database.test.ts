import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canMount } from "../../server/small-disk-for-tests.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import type { HealthProblem, InstructorEvent } from "../../workshop/common/instructor-api.js";
import { startPostgres } from "../database/start-postgres.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "../server/browser-session.js";
import type { Answer } from "../server/browser-session.js";
import { until } from "../server/lectern-process.js";
import { INSTRUCTOR_TOKEN, startSeveralServers } from "./three-servers.js";
import type { SeveralServers } from "./three-servers.js";

const LATER = 60_000;
/** Each time a result of some pages that do not compress: they find no room in places where something else was. */
const PAGE = "# Loud\n\n```execute-1\nhead --bytes 6000 /dev/urandom | base64; echo done\n```\n";
let servers: SeveralServers;
let learner: BrowserSession;
let instructor: BrowserSession;
let session: SessionView;
let told: HealthProblem[][];

describe.skipIf(isWithout("postgres") || isWithout("kubectl") || !canMount())(
  "a server whose PostgreSQL has no room on its disk",
  () => {
    beforeAll(async () => {
      servers = await startSeveralServers({
        count: 1,
        lab: writeLoudLab,
        openPostgres: () => startPostgres("80m", { logElsewhere: true }),
      });
      learner = new BrowserSession(servers.url);
      instructor = new BrowserSession(servers.url);
      await instructor.json("POST", "api/instructor/login", { token: INSTRUCTOR_TOKEN });
      session = await learner.startLab("loud");
      told = [];
      await instructor.events("api/instructor/events", (event) => {
        if ((event as InstructorEvent).type === "health")
          told.push((event as Extract<InstructorEvent, { type: "health" }>).problems);
      });
    });
    afterAll(() => servers?.close());

    it("says so to probes and instructors, and keeps what it has acknowledged and what ends meanwhile", async () => {
      await learner.run(session, 0);
      expect((await learner.outcome(session, 0)).state).toBe("succeeded");
      servers.postgres.fillDisk();
      await until("a result finds no room, and probes say so", LATER, async () => {
        await click();
        await learner.outcome(session, 0);
        const { status, text } = await readyz();
        const isFull = /"name":"database","problem":"There is no room on the disk/.test(text);
        return status === 503 && isFull ? true : undefined;
      });
      await expect.poll(async () => (await readyz("?exclude=database")).status, { timeout: LATER }).toBe(200);
      await expect
        .poll(() => told.at(-1), { timeout: LATER })
        .toEqual([
          { name: "database", problem: expect.stringContaining("Its operator can make some") as string },
        ]);
      // The page goes on showing what its learner did, and the shell runs.
      expect((await learner.outcome(session, 0)).output).toMatch(/done\s*$/);
    });

    it("refuses a step it cannot write down in words that say what was kept", async () => {
      const { status, text } = await until("a step is refused", LATER, async () => {
        const answer = await click();
        return answer.status >= 500 ? answer : undefined;
      });
      expect([status, text]).toEqual([507, expect.stringContaining("SERVER_DATABASE_FULL")]);
      expect(text).toContain("what was written there is kept, and what runs goes on");
    });

    it("is well again by itself when there is room, and writes what it had kept", async () => {
      const shown = await learner.outcome(session, 0);
      servers.postgres.enlargeDisk("300m");
      await until("it is ready", LATER, async () => ((await readyz()).status === 200 ? true : undefined));
      await expect.poll(() => told.at(-1), { timeout: LATER }).toEqual([]);
      await expect
        .poll(async () => (await servers.postgres.query("SELECT result FROM results"))[0]?.["result"], {
          timeout: LATER,
        })
        .toContain(shown.output?.trim().split(/\s+/).at(-2) ?? "nothing");
      expect((await click()).status).toBe(202);
      expect((await learner.outcome(session, 0)).state).toBe("succeeded");
    });
  },
);

async function click(): Promise<Answer> {
  const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
  const { actions } = await learner.json<PageView>("GET", page);
  await learner.outcome(session, 0);
  return learner.call("POST", `${page}/steps/${actions[0]?.step ?? ""}/run`);
}

function writeLoudLab(folder: string): string {
  const file = join(folder, "loud.md");
  writeFileSync(file, PAGE);
  return file;
}

function readyz(query = ""): Promise<{ status: number; text: string }> {
  return learner.call("GET", `readyz${query}`);
}
