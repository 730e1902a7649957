import { randomBytes } from "node:crypto";
import type { TerminalAddress } from "../common/session-host.js";

/** Time between asking for a ticket and opening the socket; a slow network needs a few seconds. */
export const TICKET_LIFETIME_MS = 30_000;
/** Tickets outstanding; the oldest give way, so that nobody can fill the memory by asking. */
export const OUTSTANDING_TICKETS = 10_000;

/** Who may see which terminal, and whether only see. */
export interface TerminalAdmission {
  address: TerminalAddress;
  user: string;
  readOnly: boolean;
  /** What lets this one in besides, and may be taken back; what it says is `reauthorise`'s to know. */
  grant?: string;
}

/** What whoever brings a ticket says to be and to want. */
export type TicketClaim = Pick<TerminalAdmission, "address" | "user">;

export interface TicketStore {
  /** A secret that admits once, to this terminal, as this user. */
  issue(admission: TerminalAdmission): Promise<string> | string;
  /** Spends the ticket, whatever the answer; `undefined` where it is unknown, spent, too old, or for something else. */
  redeem(
    ticket: string,
    claimed: TicketClaim,
  ): Promise<TerminalAdmission | undefined> | TerminalAdmission | undefined;
}

/** Tickets in memory, which need no waiting. */
export interface OwnTicketStore extends TicketStore {
  issue(admission: TerminalAdmission): string;
  redeem(ticket: string, claimed: TicketClaim): TerminalAdmission | undefined;
}

/** One-time tickets of one server, because a browser sends cookies along with every cross-site WebSocket. */
export function createTicketStore(
  options: { lifetimeMs?: number; limit?: number; now?: () => number } = {},
): OwnTicketStore {
  const { lifetimeMs = TICKET_LIFETIME_MS, limit = OUTSTANDING_TICKETS, now = Date.now } = options;
  const tickets = new Map<string, { admission: TerminalAdmission; expiresAt: number }>();
  return {
    issue: (admission) => {
      for (const [ticket, { expiresAt }] of tickets) {
        if (tickets.size < limit && expiresAt > now()) break;
        tickets.delete(ticket);
      }
      const ticket = randomBytes(24).toString("base64url");
      tickets.set(ticket, { admission, expiresAt: now() + lifetimeMs });
      return ticket;
    },
    redeem: (ticket, claimed) => {
      const entry = tickets.get(ticket);
      tickets.delete(ticket);
      if (!entry || entry.expiresAt <= now()) return undefined;
      return isFor(entry.admission, claimed) ? entry.admission : undefined;
    },
  };
}

/** Whether the admission is that of the one who claims it. */
export function isFor({ address, user }: TerminalAdmission, claimed: TicketClaim): boolean {
  const { session, terminal } = address;
  return (
    user === claimed.user && session === claimed.address.session && terminal === claimed.address.terminal
  );
}
