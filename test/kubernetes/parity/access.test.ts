import { describeParity, sameOnBoth } from "./both-clusters.js";

describeParity("access", () => {
  sameOnBoth(
    "is denied in the same words",
    async ({ run }) => {
      await run("get pods --as=alice");
      await run("get nodes --as=alice");
      await run("create deployment web --image=nginx --as=alice");
      await run("delete pod none --as=alice");
      await run("get pods -A --as=alice");
      await run("scale deployment web --replicas=2 --as=alice");
    },
    [
      /User "alice" cannot list resource "pods" in API group "" in the namespace "NAMESPACE"/,
      /at the cluster scope/,
    ],
  );

  sameOnBoth(
    "is granted by roles and reviewed",
    async ({ run, namespace }) => {
      await run("create role reader --verb=get,list --resource=pods,deployments.apps");
      await run(
        "create rolebinding readers --role=reader --user=alice --serviceaccount=NAMESPACE:bot".replaceAll(
          "NAMESPACE",
          namespace,
        ),
      );
      await run("create serviceaccount bot");
      await run("get pods --as=alice");
      await run("auth can-i list pods --as=alice");
      await run("auth can-i delete pods --as=alice");
      await run(`auth can-i list deployments.apps --as=system:serviceaccount:${namespace}:bot`);
      await run("auth can-i --list --as=alice");
      await run("describe role reader");
      await run("get role,rolebinding");
      await run("create role greedy --verb=* --resource=* --as=alice");
    },
    [/No resources found/, /yes/, /no/],
  );

  sameOnBoth(
    "nobody grants what they do not hold",
    async ({ run, quietly }) => {
      await quietly(
        "create role maker --verb=create,get,update --resource=roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io",
      );
      await quietly("create rolebinding makers --role=maker --user=mallory");
      await run("create role greedy --verb=get --resource=secrets --as=mallory");
      await run("create rolebinding greedy --clusterrole=cluster-admin --user=mallory --as=mallory");
    },
    [/attempting to grant RBAC permissions not currently held/],
  );
});
