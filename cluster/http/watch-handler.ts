import type { Call } from "./call.js";
import { OpenStreams } from "./open-streams.js";
import { watchQuery } from "./watch-query.js";
import { WatchStream } from "./watch-stream.js";

/** Watches open at the same time, over all clients. */
const MAX_WATCHES = 2000;
/** Watches of one user who is no administrator: several busy tools, but not everybody else's share. */
export const MAX_WATCHES_PER_USER = 200;

const watches = new OpenStreams({
  words: "watches",
  all: MAX_WATCHES,
  ofUser: MAX_WATCHES_PER_USER,
  againSeconds: 5,
});

/** Streams the changes of a resource until the client goes, the timeout passes or what the client did not read is forgotten. */
export async function handleWatch(call: Call): Promise<void> {
  const query = watchQuery(call);
  const release = watches.claim(call);
  try {
    await new WatchStream(call, query).run();
  } finally {
    release();
  }
}
