import { describeParity, sameOnBoth } from "./both-clusters.js";

/** The questions programs ask the API themselves, as they put them on the wire. */
describeParity("calls of other clients", () => {
  sameOnBoth(
    "k9s looks around: who may do what, which kinds there are, tables and metadata",
    async ({ run, namespace, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=2");
      await until("get deployment web", /2\/2/);
      const review = (resource: string, verb: string) => ({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { namespace, verb, resource } },
      });
      for (const [resource, verb] of [
        ["pods", "list"],
        ["pods", "watch"],
        ["namespaces", "list"],
        ["nodes", "patch"],
      ] as const) {
        await run("create -f - -o jsonpath={.status.allowed}", review(resource, verb));
      }
      for (const path of ["/apis/apps", "/apis/apps/v1", "/apis/batch/v1", "/apis/none.example.com"]) {
        await run(`get --raw ${path}`);
      }
      await run("get pods -o wide --sort-by=.metadata.name --no-headers -o custom-columns=P:.status.phase");
      await run("get pods -l app=web --output-watch-events -o name --request-timeout=15s");
      const created = "get events --field-selector involvedObject.kind=ReplicaSet,reason=SuccessfulCreate";
      await until(`${created} -o name`, /event.*\n.*event/);
      await run(`${created} -o name`);
      await run("api-resources --verbs=list,delete --namespaced -o name --api-group=apps");
      await run("get all -o name --ignore-not-found -l app=none");
    },
    [/"kind":"APIResourceList"/, /true/],
  );

  sameOnBoth(
    "stern and others find pods by selectors, owners and states",
    async ({ run, until, succeed }) => {
      await run("create deployment web --image=nginx:1.27");
      await run("create job task --image=busybox:1.36 -- true");
      await until("get deployment web", /1\/1/);
      await succeed("task");
      await until("get job task", /Complete/);
      for (const selector of [
        "app=web",
        "app in (web,db)",
        "app notin (web)",
        "!app",
        "app,app!=db",
        "job-name",
        "app==web,pod-template-hash",
        "app in (",
        "a=b=c",
        "-bad=x",
      ]) {
        await run(["get", "pods", "-o", "jsonpath={range .items[*]}{.status.phase}{end}", "-l", selector]);
      }
      for (const selector of [
        "status.phase=Running",
        "status.phase!=Running",
        "spec.restartPolicy=OnFailure",
        "spec.nodeName=",
        "metadata.name=none",
        "spec.hostNetwork=false",
        "spec.containers=x",
        "status.phase",
      ]) {
        await run([
          "get",
          "pods",
          "-o",
          "jsonpath={.items[*].metadata.labels.app}",
          "--field-selector",
          selector,
        ]);
      }
    },
    [/Running/, /unable to parse requirement|Unable to parse/i],
  );

  sameOnBoth(
    "lists come in pages that are one snapshot",
    async ({ run, quietly, namespace }) => {
      const items = Array.from({ length: 25 }, (_, i) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `page-${String(i).padStart(2, "0")}`, labels: { page: "yes" } },
      }));
      await quietly("create -f -", { apiVersion: "v1", kind: "List", items });
      const path = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=page`;
      for (const size of [1, 7, 24, 25, 26]) {
        await run(`get configmaps -l page --chunk-size=${size} -o name`);
      }
      await run(`get configmaps --chunk-size=3 -l page --no-headers -o custom-columns=N:.metadata.name`);
      const plain = `/api/v1/namespaces/${namespace}/configmaps`;
      await run(`get --raw ${plain}?limit=x`);
      await run(`get --raw ${plain}?resourceVersion=x`);
      await run(`get --raw ${plain}?resourceVersionMatch=Exact`);
      await run(`get --raw ${path}&resourceVersion=1&resourceVersionMatch=Maybe`);
      await run("get configmaps -l page=yes --watch-only --request-timeout=10s -o name");
    },
    [/page-24/],
  );

  sameOnBoth(
    "requests that are wrong are refused alike",
    async ({ run, namespace }) => {
      for (const path of [
        "/api/v1/namespaces/none/pods/none",
        `/api/v1/namespaces/${namespace}/nothing`,
        `/api/v1/namespaces/${namespace}/namespaces`,
        "/apis/apps/v9/deployments",
        "/nothing",
        "/api/v1/pods/x",
        `/api/v1/namespaces/${namespace}/pods/none/log`,
        "/apis/autoscaling/v2/horizontalpodautoscalers?fieldSelector=spec.x%3D1",
        `/api/v1/namespaces/${namespace}/configmaps?labelSelector=%3D%3D`,
      ]) {
        await run(`get --raw ${path}`);
      }
      await run(`delete --raw /api/v1/namespaces/${namespace}/configmaps/none`);
      await run(`create --raw /api/v1/namespaces/${namespace}/configmaps -f -`, { kind: "Pod" });
      await run(`create --raw /api/v1/namespaces/${namespace}/configmaps -f -`, {
        metadata: { name: "x", namespace: "other" },
      });
      await run(`replace --raw /api/v1/namespaces/${namespace}/configmaps/x -f -`, {
        metadata: { name: "y" },
      });
    },
    [/NotFound/, /the namespace of the provided object does not match/],
  );
});
