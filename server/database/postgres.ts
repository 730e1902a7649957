import { randomBytes } from "node:crypto";
import { Client, Pool } from "pg";
import type { ClientConfig, PoolClient, QueryResultRow } from "pg";
import { parseIntoClientConfig } from "pg-connection-string";
import type { Logger } from "pino";
import { ServerError, serverErrorCodes } from "../errors.js";

/** Calls at the same time of one server; three servers stay far below the hundred that PostgreSQL takes by default. */
const CONNECTIONS = 10;
/** A database that needs longer is not there for a learner either. */
const CONNECT_MS = 3_000;
/** Longest a statement runs: the server ends it, and where the server says nothing, the client gives it up a little later. */
const STATEMENT_MS = 5_000;
const ANSWER_MS = STATEMENT_MS + 1_000;

/** What there has to be room for before a database that was full is believed to be well again. */
const ROOM_KB = 1_024;
/** Everybody may ask whether it is; it is tried no more often than this. */
const ROOM_MS = 2_000;

type Row = QueryResultRow;
export type Query = <R extends Row>(text: string, values?: readonly unknown[]) => Promise<R[]>;

/** One PostgreSQL database. Everything throws SERVER_DATABASE_UNAVAILABLE, SERVER_DATABASE_FULL. */
export interface Postgres {
  query: Query;
  /** Commits what the work does where it resolves. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Throws where it cannot be used just now, also where it refused something for want of room and has none yet. */
  probe(): Promise<void>;
  /** Has the next probe look for room, as after a refusal. */
  lookForRoom(): void;
  /** Told when it has refused something for want of room, once until a probe has found some. */
  onRefused(listener: () => void): void;
  /** For libraries that take one; what they throw is the driver's. */
  pool: Pool;
  /** A connection of its own that is not connected yet; whoever takes it ends it. */
  client(): Client;
  /** Where it is, without a password. */
  name: string;
  close(): Promise<void>;
}

/** Prepares connections to the database at a `postgresql://` URL; none is made yet. Throws SERVER_DATABASE_INVALID. */
export function openPostgres(url: string, log?: Pick<Logger, "warn">): Postgres {
  const config = { ...configOf(url), connectionTimeoutMillis: CONNECT_MS, keepAlive: true };
  const name = `${config.host ?? "localhost"}${config.port === undefined ? "" : `:${String(config.port)}`}/${config.database ?? ""}`;
  const pool = new Pool({
    ...config,
    max: CONNECTIONS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
  });
  // One that breaks between two statements of a transaction is told by the next, and unheard would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  // Of a connection nobody uses just now; whoever uses one is told by what it waits for.
  pool.on("error", (error) => log?.warn({ err: error }, "a connection to the database broke"));
  let isInDoubt = false;
  let hasRefused = false;
  const onRefused = new Set<() => void>();
  let tried: { at: number; room: Promise<void> } | undefined;
  const refused = () => {
    isInDoubt = true;
    if (hasRefused) return;
    hasRefused = true;
    for (const listener of onRefused) listener();
  };
  const hasRoom = () => {
    isInDoubt = false;
    hasRefused = false;
  };
  const told = <T>(work: Promise<T>) =>
    work.catch((error: unknown): never => {
      const said = databaseError(name, error);
      if (said instanceof ServerError && said.code === serverErrorCodes.databaseFull) refused();
      throw said;
    });
  return {
    query: <R extends Row>(text: string, values: readonly unknown[] = []) =>
      told(pool.query<R>(text, [...values]).then(({ rows }) => rows)),
    transaction: (work) => told(inTransaction(pool, work)),
    probe: async () => {
      if (!isInDoubt) return void (await told(pool.query("SELECT 1")));
      if (tried === undefined || performance.now() - tried.at > ROOM_MS)
        tried = { at: performance.now(), room: told(tryRoom(pool)).then(hasRoom) };
      await tried.room;
    },
    lookForRoom: () => void (isInDoubt = true),
    onRefused: (listener) => void onRefused.add(listener),
    pool,
    client: () => new Client(config),
    name,
    close: () => pool.end(),
  };
}

function configOf(url: string): ClientConfig {
  try {
    if (!/^postgres(ql)?:\/\//.test(url)) throw new Error("it does not begin with postgresql://");
    return { ...parseIntoClientConfig(url), application_name: "lectern" };
  } catch (error) {
    // The URL may hold a password, so it is not repeated.
    const why = error instanceof Error ? error.message : String(error);
    throw new ServerError(
      serverErrorCodes.databaseInvalid,
      `The address of the database cannot be used: ${why}. Expected postgresql://USER:PASSWORD@HOST:5432/DATABASE; characters such as @ and / in the password are written %40 and %2F.`,
    );
  }
}

async function inTransaction<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(queryOf(client));
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // A connection that does not take the rollback any more is given up, which is one too.
    await client.query("ROLLBACK").then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}

/** Takes as much room as some results need, and gives it back: a small write finds room in places where a larger one does not. */
async function tryRoom(pool: Pool): Promise<void> {
  const table = `room_${randomBytes(8).toString("hex")}`;
  await inTransaction(pool, async (query) => {
    await query(`CREATE TABLE ${table} AS SELECT repeat('x', 1000) AS x FROM generate_series(1, ${ROOM_KB})`);
    await query(`DROP TABLE ${table}`);
  });
}

function queryOf(client: PoolClient): Query {
  return async <R extends Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query<R>(text, [...values])).rows;
}

/** What the driver says, in words for who reads it where it is no fault of ours. */
export function databaseError(name: string, error: unknown): unknown {
  if (error instanceof ServerError) return error;
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (/^(53100|58030)$/.test(code) && /no space|could not (extend|write)|disk/i.test(message))
    return new ServerError(
      serverErrorCodes.databaseFull,
      `There is no room on the disk of the database ${name}. Its operator can make some; what was written there is kept, and what runs goes on.`,
      error,
    );
  if (isUnreachable(code, message))
    return new ServerError(
      serverErrorCodes.databaseUnavailable,
      `The database does not answer just now, so nothing new is begun. What runs goes on, and nothing was lost; try again in a moment.`,
      error,
    );
  return error;
}

/** Connection errors of the system, of the driver, and of a database that is starting, ending, full or too slow. */
function isUnreachable(code: string, message: string): boolean {
  return (
    /^(E[A-Z]+|08...|28...|3D000|53...|57...|55P03)$/.test(code) ||
    /timeout|terminated|not queryable|Connection ended|connection is closed|ending the pool/i.test(message)
  );
}
