import { startNodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** Holds the namespaces of a node until it is killed; started with the folder of the node's programs. */
const held = await startNodeNamespaces(process.argv[2] ?? "");
process.stdout.write(`${JSON.stringify(held.namespaces.identity)}\n`);
setInterval(() => undefined, 60_000);
