import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, serverPid } from "./browser-session.js";
import { homeOf, runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const [data, otherData] = [join(folder.path, "data"), join(folder.path, "other")];
const kubeconfig = join(data, "cluster/kubeconfig");
const lab = writeLab(folder.path);
let first: LecternProcess;
let second: LecternProcess;

beforeAll(async () => {
  first = await startLectern(data, ["--lab", lab]);
  second = await startLectern(otherData, ["--lab", lab, "--kubeconfig", kubeconfig]);
});
afterAll(async () => {
  await second?.stop();
  await first?.stop();
  folder.remove();
});

describe.skipIf(isWithout("kubectl"))("two servers on one cluster", () => {
  it("each run their own sessions and leave the other's alone", async () => {
    const [browser, other] = [new BrowserSession(first.url), new BrowserSession(second.url)];
    const [session, theirs] = await Promise.all([
      browser.startLab("slow-steps"),
      other.startLab("slow-steps"),
    ]);
    for (const [visitor, own] of [
      [browser, session],
      [other, theirs],
    ] as const) {
      await visitor.run(own, 0);
      expect((await visitor.outcome(own, 0)).state).toBe("succeeded");
    }
    expect(await listed(data)).toEqual([session.id]);
    expect(await listed(otherData)).toEqual([theirs.id]);
    expect([existsSync(homeOf(data, session.id)), existsSync(homeOf(otherData, session.id))]).toEqual([
      true,
      false,
    ]);
    expect((await runCli(["session", "end", session.id, "--data", otherData])).output).toContain(
      "SERVER_REFUSED",
    );
  });

  it("do not make a session that the other has begun to make, when they are started again", async () => {
    await kubectl("create", "--filename", "-");
    process.kill(serverPid(otherData), "SIGKILL");
    const { id } = await until("the second server makes sessions again", 60_000, () =>
      new BrowserSession(second.url)
        .json<SessionView>("POST", "api/sessions", { lab: "slow-steps" })
        .catch(() => undefined),
    );
    await until("its own is there", 60_000, async () =>
      (await listed(otherData)).includes(id) ? true : undefined,
    );
    await until("its own has a namespace", 60_000, () =>
      kubectl("get", "namespace", id).catch(() => undefined),
    );
    await expect(kubectl("get", "namespace", "somebody-elses")).rejects.toThrow("NotFound");
  });
});

async function listed(of: string): Promise<string[]> {
  const { output } = await runCli(["session", "list", "--data", of]);
  return [...output.matchAll(/^(\S+) +slow-steps/gm)].map(([, id = ""]) => id);
}

const ofAnother = {
  apiVersion: "lectern.dev/v1alpha1",
  kind: "Session",
  metadata: { name: "somebody-elses", labels: { "lectern.dev/server": "another" } },
  spec: {
    lab: "slow-steps",
    minutes: 60,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    namespace: "somebody-elses",
    organization: "somebody-elses",
  },
};

async function kubectl(...words: string[]): Promise<string> {
  const running = promisify(execFile)("kubectl", ["--kubeconfig", kubeconfig, ...words], { timeout: 30_000 });
  running.child.stdin?.end(JSON.stringify(ofAnother));
  return (await running).stdout;
}
