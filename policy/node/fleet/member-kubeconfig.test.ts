import { hostname } from "node:os";

import { describe, expect, it } from "vitest";

import { readMemberKubeconfig } from "./member-kubeconfig.js";

const SERVER = "https://203.0.113.1:6443";

interface Given {
  cluster?: object;
  user?: object;
  others?: object[];
}

function kubeconfig({ cluster = {}, user = { token: "t" }, others = [] }: Given): string {
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server: SERVER, ...cluster } }],
    users: [{ name: "u", user }, ...others],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

const why = (text: string) =>
  readMemberKubeconfig(text).then(
    () => "taken",
    (error: unknown) => (error as Error).message,
  );

describe("a kubeconfig that an organization gives", () => {
  it("is taken with what is written out in it, and nothing else", async () => {
    const read = await readMemberKubeconfig(
      kubeconfig({ cluster: { server: `${SERVER}/prefix/?a=b#c`, extensions: [] } }),
    );
    expect(read.getCurrentCluster()).toMatchObject({ server: `${SERVER}/prefix`, skipTLSVerify: false });
    expect(read.getCurrentUser()).toEqual({ name: "member", token: "t" });
  });

  it.each(["token-file", "tokenFile"])("opens no file of this machine by %s", async (field) => {
    // Reading it would never end.
    const text = kubeconfig({ user: { [field]: "/dev/zero" } });
    expect(await why(text)).toContain("names a file of this machine");
    expect(await why(kubeconfig({ user: { token: "t", [field]: "/etc/hostname" } }))).toContain(
      "names a file",
    );
    const others = [{ name: "other", user: { [field]: "/dev/zero" } }];
    const read = await readMemberKubeconfig(kubeconfig({ others }));
    expect(JSON.stringify(read.users)).not.toContain(hostname());
    // Says nothing of whether the file is there.
    expect(await why(kubeconfig({ user: { [field]: "/nowhere" } }))).toBe(await why(text));
  });

  it.each([
    [
      { cluster: { "certificate-authority-data": { length: 4e9 } } },
      "certificate-authority-data of its cluster",
    ],
    [{ cluster: { "certificate-authority-data": 7 } }, "certificate-authority-data of its cluster"],
    [{ cluster: { "certificate-authority": "/etc/passwd" } }, "names a file"],
    [{ cluster: { server: ["https://a"] } }, "is no https:// address"],
    [{ cluster: { server: "https://u:p@203.0.113.1" } }, "password in its address"],
    [{ cluster: { "insecure-skip-tls-verify": true } }, "anybody between"],
    [{ cluster: { "proxy-url": "http://203.0.113.2" } }, "proxy-url"],
    [{ user: {} }, "neither a token"],
    [{ user: { token: { toString: "x" } } }, "token of its user"],
    [{ user: { token: "a\r\nHost: b" } }, "other characters"],
    [{ user: { token: "t", "client-key": "/etc/shadow" } }, "names a file"],
    [{ user: { token: "t", exec: {} } }, "logged in by a program"],
    [{ user: { token: "t", "as-groups": ["system:masters"] } }, "acts as another"],
    [{ user: { "client-certificate-data": "AAAA", "client-key-data": "AAAA" } }, "cannot be used ("],
  ])("is refused where it is %j", async (change, expected) => {
    expect(await why(kubeconfig(change))).toContain(expected);
  });

  it.each([
    "{",
    "[]",
    "null",
    "[".repeat(60_000),
    "- ".repeat(32_000),
    "? ".repeat(32_000),
    "{[".repeat(250) + "]: 1}".repeat(250),
    Array.from({ length: 85 }, (_, at) => " ".repeat(16 * (at % 40)) + "? ".repeat(8)).join("\n"),
    `a: &a [${"x,".repeat(99)}]\nb: [${"*a,".repeat(999)}]`,
  ])("is refused where it is no kubeconfig (%#)", async (text) => {
    expect(await why(text)).toContain("it cannot be read");
  });

  it("is read as kubectl writes it", async () => {
    const yaml = `apiVersion: v1
clusters:
- cluster:
    server: ${SERVER}
  name: c
contexts:
- context: {cluster: c, user: u}
  name: x
current-context: x
kind: Config
preferences: {}
users:
- name: u
  user:
    token: t
`;
    expect((await readMemberKubeconfig(yaml)).getCurrentUser()?.token).toBe("t");
  });
});
