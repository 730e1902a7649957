import { describeParity, sameOnBoth } from "./both-clusters.js";

/** Everything about these objects that is stored, apart from who set which field. */
describeParity("stored objects", () => {
  sameOnBoth(
    "a deployment and its ReplicaSet",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=2");
      await until("get deployment web", /2\/2/);
      await run("get deployment,replicaset -o yaml");
    },
    [/kind: ReplicaSet/, /terminatingReplicas: 0/],
  );

  sameOnBoth(
    "a job and the metadata and spec of its pod",
    async ({ run, until, succeed }) => {
      await run("create job task --image=busybox:1.36 -- true");
      await succeed("task");
      await until("get job task", /Complete/);
      await run(
        "get job task -o jsonpath={.spec.selector}{.spec.template}{.spec.completionMode}{.spec.suspend}",
      );
      await run("get job task -o jsonpath={.status}");
      await run(
        "get pods -o jsonpath={.items[0].metadata.labels}{.items[0].metadata.ownerReferences}{.items[0].spec.restartPolicy}",
      );
    },
    [/"uncountedTerminatedPods":\{\}/],
  );

  sameOnBoth(
    "a StatefulSet, its revision and a pod's spec",
    async ({ run, until }) => {
      const labels = { app: "db" };
      const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
      const spec = { serviceName: "db", replicas: 1, selector: { matchLabels: labels }, template };
      await run("create -f -", {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "db" },
        spec,
      });
      await until("get statefulset db -o jsonpath={.status.availableReplicas}", /1/);
      await run("get statefulset,controllerrevision -o yaml");
      await run("get pod db-0 -o jsonpath={.metadata.labels}{.spec.hostname}{.spec.subdomain}");
    },
    [/kind: ControllerRevision/, /currentRevision/],
  );

  sameOnBoth(
    "a DaemonSet",
    async ({ run, until }) => {
      const labels = { app: "agent" };
      const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
      const spec = { selector: { matchLabels: labels }, template };
      await run("create -f -", {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "agent" },
        spec,
      });
      await until("get daemonset agent -o jsonpath={.status.numberAvailable}", /1/);
      await run("get daemonset agent -o jsonpath={.spec}{.status}");
    },
    [/"numberAvailable":1/],
  );

  sameOnBoth(
    "a service, its endpoints and its slice",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27");
      await until("get deployment web", /1\/1/);
      await run("expose deployment web --port=80");
      await until("get endpointslices -o jsonpath={.items[*].endpoints[*].conditions.ready}", /true/);
      await until("get endpoints web -o jsonpath={.subsets[*].addresses[*].ip}", /\d/);
      await run("get service web -o yaml");
      await run("get endpointslices -o yaml");
    },
    [/kind: EndpointSlice/, /clusterIP/],
  );

  sameOnBoth(
    "a namespace and what it begins with",
    async ({ run, until, namespace }) => {
      await until("get configmap kube-root-ca.crt", /kube-root-ca.crt/);
      await run(`get namespace ${namespace} -o yaml`);
      await run("get serviceaccount default -o yaml");
    },
    [/kubernetes.io\/metadata.name/],
  );

  sameOnBoth(
    "the spec of a pod",
    async ({ run, until }) => {
      await run("run solo --image=nginx:1.27 --port=80");
      await until("get pod solo", /1\/1/);
      await run("get pod solo -o jsonpath={.metadata.labels}");
      await run("get pod solo -o jsonpath={.spec}");
      await until("get events --field-selector reason=Scheduled -o name", /event/);
      await run(
        "get events --field-selector reason=Scheduled -o jsonpath={.items[0].message},{.items[0].action},{.items[0].reportingComponent},{.items[0].type},{.items[0].count},{.items[0].source}",
      );
    },
    [/kube-api-access/, /Successfully assigned/],
  );

  sameOnBoth(
    "a job has the labels of its pods",
    async ({ run }) => {
      await run("create job task --image=busybox:1.36 -- true");
      await run("get job task -o jsonpath={.metadata.labels},{.spec.manualSelector}");
    },
    [/"job-name":"task"\},false/],
  );

  sameOnBoth(
    "a DaemonSet counts the generations of its template",
    async ({ run }) => {
      const labels = { app: "agent" };
      const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
      const spec = { selector: { matchLabels: labels }, template };
      await run("create -f -", {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "agent" },
        spec,
      });
      await run("get daemonset agent -o jsonpath={.metadata.annotations}");
    },
    [/deprecated.daemonset.template.generation/],
  );

  sameOnBoth(
    "reading Endpoints brings a warning of their deprecation",
    async ({ run }) => {
      await run("get endpoints");
    },
    [/Warning: v1 Endpoints is deprecated/],
  );

  sameOnBoth(
    "being bound to a node is no generation of a pod",
    async ({ run, until }) => {
      await run("run solo --image=nginx:1.27");
      await until("get pod solo", /1\/1/);
      await run("get pod solo -o jsonpath={.metadata.generation}");
    },
    [/\n1\[exit 0\]/],
  );

  sameOnBoth(
    "events have the nulls Go gives them",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=1");
      await until("get events --field-selector reason=ScalingReplicaSet -o name", /event/);
      await until("get events --field-selector reason=Scheduled -o name", /event/);
      for (const reason of ["ScalingReplicaSet", "Scheduled"]) {
        await run([
          "get",
          "events",
          "--field-selector",
          `reason=${reason}`,
          "-o",
          `go-template=${EVENT_TIMES}`,
        ]);
      }
    },
    [/eventTime:<no value> firstTimestamp:set/, /eventTime:set firstTimestamp:<no value>/],
  );

  sameOnBoth(
    "a disruption budget counts its pods and guards them",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=3");
      await until("get deployment web", /3\/3/);
      await run("create poddisruptionbudget web --selector=app=web --min-available=2");
      await until("get poddisruptionbudget web -o jsonpath={.status.expectedPods}", /3/);
      await run(
        "get poddisruptionbudget web -o jsonpath={.status.currentHealthy},{.status.desiredHealthy},{.status.disruptionsAllowed},{.status.conditions[0].type},{.status.conditions[0].status},{.status.conditions[0].reason}",
      );
      await run("get poddisruptionbudget web");
    },
    [/3,2,1,DisruptionAllowed,True,SufficientPods/],
  );

  sameOnBoth(
    "an autoscaler without metrics keeps to its bounds and says what is missing",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1.27 --replicas=1");
      await until("get deployment web", /1\/1/);
      await run("autoscale deployment web --min=2 --max=4 --cpu=50%");
      await until("get deployment web -o jsonpath={.spec.replicas}", /2/);
      await until("get hpa web -o jsonpath={.status.conditions[*].reason}", /Failed/);
      await run('get hpa web -o jsonpath={.status.conditions[?(@.type=="ScalingActive")].reason}');
    },
    [/FailedGetResourceMetric/],
  );

  sameOnBoth(
    "the slices of endpoints that somebody writes, as they change and go",
    async ({ run, until }) => {
      const metadata = { name: "web", labels: { app: "web" }, annotations: { note: "by hand" } };
      const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
      await run("create -f -", { ...service, spec: { ports: [{ port: 80 }] } });
      const endpoints = { apiVersion: "v1", kind: "Endpoints", metadata };
      const subset = { addresses: [{ ip: "192.0.2.7", hostname: "one" }], ports: [{ port: 5432 }] };
      await run("create -f -", { ...endpoints, subsets: [subset] });
      await until("get endpointslices", /192\.0\.2\.7/);
      await run("get endpoints,endpointslices -o yaml");
      // The real cluster sometimes warns of the address of a service it has just stored.
      await run("describe service web --show-events=false");
      const changed = { ...subset, notReadyAddresses: [{ ip: "192.0.2.8" }] };
      await run("replace -f -", { ...endpoints, subsets: [changed] });
      await until("get endpointslices", /192\.0\.2\.8/);
      // The real controller writes the endpoints of a slice in no order of its own.
      for (const address of ["192.0.2.7", "192.0.2.8"]) {
        const conditions = `{.items[*].endpoints[?(@.addresses[0]=="${address}")].conditions}`;
        await run(["get", "endpointslices", "-o", `jsonpath=${conditions}`]);
      }
      await run(["label", "endpoints", "web", "endpointslice.kubernetes.io/skip-mirror=true"]);
      await until("get endpointslices -o name", /^$/);
    },
    [/managed-by: endpointslicemirroring-controller/, /"ready":false/],
  );

  sameOnBoth(
    "the range of the addresses of services",
    ({ run }) => run("get servicecidr kubernetes -o yaml").then(() => undefined),
    [/kind: ServiceCIDR/],
  );
});

const EVENT_TIMES =
  "{{range .items}}eventTime:{{if .eventTime}}set{{else}}{{.eventTime}}{{end}} firstTimestamp:{{if .firstTimestamp}}set{{else}}{{.firstTimestamp}}{{end}}{{range $name, $_ := .}} {{$name}}{{end}}{{end}}";
