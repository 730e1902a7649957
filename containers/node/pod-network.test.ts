import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { missingForContainers } from "./requirements.js";
import { PodNetwork } from "./pod-network.js";

const missing = missingForContainers();
if (missing !== undefined)
  console.log(`skipping the networks of single pods: this machine lacks ${missing.what}`);

it.skipIf(missing !== undefined)(
  "keeps a network while somebody uses it, and its number from being another's",
  async () => {
    const network = PodNetwork.make("10.244.0.5");
    const finish = new AbortController();
    const using = network.whileOpen(async () => void (await once(finish.signal, "abort")));
    network.close();
    expect(existsSync(network.path)).toBe(true);
    const another = PodNetwork.make("10.244.0.6");
    expect(another.descriptor).not.toBe(network.descriptor);
    await expect(network.whileOpen(() => Promise.resolve())).rejects.toThrow("the pod's network is closed");
    await expect(network.dial(80)).rejects.toThrow("the pod's network is closed");
    finish.abort();
    await using;
    expect(existsSync(network.path)).toBe(false);
    another.close();
  },
);

it.skipIf(missing !== undefined)("is closed once, however often that is asked for", () => {
  const first = PodNetwork.make("10.244.0.5");
  first.close();
  const second = PodNetwork.make("10.244.0.5");
  first.close();
  expect(existsSync(second.path)).toBe(true);
  second.close();
});
