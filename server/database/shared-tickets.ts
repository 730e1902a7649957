import { createHash, randomBytes } from "node:crypto";
import type { TerminalAdmission, TicketStore } from "../../terminal/node/tickets.js";
import { OUTSTANDING_TICKETS, TICKET_LIFETIME_MS, isFor } from "../../terminal/node/tickets.js";
import type { Postgres } from "./postgres.js";

/** The oldest give way, as they do in one server's memory. */
const ISSUE = `
  WITH old AS (
    DELETE FROM tickets WHERE expires_at < now()
      OR digest IN (SELECT digest FROM tickets ORDER BY expires_at DESC OFFSET ${String(OUTSTANDING_TICKETS - 1)})
  )
  INSERT INTO tickets VALUES ($1, $2, now() + make_interval(secs => $3))`;
const REDEEM = "DELETE FROM tickets WHERE digest = $1 RETURNING admission, expires_at > now() AS good";
const BYTES = 24;

/** Tickets that any server of the database redeems, each once. A backup of the database holds none that could be used. */
export function createSharedTickets(database: Postgres): TicketStore {
  return {
    issue: async (admission) => {
      const ticket = randomBytes(BYTES).toString("base64url");
      const values = [digestOf(ticket), JSON.stringify(admission), TICKET_LIFETIME_MS / 1000];
      await database.query(ISSUE, values);
      return ticket;
    },
    redeem: async (ticket, claimed) => {
      if (!/^[\w-]{32}$/.test(ticket)) return undefined;
      const [row] = await database.query<{ admission: string; good: boolean }>(REDEEM, [digestOf(ticket)]);
      if (!row?.good) return undefined;
      const admission = JSON.parse(row.admission) as TerminalAdmission;
      return isFor(admission, claimed) ? admission : undefined;
    },
  };
}

function digestOf(ticket: string): Buffer {
  return createHash("sha256").update(ticket).digest();
}
