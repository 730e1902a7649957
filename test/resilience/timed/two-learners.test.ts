import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crowding } from "../../../terminal/node/crowding-for-tests.js";
import type { SessionView } from "../../../workshop/common/api.js";
import { BrowserSession, serverPid, typeAndSee } from "../../server/browser-session.js";
import { echoesDuring } from "../echo-watch.js";
import { startLectern, temporaryFolder, until } from "../../server/lectern-process.js";
import type { LecternProcess } from "../../server/lectern-process.js";

/** What one key takes while another learner does their worst; most of it is this machine's own noise. */
const ECHO_MS = 100;

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = join(folder.path, "worst.md");
let lectern: LecternProcess;
let ada: Learner;

interface Learner {
  browser: BrowserSession;
  session: SessionView;
  socket: WebSocket;
}

beforeAll(async () => {
  writeFileSync(
    lab,
    `# Worst\n${steps.map((text) => `\n\`\`\`execute-1 timeout=120s\n${text}\n\`\`\`\n`).join("")}`,
  );
  lectern = await startLectern(data, ["--lab", lab]);
  ada = await learner();
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

/** What a learner may do to a machine, by what it is. */
const worst: Record<string, string> = {
  "lines, characters and scrolls without number": String.raw`printf '\e[2147483647L\e[2147483647M\e[2147483647@\e[2147483647P\e[2147483647S\e[2147483647T\e[2147483647X\e[2147483647b'`,
  "marks without end on one letter": String.raw`printf a; yes "$(printf '\u0301%.0s' {1..500})" | head -c 20000000 | tr -d '\n'`,
  "a title without end": String.raw`printf '\e]0;'; head -c 20000000 /dev/zero | tr '\0' t; printf '\a'`,
  "screens and sizes as fast as they can be printed": String.raw`yes "$(printf '\e[?1049h\e[?1049l\e[?3h\e[?3l\e[18t')" | head -c 5000000`,
  "files without number in folders too deep for a path": `${deepFolders("~")}; ${deepFolders("/tmp")}; mkdir /tmp/many && (cd /tmp/many && seq 20000 | xargs touch)`,
};
/** What a learner may leave in the place of the kubeconfig. */
const leftBehind: Record<string, string> = {
  "a pipe nobody writes to": "mkfifo ~/.kube/config",
  "a file without end": "ln -s /dev/zero ~/.kube/config",
  "a folder": "mkdir ~/.kube/config",
  "nothing, beside folders too deep for a path": deepFolders("~"),
};
const steps = [
  ...Object.values(worst),
  ...Object.values(leftBehind).map((text) => `rm -f ~/.kube/config; ${text}`),
];

describe("while one learner fills the terminal or the disk, and ends, the other's keys are echoed:", () => {
  for (const [step, name] of Object.keys(worst).entries()) {
    it(name, async () => {
      const mallory = await learner();
      const times = await echoesDuring(ada.socket, async () => {
        await run(mallory, step);
        await end(mallory);
      });
      expect(median(times)).toBeLessThan(ECHO_MS * crowding());
    });
  }
});

describe("what one learner leaves in the place of the kubeconfig does not hold up another server:", () => {
  for (const [index, name] of Object.keys(leftBehind).entries()) {
    it(name, async () => {
      const mallory = await learner();
      await run(mallory, Object.keys(worst).length + index);
      const pid = serverPid(data);
      process.kill(pid, "SIGKILL");
      await until("another server answers", 60_000, () => (serverPid(data) === pid ? undefined : true));
      ada.socket = await open(ada);
      await typeAndSee(ada.socket, "echo still-$((40 + 2))\r", /still-42/, 30_000);
      const extended = await mallory.browser.call("POST", `api/sessions/${mallory.session.id}/extend`);
      expect([200, 409]).toContain(extended.status);
      await end(mallory);
    });
  }

  it("nor the next start of everything", async () => {
    for (const [index] of Object.keys(leftBehind).entries())
      await run(await learner(), Object.keys(worst).length + index);
    await lectern.stop();
    lectern = await startLectern(data, ["--lab", lab]);
    ada = await learner();
    await typeAndSee(ada.socket, "echo works-$((40 + 2))\r", /works-42/);
  });
});

async function learner(): Promise<Learner> {
  const browser = new BrowserSession(lectern.url);
  const session = await browser.startLab("worst");
  const socket = await open({ browser, session });
  await typeAndSee(socket, "echo ready-$((40 + 2))\r", /ready-42/);
  return { browser, session, socket };
}

async function open({ browser, session }: Pick<Learner, "browser" | "session">): Promise<WebSocket> {
  return (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
}

async function end({ browser, session, socket }: Learner): Promise<void> {
  socket.terminate();
  await browser.json("DELETE", `api/sessions/${session.id}`);
  await until("the session is gone", 60_000, async () =>
    (await browser.call("GET", `api/sessions/${session.id}`)).status === 404 ? true : undefined,
  );
}

/** Clicks a block and waits for its end. */
async function run({ browser, session }: Learner, step: number): Promise<void> {
  await browser.run(session, step);
  const { state, message } = await until("the block has ended", 120_000, async () => {
    const { results } = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
    return results.find((result) => result.number === step && !["queued", "running"].includes(result.state));
  });
  expect([state, message]).toEqual(["succeeded", undefined]);
}

/** Folders whose path from the root is longer than the 4,096 bytes a system call takes. */
function deepFolders(at: string): string {
  return `(cd ${at} && n=$(printf 'd%.0s' {1..250}) && for i in {1..20}; do mkdir $n && cd $n; done)`;
}

function median(times: number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
}
