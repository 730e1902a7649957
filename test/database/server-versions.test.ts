import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { openServerOnDatabase } from "./server-on-database.js";
import type { ServerOnDatabase } from "./server-on-database.js";
import { startPostgres } from "./start-postgres.js";
import type { TestPostgres } from "./start-postgres.js";

let postgres: TestPostgres;
let url = "";
let databases = 0;
let servers: ServerOnDatabase[] = [];

describe.skipIf(isWithout("postgres"))("servers of different versions on one database", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  beforeEach(async () => {
    databases += 1;
    url = await postgres.createDatabase(`versions_${String(databases)}`);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });
  afterAll(() => postgres?.remove());

  it("each say so, and say when they are of one again", async () => {
    const [old, oldSaid] = await open("one", "1.0.0");
    const [, newSaid] = await open("two", "1.1.0");
    await expect.poll(() => oldSaid.at(-1)).toMatch(/this one is Lectern 1\.0\.0, others are 1\.1\.0/);
    await expect.poll(() => newSaid.at(-1)).toMatch(/this one is Lectern 1\.1\.0, others are 1\.0\.0/);
    await old.close();
    servers = servers.filter((server) => server !== old);
    await expect.poll(() => newSaid.at(-1)).toBe("all servers of this database are Lectern 1.1.0");
    expect([oldSaid.length, newSaid.length]).toEqual([1, 2]);
  });

  it("say nothing where they are of one", async () => {
    const [, first] = await open("one", "1.0.0");
    const [second, said] = await open("two", "1.0.0");
    await expect.poll(() => second.servers.living().size).toBe(2);
    expect([first, said]).toEqual([[], []]);
  });

  it("take one that writes down no version for an older one", async () => {
    const [server, said] = await open("one", "1.1.0");
    await server.database.query("INSERT INTO servers (id, name, beat) VALUES ('before', 'before', 1)");
    await expect.poll(() => said[0]).toContain("others are an older one");
  });
});

async function open(name: string, version: string): Promise<[ServerOnDatabase, string[]]> {
  const said: string[] = [];
  const write = (...words: unknown[]) => void said.push(String(words.at(-1)));
  const server = await openServerOnDatabase(url, name, { version, log: { info: write, warn: write } });
  servers.push(server);
  return [server, said];
}
