import { Resolver } from "node:dns/promises";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerTo, type Names } from "./name-answers.js";

const many = Array.from({ length: 60 }, (_, index) => `10.244.1.${index + 1}`);
const names: Names = new Map<string, readonly string[] | { alias: string }>([
  ["web.default.svc.cluster.local", ["10.96.0.20"]],
  ["other.default.svc.cluster.local", { alias: "web.default.svc.cluster.local" }],
  ["outside.default.svc.cluster.local", { alias: "example.org" }],
  ["round.default.svc.cluster.local", { alias: "round.default.svc.cluster.local" }],
  ["many.default.svc.cluster.local", many],
]);

describe("the answers of a name server", () => {
  const socket = createSocket("udp4");
  const resolver = new Resolver({ timeout: 10_000, tries: 2 });
  beforeAll(async () => {
    socket.on("message", (question, { address, port }) => {
      const answer = answerTo(question, names);
      if (answer !== undefined) socket.send(answer, port, address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  });
  afterAll(() => socket.close());

  it("give an address, whatever the case of the name", async () => {
    expect(await resolver.resolve4("WEB.default.svc.cluster.local")).toEqual(["10.96.0.20"]);
  });

  it("follow another name, and give it alone where it leads outside", async () => {
    expect(await resolver.resolve4("other.default.svc.cluster.local")).toEqual(["10.96.0.20"]);
    expect(await resolver.resolveCname("outside.default.svc.cluster.local")).toEqual(["example.org"]);
  });

  it("end where a name leads to itself", () => {
    const answer = answerTo(questionFor("round.default.svc.cluster.local"), names);
    expect(answer?.readUInt16BE(6)).toBeLessThan(10);
  });

  it("tell a name without an address of that kind from one that is not there", async () => {
    await expect(resolver.resolve6("web.default.svc.cluster.local")).rejects.toThrow("ENODATA");
    await expect(resolver.resolve4("nothing.default.svc.cluster.local")).rejects.toThrow("ENOTFOUND");
  });

  it("stay within one datagram, and say that there is more", () => {
    const answer = answerTo(questionFor("many.default.svc.cluster.local"), names);
    expect(answer?.length).toBeLessThanOrEqual(512);
    expect((answer?.readUInt16BE(2) ?? 0) & 0x0200).not.toBe(0);
    expect(answer?.readUInt16BE(6)).toBeGreaterThan(20);
  });

  it("are none to what is no question", () => {
    const question = questionFor("web.default.svc.cluster.local");
    for (let length = 0; length < question.length; length += 1)
      expect(answerTo(question.subarray(0, length), names), `${length} bytes`).toBeUndefined();
    const answer = answerTo(question, names) ?? Buffer.alloc(0);
    expect(answerTo(answer, names)).toBeUndefined();
    const pointing = Buffer.concat([question.subarray(0, 12), Buffer.of(0xc0, 12, 0, 1, 0, 1)]);
    expect(answerTo(pointing, names)).toBeUndefined();
  });
});

function questionFor(name: string): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([
    Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 1, 0, 1]),
  ]);
}
