import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findPostgres } from "../requirements/programs.js";
import { NODE_ADDRESS, type NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** PostgreSQL does not run as root; `nobody` is on every machine. */
const ACCOUNT = 65_534;
const PORT = 5432;
const INITDB = ["--no-sync", "--auth=trust", "--username=lectern", "--no-instructions"];
/** Who comes from a pod has no socket; the network is the test's own. */
const FROM_PODS = "host all all 10.0.0.0/8 trust\n";

/** A PostgreSQL on the node, where its pods reach it. */
export interface NodePostgres {
  /** As pods write it. */
  url: string;
  query(text: string): Promise<string>;
  /** Ends it, at once and without a word to anybody. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and takes away what it had. */
  remove(): Promise<void>;
}

/** Starts a PostgreSQL with an empty database `lectern` on the machine of the node. */
export async function startNodePostgres(node: NodeNamespaces): Promise<NodePostgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is missing; the set-up of the tests says why");
  const folder = join(node.identity.folder, "postgres");
  const data = join(folder, "data");
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, ACCOUNT, ACCOUNT);
  const account = { uid: ACCOUNT, gid: ACCOUNT, cwd: folder };
  execFileSync(join(bin, "initdb"), ["-D", data, ...INITDB], { ...account, stdio: "pipe" });
  execFileSync("tee", ["-a", join(data, "pg_hba.conf")], { ...account, input: FROM_PODS, stdio: "pipe" });
  const asAccount = (program: string, ...words: string[]) =>
    node.run("setpriv", [
      `--reuid=${String(ACCOUNT)}`,
      `--regid=${String(ACCOUNT)}`,
      "--clear-groups",
      join(bin, program),
      ...words,
    ]);
  const settings = `-c listen_addresses=${NODE_ADDRESS} -c unix_socket_directories=${folder} -c fsync=off`;
  const control = (...words: string[]) => asAccount("pg_ctl", "-D", data, "-w", ...words);
  const start = async () => void (await control("-l", join(folder, "log"), "-o", settings, "start"));
  const stop = async () => void (await control("-m", "immediate", "stop"));
  const query = (database: string, text: string) =>
    asAccount("psql", "-h", folder, "-U", "lectern", "-d", database, "-At", "-c", text);
  await start();
  await query("postgres", "CREATE DATABASE lectern");
  return {
    url: `postgresql://lectern@${NODE_ADDRESS}:${String(PORT)}/lectern`,
    query: (text) => query("lectern", text),
    stop,
    start,
    remove: async () => {
      await stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
