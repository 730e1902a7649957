import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("deletion", () => {
  sameOnBoth(
    "in the background takes pods and ReplicaSets along",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx");
      await until("get deployment web", /1\/1/);
      await run("delete deployment web");
      await until("get replicaset,pod -o name", /^$/);
    },
    [/deployment\.apps "web" deleted/],
  );

  sameOnBoth(
    "in the foreground waits for them",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx");
      await until("get deployment web", /1\/1/);
      await run("delete deployment web --cascade=foreground --timeout=30s");
      await run("get replicaset,pod -o name");
    },
    [/deployment\.apps "web" deleted/],
  );

  sameOnBoth(
    "leaves orphans when told to",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx");
      await until("get deployment web", /1\/1/);
      await run("delete deployment web --cascade=orphan");
      await until("get replicaset -o jsonpath={.items[*].metadata.ownerReferences}", /^$/);
      await run("get replicaset,pod");
    },
    [/1 {2}1 {2}1/],
  );

  sameOnBoth(
    "of a namespace says what happens to it",
    async ({ run, until, quietly, namespace }) => {
      const other = `${namespace}-gone`;
      await quietly(`create namespace ${other}`);
      const metadata = { name: "held", finalizers: ["example.com/hold"] };
      await quietly(`create -n ${other} -f -`, { apiVersion: "v1", kind: "ConfigMap", metadata });
      await run(`delete namespace ${other} --wait=false`);
      await until(
        `get namespace ${other} -o jsonpath={.status.conditions[*].reason}`,
        /SomeFinalizersRemain/,
      );
      await run([
        "get",
        "namespace",
        other,
        "-o",
        "jsonpath={.status.phase} {range .status.conditions[*]}{.type} {.status} {.reason} {.message}{'\\n'}{end}",
      ]);
      await run(`create configmap late -n ${other}`);
      await run(`get namespace ${other}`);
      await quietly([
        "patch",
        "configmap",
        "held",
        "-n",
        other,
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":null}}',
      ]);
      await quietly(`wait --for=delete namespace/${other} --timeout=30s`);
      await run(`get namespace ${other}`);
    },
    [
      /Terminating/,
      /example\.com\/hold in 1 resource instances/,
      /because it is being terminated/,
      /NotFound/,
    ],
  );

  sameOnBoth(
    "on trial deletes nothing",
    async ({ run, until }) => {
      await run("create configmap kept --from-literal=a=b");
      await run("create deployment web --image=nginx");
      await until("get deployment web", /1\/1/);
      await run("delete configmap kept --dry-run=server");
      await run("delete deployment web --dry-run=server");
      await run("delete configmap kept --dry-run=client");
      await run("get configmap kept");
      await run("get deployment web");
    },
    [/deleted.*\(server dry run\)/, /1\/1/],
  );
});
