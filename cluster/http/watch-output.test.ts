import { once } from "node:events";
import { createServer, get } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { sharedLine, WatchLine } from "./watch-line.js";
import { WatchOutput } from "./watch-output.js";

const closes: (() => void)[] = [];

afterEach(() => {
  for (const close of closes.splice(0)) close();
});

/** The port of a server that answers by `answer` once the head is sent, as a watch does. */
async function serve(answer: (output: WatchOutput, response: ServerResponse) => void): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    answer(new WatchOutput(response), response);
  });
  closes.push(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function answerTo(port: number): Promise<IncomingMessage> {
  const [response] = (await once(get({ port, host: "127.0.0.1" }), "response")) as [IncomingMessage];
  return response;
}

it(
  "sends the same line to many, each character of it, and ends as Node.js does",
  { timeout: 60_000 },
  async () => {
    const line = new WatchLine("ä line of 日本 and 🙂\n");
    const port = await serve((output, response) => {
      expect(output.write(line)).toBe(true);
      output.write(new WatchLine("another\n"));
      response.end();
    });
    const texts = await Promise.all([1, 2, 3].map(async () => text(await answerTo(port))));
    expect(texts).toEqual(Array(3).fill("ä line of 日本 and 🙂\nanother\n"));
  },
);

it(
  "frames nothing for clients that know no chunks, and sends no body to who asks for none",
  { timeout: 60_000 },
  async () => {
    const port = await serve((output, response) => {
      output.write(new WatchLine("a line\n"));
      response.end();
    });
    const raw = async (request: string): Promise<string> => {
      const socket = connect(port, "127.0.0.1");
      socket.write(request);
      const all = await text(socket);
      return all.slice(all.indexOf("\r\n\r\n") + 4);
    };
    expect(await raw("GET / HTTP/1.0\r\n\r\n")).toBe("a line\n");
    expect(await raw("HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toBe("");
  },
);

it("says when a client takes no more, and when it does again", async () => {
  const line = new WatchLine("x".repeat(64 * 1024));
  let written = 0;
  let drains = 0;
  const port = await serve((output, response) => {
    const fill = (): void => {
      // Until whatever lies between has taken what it can.
      do written += line.text.length;
      while (output.write(line));
      if (drains === 5) response.end();
      else
        output.whenDrained(() => {
          drains += 1;
          fill();
        });
    };
    fill();
  });
  const body = await text(await answerTo(port));
  expect([drains, body.length]).toEqual([5, written]);
});

it("makes a line once for all that send it in a turn", async () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
  let made = 0;
  const line = (form: string): WatchLine => sharedLine(object, form, () => `${form} ${(made += 1)}`);
  expect([line("ADDED").text, line("ADDED").text, line("MODIFIED").text]).toEqual([
    "ADDED 1",
    "ADDED 1",
    "MODIFIED 2",
  ]);
  expect(line("ADDED").chunk).toBe(line("ADDED").chunk);
  await new Promise((resolve) => setImmediate(resolve));
  expect(line("ADDED").text).toBe("ADDED 3");
});
