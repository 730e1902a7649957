import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("workloads", () => {
  sameOnBoth(
    "a deployment is created, shown, scaled and deleted alike",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=2 --port=80");
      await until("get deployment web", /2\/2/);
      await run("get deployment,replicaset");
      await run("get deployment web -o wide");
      await run("get pods");
      await run("get deployment web -o jsonpath={.metadata.annotations}{.metadata.generation}{.spec}");
      await run([
        "get",
        "deployment",
        "web",
        "-o",
        "jsonpath={range .status.conditions[*]}{.type} {.status} {.reason} {.message}{'\\n'}{end}",
      ]);
      await run([
        "get",
        "replicaset",
        "-o",
        "jsonpath={.items[0].metadata.annotations}{.items[0].status.replicas}{.items[0].spec.selector}",
      ]);
      await until("get events --field-selector reason=ScalingReplicaSet -o name", /event/);
      await run("describe deployment web");
      await run("scale deployment web --replicas=3");
      await until("get deployment web", /3\/3/);
      await run("get deployment web");
      await run("delete deployment web");
      await until("get pods -o name", /^$/);
      await run("get all");
    },
    [/deployment\.apps\/web created/, /2\/2/, /Scaled up replica set/, /No resources found/],
  );

  sameOnBoth(
    "a rollout has revisions that can be listed and undone",
    async ({ run, until, quietly }) => {
      await run("create deployment web --image=nginx:1");
      await until("get deployment web", /1\/1/);
      await run("set image deployment/web nginx=nginx:2");
      await quietly("rollout status deployment/web --timeout=30s");
      await run("rollout status deployment/web");
      await run("annotate deployment/web kubernetes.io/change-cause=second");
      await run("rollout history deployment/web");
      await run("rollout undo deployment/web");
      await quietly("rollout status deployment/web --timeout=30s");
      await run("rollout status deployment/web");
      await until("rollout history deployment/web", /3/);
      await run("rollout history deployment/web");
      await run("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}");
      await run("rollout pause deployment/web");
      await run("rollout resume deployment/web");
      await run("rollout restart deployment/web");
    },
    [/revision/i, /successfully rolled out/, /nginx:1\n?/],
  );

  sameOnBoth(
    "a job completes",
    async ({ run, until, succeed }) => {
      await run("create job task --image=busybox -- true");
      await succeed("task");
      await run("wait --for=condition=complete job/task --timeout=30s");
      await until("get job task", /Complete/);
      await run("get job task");
      await run([
        "get",
        "job",
        "task",
        "-o",
        "jsonpath={.spec.completionMode} {.spec.backoffLimit} {.status.succeeded} {range .status.conditions[*]}{.type} {.reason} {.message};{end}",
      ]);
    },
    [/condition met/, /CompletionsReached/],
  );

  sameOnBoth(
    "stateful and daemon sets are shown alike",
    async ({ run, until }) => {
      const labels = { app: "db" };
      const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
      const selector = { matchLabels: labels };
      const set = (kind: string, name: string, spec: object) => ({
        apiVersion: "apps/v1",
        kind,
        metadata: { name },
        spec: { selector, template, ...spec },
      });
      await run("apply -f -", set("StatefulSet", "db", { serviceName: "db", replicas: 2 }));
      await until("get statefulset db", /2\/2/);
      await run("get statefulset db -o wide");
      await run("get pods -l app=db -o name");
      await run("delete statefulset db");
      await run("apply -f -", set("DaemonSet", "agent", {}));
      await until("get daemonset agent -o jsonpath={.status.numberAvailable}", /1/);
      await run("get daemonset agent -o wide");
    },
    [/pod\/db-0/, /agent/],
  );

  sameOnBoth(
    "a service lists the pods behind it",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27");
      await until("get deployment web", /1\/1/);
      await run("expose deployment web --port=80 --target-port=8080");
      await until("get endpointslices -o jsonpath={.items[*].endpoints[*].conditions.ready}", /true/);
      await run(
        "get endpointslices -o jsonpath={.items[0].ports}{.items[0].endpoints[0].conditions}{.items[0].metadata.labels}",
      );
      await run("get service web");
      // The real cluster sometimes warns of the address of a service it has just stored.
      await run("describe service web --show-events=false");
    },
    [/service\/web exposed/, /8080/],
  );
});
