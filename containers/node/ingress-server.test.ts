import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IngressRoute } from "../../cluster/containers/container-runtime.js";
import { listenAt } from "../../terminal/node/sandbox/libc.js";
import { IngressServer } from "./ingress-server.js";

const ADDRESS = "127.0.0.1";

describe("what answers for Ingresses", () => {
  let pod: Server;
  let ingress: IngressServer;
  let port: number;
  /** Of the pod, as it sees them. */
  let connections: Socket[];
  let asked: string;
  /** What a pod's connection waits for while it is being made. */
  let made: Promise<unknown>;

  const serve = (...routes: Partial<IngressRoute>[]): void => {
    const { port: podPort } = pod.address() as AddressInfo;
    const backend = { endpoints: [{ address: ADDRESS, port: podPort }] };
    const each = routes.map((route): IngressRoute => ({
      ingress: "lab/it",
      host: "",
      match: "Prefix",
      path: "/",
      backend,
      ...route,
    }));
    ingress.set({ address: ADDRESS, port, routes: each });
  };
  const send = (text: string): Socket => {
    const client = connect(port, ADDRESS);
    client.on("error", () => undefined);
    client.write(text);
    return client;
  };
  const answerTo = async (text: string): Promise<string> => {
    let answer = "";
    const client = send(text);
    for await (const bytes of client) answer += String(bytes);
    return answer;
  };

  beforeEach(async () => {
    connections = [];
    asked = "";
    made = Promise.resolve();
    pod = createServer((socket) => {
      connections.push(socket);
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        asked += String(bytes);
        if (/^upgrade:/im.test(asked)) socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
        else socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    }).listen(0, ADDRESS);
    await once(pod, "listening");
    port = await freePort();
    ingress = new IngressServer({
      listenAt,
      connect: async (address, to) => {
        const socket = connect(to, address);
        await Promise.all([once(socket, "connect"), made]);
        return socket;
      },
      report: (line) => expect.unreachable(line),
    });
  });
  afterEach(() => {
    ingress.close();
    for (const socket of connections) socket.destroy();
    pod.close();
  });

  it("says so where no request can be made of a rule, and lets go of the pod", async () => {
    serve({ rewrite: "/a path" });
    expect(await answerTo("GET / HTTP/1.1\r\nhost: it\r\nconnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1.1 502 /,
    );
    await expect.poll(() => connections.map(({ readableEnded }) => readableEnded)).toEqual([true]);
  });

  it("lets go of a pod whose client went before it was connected", async () => {
    serve({});
    const events = new EventEmitter();
    made = once(events, "made");
    const client = send("GET / HTTP/1.1\r\nhost: it\r\n\r\n");
    await expect.poll(() => connections.length).toBe(1);
    client.resetAndDestroy();
    await wait(50);
    events.emit("made");
    await expect.poll(() => connections[0]?.readableEnded).toBe(true);
    expect(asked).toBe("");
  });

  it("ends what was upgraded when there are no Ingresses any more", async () => {
    serve({});
    const client = send("GET / HTTP/1.1\r\nhost: it\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n");
    const [answer] = (await once(client, "data")) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
    serve();
    await expect.poll(() => client.destroyed).toBe(true);
    await expect.poll(() => connections[0]?.readableEnded).toBe(true);
  });

  it("passes on nothing that was meant for the way to it alone", async () => {
    serve({});
    const request = [
      "GET / HTTP/1.1",
      "host: it",
      "x-mine: 1",
      "x-kept: 2",
      "x-lectern-ingress: other",
      "connection: close, x-mine, host",
    ];
    expect(await answerTo(`${request.join("\r\n")}\r\n\r\n`)).toMatch(/\r\nok$|\r\n\r\n2\r\nok/);
    expect(asked).toMatch(/^x-kept: 2\r$/im);
    expect(asked).toMatch(/^host: it\r$/im);
    expect(asked).not.toMatch(/^(?:x-mine|x-lectern-ingress):/im);
  });

  it("takes a request whose target is whole, as proxies get it", async () => {
    serve({ host: "shop.example", path: "/a" });
    const head = "host: elsewhere\r\nconnection: close\r\n\r\n";
    expect(await answerTo(`GET http://Shop.example:80/a/b?c HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1.1 200 /);
    expect(asked).toMatch(/^GET \/a\/b\?c HTTP/);
    expect(await answerTo(`GET http://other.example/a HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1.1 404 /);
  });

  it("refuses a request that can be read in two ways", async () => {
    serve({});
    const both =
      "POST / HTTP/1.1\r\nhost: it\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(await answerTo(`${both}GET /smuggled HTTP/1.1\r\nhost: it\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    const folded = "GET / HTTP/1.1\r\nhost: it\r\nx: 1\r\n smuggled: 2\r\n\r\n";
    expect(await answerTo(folded)).toMatch(/^HTTP\/1.1 400 /);
    expect(await answerTo(`GET / HTTP/1.1\r\nhost: it\r\nx: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
    expect(connections).toEqual([]);
  });
});

/** Which nobody else takes in the moment until it is listened at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, ADDRESS);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
