/**
 * Flow control by acknowledgement after parsing. Everything is counted in bytes of UTF-8, which are never fewer than
 * the characters they encode, so a window of 200,000 bytes holds at most 200,000 characters.
 */

/** Bytes sent and not yet parsed at which the sender stops; about 15 ms of work for a browser, 30 ms for a busy laptop. */
export const FLOW_HIGH = 200_000;
/**
 * Bytes still unparsed at which the sender goes on: half a window, so that the other half is on its way while this one is drawn.
 * A low mark near zero lets the reader run dry after every window, for as long as the shell needs to be woken.
 */
export const FLOW_LOW = 100_000;
/** A reader acknowledges after this many bytes at the latest; not above FLOW_LOW, or a paused sender never resumes. */
export const ACKNOWLEDGE_EVERY = 25_000;

/** Both numbers are positions in the stream, so a lost acknowledgement is made good by the next one. */
export interface Flow {
  readonly sent: number;
  readonly committed: number;
  readonly paused: boolean;
}

/** A window at a position of the stream, with nothing under way. */
export function openFlow(position: number): Flow {
  return { sent: position, committed: position, paused: false };
}

/** Counts bytes as sent; the window pauses once FLOW_HIGH are under way. */
export function account(flow: Flow, bytes: number): Flow {
  const sent = flow.sent + bytes;
  return { sent, committed: flow.committed, paused: flow.paused || sent - flow.committed >= FLOW_HIGH };
}

/** Takes a cumulative acknowledgement; positions that go backwards or beyond what was sent are clamped. */
export function commit(flow: Flow, position: number): Flow {
  const committed = Math.min(flow.sent, Math.max(flow.committed, position));
  return { sent: flow.sent, committed, paused: flow.paused && flow.sent - committed > FLOW_LOW };
}

/** How many bytes may be sent now. */
export function credit(flow: Flow): number {
  return flow.paused ? 0 : Math.max(0, FLOW_HIGH - (flow.sent - flow.committed));
}
