import { describe, expect, it } from "vitest";

import { KnownParameters } from "./known-parameters.js";

const version = (resourceVersion: string) => ({ enforced: { resourceVersion, data: {} } });

describe("parameters that are remembered", () => {
  it("are those of the namespaces that were made last", () => {
    const parameters = new KnownParameters(2);
    for (const name of ["one", "two", "one", "three"]) parameters.note(name, version(name));
    expect([...parameters.now.keys()]).toEqual(["one", "three"]);
  });

  it("are none where nobody waits for them", () => {
    const parameters = new KnownParameters(0);
    parameters.note("one", version("1"));
    expect(parameters.now.size).toBe(0);
  });

  it("stay for whoever took them as they were then", () => {
    const parameters = new KnownParameters();
    parameters.note("one", version("1"));
    const before = parameters.now;
    parameters.note("one", version("2"));
    parameters.forget("one");
    expect(before.get("one")?.enforced.resourceVersion).toBe("1");
  });
});
