import { runCluster } from "../../cluster/run-cluster.js";
import { ConnectedRuntime } from "../../containers/node/connect-runtime.js";

// The cluster knows what runs containers by its contract alone; which process that is, is known here.
await runCluster((socket, pods, report) => new ConnectedRuntime(socket, report, pods));
