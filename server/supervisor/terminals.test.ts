import { describe, expect, it } from "vitest";
import { checkConfinement } from "./terminals.js";

const paths = { terminal: "/tmp/lectern/terminal" };
const none = { kind: "none", description: "not confined" } as const;

describe("a machine that cannot keep shells apart", () => {
  it("serves nobody beyond itself, and says what to install", () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.7", "labs.example.org"]) {
      const check = () => checkConfinement(paths, host, { report: () => undefined }, none);
      expect(check, host).toThrow(expect.objectContaining({ code: "SERVER_UNCONFINED_SHELLS" }) as Error);
      expect(check, host).toThrow("Install bubblewrap");
    }
  });

  it("serves the person at it, and says what a learner could do", () => {
    for (const host of ["127.0.0.1", "localhost", "::1"]) {
      const said: string[] = [];
      checkConfinement(paths, host, { report: (line) => said.push(line) }, none);
      expect(said, host).toEqual([expect.stringContaining("Shells are not confined on this machine")]);
    }
  });
});
