import { randomBytes } from "node:crypto";
import type { TerminalAddress } from "../common/session-host.js";

/** Time between asking for a ticket and opening the socket; a slow network needs a few seconds. */
const LIFETIME_MS = 30_000;
/** Tickets outstanding; the oldest give way, so that nobody can fill the memory by asking. */
const OUTSTANDING = 10_000;

/** Who may see which terminal, and whether only see. */
export interface TerminalAdmission {
  address: TerminalAddress;
  user: string;
  readOnly: boolean;
}

export interface TicketStore {
  /** A secret that admits once, to this terminal, as this user. */
  issue(admission: TerminalAdmission): string;
  /** Spends the ticket, whatever the answer; `undefined` where it is unknown, spent, too old, or for something else. */
  redeem(ticket: string, claimed: { address: TerminalAddress; user: string }): TerminalAdmission | undefined;
}

/** One-time tickets, because a browser sends cookies along with every cross-site WebSocket. */
export function createTicketStore(
  options: { lifetimeMs?: number; limit?: number; now?: () => number } = {},
): TicketStore {
  const { lifetimeMs = LIFETIME_MS, limit = OUTSTANDING, now = Date.now } = options;
  const tickets = new Map<string, TerminalAdmission & { expiresAt: number }>();
  return {
    issue: (admission) => {
      for (const [ticket, { expiresAt }] of tickets) {
        if (tickets.size < limit && expiresAt > now()) break;
        tickets.delete(ticket);
      }
      const ticket = randomBytes(24).toString("base64url");
      tickets.set(ticket, { ...admission, expiresAt: now() + lifetimeMs });
      return ticket;
    },
    redeem: (ticket, claimed) => {
      const entry = tickets.get(ticket);
      tickets.delete(ticket);
      if (!entry || entry.expiresAt <= now() || entry.user !== claimed.user) return undefined;
      const { session, terminal } = entry.address;
      if (session !== claimed.address.session || terminal !== claimed.address.terminal) return undefined;
      return { address: entry.address, user: entry.user, readOnly: entry.readOnly };
    },
  };
}
