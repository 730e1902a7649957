import { join } from "node:path";
import { startCluster } from "../../cluster/start.js";
import { describeKubernetesView } from "./kubernetes-view-suite.js";

describeKubernetesView("the embedded cluster", (folder) =>
  startCluster({ dataDir: join(folder, "cluster") }),
);
