import { pino } from "pino";
import { expect, it } from "vitest";
import type { Lab } from "../workshop/common/lab.js";
import { requireCluster } from "../workshop/node/session-cluster.js";
import { dataPaths, defaultPodShells } from "./config.js";
import { defaultMaxOwnClusters, openOwnClusters } from "./own-clusters.js";
import { summarise } from "./workshop/catalogue.js";

const lab = { name: "own", cluster: "own", pages: [], needs: [], problems: [] } as unknown as Lab;
const paths = dataPaths("/nowhere");
const log = pino({ level: "silent" });

it.each([
  ["--shells pods", { pods: defaultPodShells }],
  ["--terminal-host", { terminalHost: "/run/host.sock" }],
  ["--database", { database: "postgresql://x@localhost/x" }],
])(
  "a server with %s has no clusters to give, and says so in the catalogue and at the start",
  (flag, config) => {
    const ownClusters = openOwnClusters(config, { paths }, log);
    expect(ownClusters).toBeUndefined();
    expect(() => requireCluster(lab, { ownClusters })).toThrow(flag);
    expect(summarise(lab, { pods: "any", ownClusters: false }).unavailable).toContain(flag);
  },
);

it("a server with shells of its own has as many as half of the memory holds, and one at the least", () => {
  expect(() => requireCluster(lab, { ownClusters: openOwnClusters({}, { paths }, log) })).not.toThrow();
  expect(defaultMaxOwnClusters(8 * 2 ** 30)).toBe(45);
  expect(defaultMaxOwnClusters(2 ** 20)).toBe(1);
});
