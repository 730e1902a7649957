import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("output", () => {
  sameOnBoth(
    "tables have the same columns and cells",
    async ({ run, namespace }) => {
      await run("create configmap map --from-literal=a=b --from-literal=c=d");
      await run("create secret generic hidden --from-literal=a=b");
      await run("create serviceaccount bot");
      await run("create quota q --hard=pods=5,configmaps=9");
      await run("create service clusterip web --tcp=80:8080");
      await run("create ingress web --rule=example.com/*=web:80");
      await run("create poddisruptionbudget web --selector=app=web --min-available=1");
      await run(
        "create cronjob tick --image=busybox --schedule=0 0 1 1 * -- true"
          .split(" ")
          .reduce<string[]>(joinSchedule, []),
      );
      for (const kind of [
        "configmap",
        "secret",
        "serviceaccount",
        "service",
        "ingress",
        "poddisruptionbudget",
        "cronjob",
      ]) {
        await run(`get ${kind}`);
        await run(`get ${kind} -o wide`);
      }
      await run(`get namespace ${namespace}`);
      await run("get configmap --show-labels");
      await run("get configmap map -o yaml");
      await run("get secret hidden -o jsonpath={.data}{.type}");
      await run("get serviceaccount bot -o yaml");
      await run("get ingress web -o jsonpath={.spec}");
    },
    [/configmap\/map created/, /kube-root-ca.crt/],
  );

  sameOnBoth(
    "fields and defaults of a pod are the same",
    async ({ run, until }) => {
      await run("run solo --image=nginx:1.27 --port=80 --env=A=b --labels=app=solo");
      await until("get pod solo", /1\/1/);
      await run("get pod solo");
      await run("get pods -l app=solo -o custom-columns=N:.metadata.name,P:.status.phase,Q:.status.qosClass");
      await run(
        "get pod solo -o jsonpath={.spec.tolerations}{.spec.dnsPolicy}{.spec.enableServiceLinks}{.spec.priority}{.spec.preemptionPolicy}",
      );
      await run(
        "get pod solo -o jsonpath={.spec.containers[0].imagePullPolicy}{.spec.containers[0].env}{.spec.containers[0].ports}",
      );
      await run("get pods --field-selector=status.phase=Running -o name");
      await run("get pods --field-selector=spec.foo=bar");
      await run("get pods -l app=none");
      await run("get pods --sort-by=.metadata.name -o name");
    },
    [/1\/1/, /pod\/solo/],
  );

  sameOnBoth(
    "explain knows the fields and their texts",
    async ({ run }) => {
      await run("explain deployment.spec.strategy --output=plaintext");
      await run("explain pod.spec.containers.imagePullPolicy");
      await run("explain deployment.nothing");
    },
    [/rollingUpdate\t<RollingUpdateDeployment>/, /Possible enum values/],
  );
});

/** The schedule is one argument although it has spaces. */
function joinSchedule(words: string[], word: string): string[] {
  const last = words.at(-1);
  if (last?.startsWith("--schedule=") === true && last.split(" ").length < 5) {
    return [...words.slice(0, -1), `${last} ${word}`];
  }
  return [...words, word];
}
