import { startCluster } from "../../cluster/start.js";
import { temporaryFolder } from "../server/lectern-process.js";
import { describePolicyPractice } from "./policies-in-practice-suite.js";

describePolicyPractice("the lab image-policies-in-practice on embedded clusters", async () => {
  const folder = temporaryFolder();
  const cluster = await startCluster({ dataDir: folder.path });
  return {
    member: cluster.kubeconfigPath,
    close: async () => {
      await cluster.close();
      folder.remove();
    },
  };
});
