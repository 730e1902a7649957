import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confine, type Confinement } from "../confinement.js";
import { defaultSessionLimits } from "../../common/session-limits.js";
import { bareSandbox, type Sandbox } from "./launch.js";

/** Folders and an account of one learner, for tests of what a confined program can do. */
export interface TestLearner {
  root: string;
  home: string;
  account?: { uid: number; gid: number };
}

/** Accounts that nobody has on an ordinary machine; each process has its own, as tests may run side by side. */
const FIRST_UID = 2_000_000 + (process.pid % 10_000) * 100;

/** Makes the folders of a learner; `number` tells several of one test apart. */
export function makeLearner(number = 1): TestLearner {
  const root = mkdtempSync(join(tmpdir(), "confined-"));
  chmodSync(root, 0o711);
  const home = join(root, "home");
  mkdirSync(home, { mode: 0o700 });
  if (process.getuid?.() !== 0) return { root, home };
  const uid = FIRST_UID + number;
  chownSync(home, uid, uid);
  return { root, home, account: { uid, gid: uid } };
}

/** What a program said, and its status. */
export interface Said {
  status: number;
  output: string;
}

/** Runs a line of bash as the learner, confined as the machine allows; it is ended after 20 s. */
export function runConfined(
  learner: TestLearner,
  confinement: Confinement,
  line: string,
  sandbox: Sandbox = bareSandbox(defaultSessionLimits),
): Promise<Said> {
  const privateFolder = mkdtempSync(join(learner.root, "start-"));
  chmodSync(privateFolder, 0o711);
  const { root, ...shell } = learner;
  const { argv } = confine(
    ["/bin/bash", "-c", line],
    { ...shell, readOnlyPaths: [], sandbox },
    {
      confinement,
      allowUnconfined: false,
      privateFolder,
      temporaryFolder: join(root, "tmp"),
    },
  );
  const [file = "", ...args] = argv;
  const env = { PATH: "/usr/bin:/bin:/usr/sbin", HOME: learner.home, LANG: "C.UTF-8", TERM: "xterm" };
  return new Promise((resolve) => {
    const options = { env, timeout: 20_000, killSignal: "SIGKILL", maxBuffer: 1024 * 1024 } as const;
    execFile(file, args, options, (error, stdout, stderr) => {
      rmSync(privateFolder, { recursive: true, force: true });
      resolve({
        status: typeof error?.code === "number" ? error.code : error ? -1 : 0,
        output: stdout + stderr,
      });
    });
  });
}
