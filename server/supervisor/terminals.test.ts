import { describe, expect, it } from "vitest";
import { checkConfinement, confinementLines, requireOwnNetwork } from "./terminals.js";

const paths = { terminal: "/tmp/lectern/terminal" };
const none = { kind: "none", description: "not confined" } as const;

describe("a machine that cannot keep shells apart", () => {
  it("serves nobody beyond itself, and says what to install", () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.7", "labs.example.org"]) {
      const check = () => checkConfinement(paths, { host }, { report: () => undefined }, none);
      expect(check, host).toThrow(expect.objectContaining({ code: "SERVER_UNCONFINED_SHELLS" }) as Error);
      expect(check, host).toThrow("Install bubblewrap");
    }
  });

  it("serves nobody who comes by a proxy in front either", () => {
    const config = { host: "127.0.0.1", publicUrl: "https://labs.example.org/" };
    const check = () => checkConfinement(paths, config, { report: () => undefined }, none);
    expect(check).toThrow(expect.objectContaining({ code: "SERVER_UNCONFINED_SHELLS" }) as Error);
    expect(check).toThrow("Being reached at https://labs.example.org/ would give everybody");
    expect(() =>
      checkConfinement(
        paths,
        { ...config, publicUrl: "http://localhost:1/" },
        { report: () => undefined },
        none,
      ),
    ).not.toThrow();
  });

  it("serves the person at it, and says what a learner could do", () => {
    for (const host of ["127.0.0.1", "localhost", "::1"]) {
      const said: string[] = [];
      checkConfinement(paths, { host }, { report: (line) => said.push(line) }, none);
      expect(said, host).toEqual([expect.stringContaining("Shells are not confined on this machine")]);
    }
  });
});

describe("a machine that gives shells no network of their own", () => {
  const report = {
    hasOwnNetwork: false,
    measures: [
      { subject: "files", holds: true, text: "bubblewrap" },
      { subject: "network", holds: false, text: "this machine's, shared by all sessions (unshare: EPERM)" },
    ],
  } as const;
  const measured = { ...report, measures: [...report.measures] };

  it("serves other machines only where the operator accepts it", () => {
    const refusal = expect.objectContaining({ code: "SERVER_SHARED_NETWORK" }) as Error;
    expect(() => requireOwnNetwork(measured, { host: "0.0.0.0" })).toThrow(refusal);
    expect(() => requireOwnNetwork(measured, { host: "0.0.0.0" })).toThrow("unshare: EPERM");
    expect(() => requireOwnNetwork(measured, { host: "0.0.0.0", allowSharedNetwork: true })).not.toThrow();
    expect(() => requireOwnNetwork(measured, { host: "127.0.0.1" })).not.toThrow();
    const proxied = { host: "127.0.0.1", publicUrl: "https://labs.example.org/" };
    expect(() => requireOwnNetwork(measured, proxied)).toThrow(refusal);
    expect(() => requireOwnNetwork(measured, { ...proxied, allowSharedNetwork: true })).not.toThrow();
    expect(() => requireOwnNetwork({ ...measured, hasOwnNetwork: true }, { host: "0.0.0.0" })).not.toThrow();
  });

  it("says at the start what holds and what does not", () => {
    expect(confinementLines(measured)).toEqual([
      "Each session has:",
      "   files           bubblewrap",
      " ! network         this machine's, shared by all sessions (unshare: EPERM)",
    ]);
  });
});
