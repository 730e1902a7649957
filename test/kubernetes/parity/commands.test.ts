import { expect } from "vitest";
import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("other commands", () => {
  sameOnBoth(
    "wait, label, annotate, set and edit a deployment",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1");
      await run("wait --for=condition=Available deployment/web --timeout=30s");
      await run("label deployment web tier=front");
      await run("label deployment web tier=back");
      await run("label deployment web tier=back --overwrite");
      await run("annotate deployment web note=hello");
      await run("set env deployment/web A=1 B=2");
      await run("set env deployment/web B-");
      await run("set resources deployment web --limits=cpu=200m,memory=64Mi --requests=cpu=100m");
      await run("set serviceaccount deployment web default");
      await until("get deployment web -o jsonpath={.status.observedGeneration}", /[56]/);
      await run(
        "get deployment web -o jsonpath={.spec.template.spec.containers[0].env}{.spec.template.spec.containers[0].resources}",
      );
      await run("scale deployment web --current-replicas=5 --replicas=2");
      await run("scale deployment web --current-replicas=1 --replicas=2");
      await run("get deployments -l tier=back -o name");
      await run("get deployments -l tier!=back -o name");
    },
    [/condition met/, /"cpu":"200m"/],
  );

  sameOnBoth(
    "an annotation counts as a generation of a deployment, and of nothing else",
    async ({ run, until }) => {
      await run("create deployment web --image=nginx:1 --replicas=0");
      await until("get deployment web -o jsonpath={.metadata.annotations}", /revision/);
      await run("get deployment web -o jsonpath={.metadata.generation}");
      await run("annotate deployment web note=hello");
      await run("label deployment web note=hello");
      await run("get deployment web -o jsonpath={.metadata.generation}");
      await run("create poddisruptionbudget web --selector=app=web --min-available=1");
      await run("annotate poddisruptionbudget web note=hello");
      await run("get poddisruptionbudget web -o jsonpath={.metadata.generation}");
    },
    [/\n1\[exit 0\]/, /\n2\[exit 0\]/],
  );

  sameOnBoth(
    "replace and create need the right state",
    async ({ run }) => {
      await run("replace -f -", map({ a: "1" }));
      await run("create -f -", map({ a: "1" }));
      await run("create -f -", map({ a: "1" }));
      await run("replace -f -", map({ a: "2" }));
      await run("replace -f -", map({ a: "3" }, { resourceVersion: "1" }));
      await run("create -f - --dry-run=server -o name", map({ a: "1" }, { name: "trial" }));
      await run("get configmap trial");
      await run("delete configmap map trial");
      await run("delete configmap --all");
    },
    [/the object has been modified/, /server dry run|configmap\/trial/, /NotFound/],
  );

  sameOnBoth(
    "a cordoned node takes no pods and says so",
    async ({ run, quietly, until }) => {
      await run('run solo --image=nginx --overrides={"spec":{"nodeSelector":{"disk":"none"}}}');
      await until("get pod solo -o jsonpath={.status.conditions[0].reason}", /Unschedulable/);
      await run("get pod solo");
      await run("get pod solo -o jsonpath={.status.conditions[0].message}");
      await until("get events --field-selector reason=FailedScheduling -o name", /event/);
      await run("get events --field-selector reason=FailedScheduling -o jsonpath={.items[0].message}");
      await quietly("delete pod solo");
    },
    [/didn't match Pod's node affinity\/selector/, /Pending/],
  );

  sameOnBoth(
    "a broken rollout is waited for and reported",
    async ({ run, until }) => {
      await run("create quota q --hard=pods=1");
      await run("create deployment web --image=nginx:1");
      await until("get deployment web", /1\/1/);
      await run([
        "patch",
        "deployment",
        "web",
        "-p",
        '{"spec":{"progressDeadlineSeconds":2,"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}}}',
      ]);
      await run("set image deployment/web nginx=nginx:2");
      await until(
        "get deployment web -o jsonpath={.status.conditions[*].reason}",
        /ProgressDeadlineExceeded/,
      );
      await run("rollout status deployment/web");
      await run([
        "get",
        "deployment",
        "web",
        "-o",
        "jsonpath={range .status.conditions[*]}{.type} {.status} {.reason}\n{end}",
      ]);
      await run("get deployment web");
    },
    [/exceeded its progress deadline/],
  );

  sameOnBoth(
    "who am I and tokens of service accounts",
    async ({ run, quietly, namespace }) => {
      await run(`auth whoami --as=system:serviceaccount:${namespace}:default`);
      const { stdout } = await quietly("create token default --duration=10m");
      const identity = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
      const bearer = await quietly(["--token", stdout.trim(), ...identity]);
      expect(bearer.stdout).toBe(`system:serviceaccount:${namespace}:default`);
      await run("create token nobody");
    },
    [/system:serviceaccount:NAMESPACE:default/, /not found/],
  );

  sameOnBoth(
    "what is not there is refused alike",
    async ({ run }) => {
      await run("top pods");
      await run("logs missing");
      await run("exec missing -- true");
      await run("rollout status deployment/missing");
      await run("describe pod missing");
      await run("get pods --namespace=missing");
      await run("create configmap map --namespace=missing");
      await run("autoscale deployment missing --max=3");
    },
    [/Metrics API not available/, /pods "missing" not found/, /namespaces "missing" not found/],
  );
});

function map(data: object, metadata: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map", ...metadata }, data };
}
