import { describe, expect, it } from "vitest";
import { sessionLimits } from "./session-limits.js";

describe("the limits of a session on the command line", () => {
  it("are quantities as Kubernetes writes them", () => {
    expect(sessionLimits("memory=2Gi,cpu=0.5,processes=100,home=512Mi,tmp=64Mi,files=1024")).toEqual({
      memoryBytes: 2 * 2 ** 30,
      cpus: 0.5,
      processes: 100,
      homeBytes: 512 * 2 ** 20,
      temporaryBytes: 64 * 2 ** 20,
      openFiles: 1024,
    });
  });

  it("are refused where they are none, with what there is", () => {
    expect(() => sessionLimits("ram=1Gi")).toThrow(/memory, processes, cpu, home, tmp, files/);
    for (const text of ["memory", "memory=lots", "memory=1", "memory=-1Gi", "cpu=0", "constructor=1", ""])
      expect(() => sessionLimits(text), text).toThrow();
  });
});
