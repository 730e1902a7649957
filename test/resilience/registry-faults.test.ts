import { generateKeyPairSync } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { MAX_PROBLEM_CHARACTERS } from "../../policy/common/known-image.js";
import { parseImage } from "../../policy/common/reference.js";
import { createRegistries, registriesFile } from "../../policy/node/registry/registries.js";
import { lookUpImage } from "../../policy/node/verify/look-up-image.js";
import { signImage } from "../kubernetes/policy/signed-image.js";
import { type SmallRegistry, startSmallRegistry } from "../kubernetes/policy/small-registry.js";

const repository = "team/app";
const SIGNATURE = "dev.cosignproject.cosign/signature";

describe("an image of a registry that does as it likes", () => {
  let registry: SmallRegistry;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const trusted = [{ key: publicKey.export({ type: "spki", format: "pem" }) as string }];
  const lookUp = (tag: string, signers = [trusted]) => {
    const { host } = registry;
    const registries = createRegistries(
      registriesFile.parse({ registries: [{ host, endpoint: `http://${host}` }] }),
    );
    const parsed = parseImage(`${host}/${repository}:${tag}`);
    if (!parsed.ok) throw new Error(parsed.problem);
    return lookUpImage(registries, { reference: parsed.reference, signers });
  };
  const putSignatures = (digest: string, manifest: object) =>
    registry.putManifest(repository, `${digest.replace(":", "-")}.sig`, manifest);

  beforeAll(async () => {
    registry = await startSmallRegistry();
  });
  beforeEach(() => registry.misbehave(undefined));
  afterAll(() => registry.close());

  it("is told to be none where its answer breaks off, and never thrown about", async () => {
    registry.push(repository, "1");
    registry.misbehave({ kind: "breaks off" });
    expect(await lookUp("1")).toEqual({
      problem: expect.stringContaining(`the registry ${registry.host} was asked: its answer broke off`),
    });
  });

  it("is told in no more words than are kept, however long those of the registry are", async () => {
    registry.misbehave({ kind: "redirects", to: `https://${"far.".repeat(1000)}example.com/` });
    const { problem = "" } = await lookUp("1");
    expect(problem).toContain("it sends to far.far.");
    expect(problem.length).toBeLessThanOrEqual(MAX_PROBLEM_CHARACTERS);
  });

  it.each([
    ["none", { layers: Array.from({ length: 100_000 }, () => ({})) }],
    [
      "of texts that are none",
      {
        layers: [{ annotations: Object.fromEntries(Array.from({ length: 200_000 }, (_, key) => [key, 1])) }],
      },
    ],
    ["a text", { layers: "many" }],
    ["more than anybody reads", { layers: [], filling: "x".repeat(3_000_000) }],
  ])("is not signed where its signatures are %s", async (_title, manifest) => {
    const digest = registry.push(repository, "2", JSON.stringify(manifest).slice(0, 100));
    putSignatures(digest, manifest);
    expect(await lookUp("2")).toMatchObject({ digest, signatures: [{ verified: false }] });
  });

  it("is signed by one signature that is, whatever stands beside it", async () => {
    const digest = registry.push(repository, "3", "third");
    signImage(registry, { repository, digest, key: privateKey });
    const signatures = registry.manifestOf(repository, `${digest.replace(":", "-")}.sig`);
    const [layer] = (signatures as { layers: object[] }).layers;
    const others = [{ digest: `sha512:${"0".repeat(128)}` }, { annotations: { [SIGNATURE]: 7 } }, 0];
    putSignatures(digest, { layers: [...others, layer] });
    expect(await lookUp("3")).toMatchObject({ digest, signatures: [{ verified: true }] });
  });

  it("is held against the other keys where one of a policy cannot be read", async () => {
    const digest = registry.push(repository, "4", "fourth");
    signImage(registry, { repository, digest, key: privateKey });
    const broken = { key: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" };
    expect(await lookUp("4", [[broken], [broken, ...trusted]])).toMatchObject({
      signatures: [{ verified: false }, { verified: true }],
    });
  });
});
