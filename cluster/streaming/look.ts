/**
 * Milliseconds between looks whether a client is there that is not read: a connection nobody reads does not tell that the other side
 * has gone, only what is written to it does.
 */
export const LOOK_MS = 1000;
