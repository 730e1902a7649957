import { describe, expect, it } from "vitest";
import { POD_SESSION_LABEL } from "../../pods/node/pod-settings.js";
import * as engine from "../../policy/common/engine-names.js";
import * as session from "../../workshop/common/session.js";

describe("names that labs and policies share on objects of the cluster", () => {
  it("are the same in all rooms, which may not know each other", () => {
    const [ofLabs, ofPolicies] = [new Map(Object.entries(session)), new Map(Object.entries(engine))];
    const shared = [...ofLabs.keys()].filter((name) => ofPolicies.has(name));
    expect(shared).toEqual(expect.arrayContaining(["ORGANIZATION_LABEL", "WORKSPACE_LABEL"]));
    for (const name of shared) expect([name, ofLabs.get(name)]).toEqual([name, ofPolicies.get(name)]);
    expect(POD_SESSION_LABEL).toBe(session.SESSION_LABEL);
    expect(session.POLICY_API_PATH).toBe(`/apis/${engine.POLICY_GROUP}/${engine.POLICY_VERSION}`);
  });
});
