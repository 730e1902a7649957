import { runCluster } from "./run-cluster.js";

await runCluster();
