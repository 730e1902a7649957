import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import { findPostgres } from "../requirements/programs.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "../server/browser-session.js";
import { startLectern } from "../server/lectern-process.js";
import { startSeveralServers } from "./three-servers.js";
import type { Replica, SeveralServers } from "./three-servers.js";

const SECRET = ["secret", "lectern-signing-key", "--namespace=lectern-system"];
const isLeftOut = isWithout("postgres") || isWithout("kubectl");
let servers: SeveralServers;

beforeAll(async () => {
  if (!isLeftOut) servers = await startSeveralServers({ count: 1 });
});
afterAll(() => servers?.close());

it.skipIf(isLeftOut)(
  "what was backed up as docs/operate.md says is restored: results, and who was let in",
  { timeout: 300_000 },
  async () => {
    const replica = servers.replicas[0] as Replica;
    const learner = new BrowserSession(servers.url);
    const { id } = await learner.startLab("slow-steps");
    const before = await learner.json<SessionView>("GET", `api/sessions/${id}`);
    await learner.run(before, 0);
    const done = await learner.outcome(before, 0);

    // Backed up while the server runs.
    const folder = replica.data;
    const dump = join(folder, "lectern.sql");
    await program("pg_dump", `--dbname=${servers.postgres.url}`, `--file=${dump}`);
    const secret = join(folder, "lectern-signing-key.yaml");
    writeFileSync(secret, await kubectl("get", ...SECRET, "--output=yaml"));

    // All of it is lost.
    await replica.process.stop();
    await kubectl("delete", ...SECRET);

    // Restored into an empty database, the Secret first.
    await kubectl("apply", "--filename", secret);
    const restored = await servers.postgres.createDatabase("restored");
    await program("psql", `--dbname=${restored}`, `--file=${dump}`, "--set=ON_ERROR_STOP=1", "--quiet");
    const words = replica.words.map((word) => (word === servers.postgres.url ? restored : word));
    const again = await startLectern(`${folder}-restored`, words);
    try {
      const { url } = readRunningServer(`${folder}-restored`);
      const there = learner.at(url.replace("localhost", "127.0.0.1"));
      const view = await there.json<SessionView>("GET", `api/sessions/${id}`);
      expect(view.results.find(({ number }) => number === 0)).toEqual(done);
      await there.run(view, 2);
      expect((await there.outcome(view, 2)).state).toBe("succeeded");
    } finally {
      await again.stop();
    }
  },
);

function program(name: string, ...words: string[]): Promise<unknown> {
  return promisify(execFile)(join(findPostgres() ?? "", name), words, { timeout: 60_000 });
}

async function kubectl(...words: string[]): Promise<string> {
  const given = ["--kubeconfig", servers.kubeconfig, ...words];
  return (await promisify(execFile)("kubectl", given, { timeout: 60_000 })).stdout;
}
