import { createHash } from "node:crypto";

/**
 * Which of the servers looks after the session, by rendezvous hashing: where a server comes or goes, only the sessions it gets or had change hands.
 * Each has about as many as the others.
 */
export function keeperOf(session: string, servers: Iterable<string>): string {
  let [keeper, best] = ["", -1];
  for (const server of servers) {
    const weight = hashOf(`${server}/${session}`);
    if (weight > best || (weight === best && server > keeper)) [keeper, best] = [server, weight];
  }
  return keeper;
}

/** Of 32 bits. Names that differ in their last letters alone must weigh nothing alike, which the simple hashes do not see to. */
function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE();
}
