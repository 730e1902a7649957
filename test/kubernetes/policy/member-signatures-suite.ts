import { generateKeyPairSync } from "node:crypto";

import { expect, it } from "vitest";

import { FLEET_PATH, type Fleet } from "./fleet-world.js";
import { signImage } from "./signed-image.js";

const repository = "team/app";

/** The claims about what registries tell, where the namespace is on another cluster than the policies. */
export function itFollowsSignatures(fleet: Fleet): void {
  const { inForce, pod } = fleet;

  it("demands signatures on every cluster, by what registries tell the home", async () => {
    const { world, registry } = fleet;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [signed, unsigned] = [registry.push(repository, "1.0"), registry.push(repository, "2.0", "second")];
    signImage(registry, { repository, digest: signed, key: privateKey });
    const image = (digest: string) => `${registry.host}/${repository}@${digest}`;
    const key = publicKey.export({ type: "spki", format: "pem" });
    const spec = { recipe: "require-signature", input: { authorities: [{ key }] } };
    const policy = { fullName: { name: "signed" }, spec };
    const created = await world.rest("POST", `${FLEET_PATH}/policies`, { policy });
    expect([created.status, created.body["message"]]).toEqual([200, undefined]);
    for (const cluster of ["east", "west"]) {
      await inForce(cluster);
      expect(await pod(cluster, "shop", image(signed))).toContain("(not looked at yet:");
    }
    for (const digest of [signed, unsigned])
      expect((await world.tmc("image", "verify", image(digest))).err).toBe("");
    for (const cluster of ["east", "west"]) {
      await expect.poll(() => pod(cluster, "shop", image(signed))).toBe("");
      // Each image that is looked up is told to the clusters by itself.
      await expect.poll(() => pod(cluster, "shop", image(unsigned))).toContain("(it is not signed:");
    }
    expect((await world.rest("DELETE", `${FLEET_PATH}/policies/signed`)).status).toBe(200);
    for (const cluster of ["east", "west"])
      await expect.poll(() => pod(cluster, "shop", image(unsigned))).toBe("");
  });
}
