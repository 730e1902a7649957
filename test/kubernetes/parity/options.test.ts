import { describeParity, sameOnBoth } from "./both-clusters.js";

const EVENT_TIME = "2024-01-01T00:00:00.000000Z";
const TIMED = { eventTime: EVENT_TIME, action: "x", reason: "y", reportingInstance: "b" };

describeParity("options of requests", () => {
  sameOnBoth(
    "that are no numbers, no tokens and no names",
    async ({ run, namespace }) => {
      const maps = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const query of [
        "?continue=x",
        "?continue=a!b",
        "?watch=1&resourceVersion=x",
        "?resourceVersion=x",
        "?timeoutSeconds=x",
        "/kube-root-ca.crt?resourceVersion=x",
      ])
        await run(["get", "--raw", `${maps}${query}`]);
      await run(["create", "--raw", `${maps}?fieldManager=%00`, "-f", "-"], { metadata: { name: "x" } });
      const pod = `/api/v1/namespaces/${namespace}/pods/x`;
      await run(["create", "--raw", `${pod}/binding`, "-f", "-"], { target: { name: "x" } });
      await run(["create", "--raw", `${pod}/eviction`, "-f", "-"], {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name: "y" },
      });
      await run(["get", "--raw", "/readyz/ping"]);
      await run(["get", "--raw", "/readyz/none"]);
      for (const field of ["a==b=c", "metadata.name=a\\q", "metadata.name=a\\,b", "status.podIPs=1"])
        await run(["get", "pods", "--field-selector", field]);
      await run("get replicasets --field-selector status.replicas=1");
      await run(["get", "pods", "-l", "a".repeat(64)]);
    },
    [/illegal base64 data/, /ParseInt/, /name in URL does not match/, /unescaped character/],
  );

  sameOnBoth(
    "that name another object than is there",
    async ({ run, quietly, namespace }) => {
      await run("create configmap map");
      await run("create service clusterip web --tcp=80");
      const map = `/api/v1/namespaces/${namespace}/configmaps/map`;
      const preconditions = { uid: "x" };
      await run(["delete", "--raw", map, "-f", "-"], {
        kind: "DeleteOptions",
        apiVersion: "v1",
        preconditions,
      });
      await run(["replace", "--raw", map, "-f", "-"], { metadata: { name: "map", uid: "x" } });
      const service = `/api/v1/namespaces/${namespace}/services/web`;
      const spec = { ports: [{ port: 80 }] };
      await run(["replace", "--raw", service, "-f", "-"], { metadata: { name: "web", uid: "x" }, spec });
      await quietly(["patch", "service", "web", "-p", '{"spec":{"externalIPs":["1.2.3.4"]}}']);
      await run("get service web -o jsonpath={.spec.externalTrafficPolicy}");
    },
    [/The object might have been deleted and then recreated/, /StorageError/, /Cluster\[exit 0\]/],
  );

  sameOnBoth(
    "events say what they are about, and the newer ones say it once",
    async ({ run, namespace }) => {
      const create = (version: string, event: object) =>
        run("create -f -", { apiVersion: version, kind: "Event", metadata: { name: "e" }, ...event });
      const pod = { kind: "Pod", namespace, name: "p" };
      const of = { regarding: pod, ...TIMED };
      await create("v1", { involvedObject: { kind: "Pod", namespace: "other" } });
      await create("v1", { involvedObject: { kind: "Pod" } });
      await create("v1", { involvedObject: pod, eventTime: EVENT_TIME });
      await create("events.k8s.io/v1", { regarding: pod });
      await create("events.k8s.io/v1", { ...of, type: "Sometimes", reportingController: "a" });
      await create("events.k8s.io/v1", {
        ...of,
        type: "Normal",
        reportingController: "a",
        series: { count: 1 },
        deprecatedCount: 2,
        deprecatedSource: { component: "a" },
      });
      await create("events.k8s.io/v1", {
        ...of,
        type: "Normal",
        reportingController: "a.b/c",
        note: "hello",
      });
      await run(["patch", "events.events.k8s.io", "e", "--type=merge", "-p", '{"note":"x"}']);
      await run("get event e -o jsonpath={.message}");
    },
    [/does not match event.namespace/, /needs to be unset/, /field is immutable/],
  );

  sameOnBoth(
    "pods of a RuntimeClass get what it says",
    async ({ run, quietly, namespace }) => {
      const start = (spec: object) =>
        run(["run", "p", "--image=x", `--overrides=${JSON.stringify({ spec })}`]);
      await start({ runtimeClassName: "none" });
      await start({ overhead: { cpu: "1" } });
      await quietly("create -f -", {
        apiVersion: "node.k8s.io/v1",
        kind: "RuntimeClass",
        metadata: { name: namespace },
        handler: "h",
        overhead: { podFixed: { cpu: "100m" } },
        scheduling: { nodeSelector: { a: "b" }, tolerations: [{ key: "t", operator: "Exists" }] },
      });
      await start({ runtimeClassName: namespace, overhead: { cpu: "1" } });
      await start({ runtimeClassName: namespace, nodeSelector: { a: "c" } });
      await start({ runtimeClassName: namespace });
      await run("get pod p -o jsonpath={.spec.overhead}{.spec.nodeSelector}{.spec.tolerations[*].key}");
      await quietly(`delete runtimeclass ${namespace}`);
    },
    [/RuntimeClass "none" not found/, /conflict: runtimeClass.scheduling.nodeSelector/, /100m/],
  );
});
