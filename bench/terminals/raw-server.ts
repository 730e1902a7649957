import { spawn } from "node-pty";
import { WebSocketServer } from "ws";
import { serve } from "./serving.js";

/** Bytes a client may leave unread before the shell is held, so that a flood does not fill the memory. */
const UNREAD_LIMIT = 1_048_576;
const LOOK_MS = 1;

/** The least there can be between a shell and a socket: no screen, no recording, no confinement, nobody asked who comes. */
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = await serve((_name, origin) => Promise.resolve(`${origin.replace("http", "ws")}/shell`));
server.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (client) => {
    const pty = spawn("/bin/bash", ["--norc"], {
      cols: 120,
      rows: 32,
      encoding: null,
      env: { PATH: "/usr/bin:/bin", TERM: "xterm-256color" },
    });
    const regulate = (): void => {
      if (client.bufferedAmount < UNREAD_LIMIT) pty.resume();
      else setTimeout(regulate, LOOK_MS);
    };
    pty.onData((data) => {
      client.send(data);
      if (client.bufferedAmount < UNREAD_LIMIT) return;
      pty.pause();
      setTimeout(regulate, LOOK_MS);
    });
    client.on("message", (data) => pty.write(data as Buffer));
    client.on("close", () => pty.kill("SIGKILL"));
    pty.onExit(() => client.close());
  });
});
process.on("SIGTERM", () => process.exit(0));
