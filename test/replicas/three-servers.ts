import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../database/start-postgres.js";
import type { TestPostgres } from "../database/start-postgres.js";
import { startLectern, temporaryFolder, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";
import { startRoundRobin } from "./round-robin.js";
import { startAlone } from "./start-alone.js";

export const INSTRUCTOR_TOKEN = "0123456789abcdef0123456789abcdef";
const SERVERS = 3;

export interface Replica {
  data: string;
  /** The words it was started with, besides its port and data directory. */
  words: readonly string[];
  process: LecternProcess;
  /** Its own address, without what stands in front. */
  url: string;
  /** Of the server itself; its supervisor starts another where it dies. */
  pid(): number;
}

export interface SeveralServers {
  /** Where learners reach any of them. */
  url: string;
  replicas: Replica[];
  postgres: TestPostgres;
  kubeconfig: string;
  /** Data directory of the terminal host they share. */
  terminals: string;
  close(): Promise<void>;
}

interface SeveralServersOptions {
  /** Three where absent. */
  count?: number;
  /** Writes a lab into the folder and returns its path; `slow-steps` where absent. */
  lab?: (folder: string) => string;
  openPostgres?: () => Promise<TestPostgres>;
}

/** Three servers on one cluster, one database and one terminal host, and a load balancer before them, each a process of its own. */
export async function startSeveralServers({
  count = SERVERS,
  lab: write = writeLab,
  openPostgres = () => startPostgres(),
}: SeveralServersOptions = {}): Promise<SeveralServers> {
  const folder = temporaryFolder();
  const ends: (() => Promise<unknown>)[] = [async () => folder.remove()];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const [cluster, terminals] = [join(folder.path, "cluster"), join(folder.path, "terminals")];
    const lab = write(folder.path);
    const token = join(folder.path, "token");
    writeFileSync(token, INSTRUCTOR_TOKEN);
    const balancer = await startRoundRobin();
    ends.push(() => balancer.close());
    const postgres = await openPostgres();
    ends.push(() => postgres.remove());
    const [kubeconfig, socket] = await Promise.all([
      startAlone(["cluster", "start", "--data", cluster], /export KUBECONFIG=(\S+)/, ends),
      startAlone(["terminal-host", "start", "--data", terminals], /Terminal host: +(\S+)/, ends),
    ]);
    const url = `http://127.0.0.1:${String(balancer.port)}/`;
    const shared = ["--lab", lab, "--kubeconfig", kubeconfig, "--database", postgres.url];
    const access = ["--terminal-host", socket, "--instructor-token-file", token, "--public-url", url];
    const folders = Array.from({ length: count }, (_, at) => join(folder.path, `server-${String(at)}`));
    const replicas = await Promise.all(
      folders.map((data) => startReplica(data, [...shared, ...access], ends)),
    );
    balancer.targets.push(...replicas.map((replica) => Number(new URL(replica.url).port)));
    return { url, replicas, postgres, kubeconfig, terminals, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startReplica(
  data: string,
  words: readonly string[],
  ends: (() => Promise<unknown>)[],
): Promise<Replica> {
  const process = await startLectern(data, words);
  ends.push(() => process.stop());
  const running = () =>
    JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { pid: number; url: string };
  const url = running().url.replace("localhost", "127.0.0.1");
  return { data, words, process, url, pid: () => running().pid };
}
