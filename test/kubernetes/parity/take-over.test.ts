import { describeParity, sameOnBoth } from "./both-clusters.js";

const settings = (name: string, a: string): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { a, b: "2" },
});
const SERVER_SIDE = "apply --server-side -f -";

describeParity("what client-side apply set", () => {
  sameOnBoth(
    "is taken over by kubectl's server-side apply without force, and by nobody else",
    async ({ run }) => {
      await run("apply -f -", settings("c", "1"));
      await run(SERVER_SIDE, settings("c", "9"));
      await run(`${SERVER_SIDE} --field-manager=other`, settings("c", "9"));
      await run(`${SERVER_SIDE} --field-manager=third`, settings("c", "10"));
      await run(`${SERVER_SIDE} --field-manager=third --force-conflicts`, settings("c", "10"));
      await run(SERVER_SIDE, settings("c", "10"));
      await run("get configmap c -o yaml --show-managed-fields");
    },
    [/configmap\/c serverside-applied/, /conflicts? with "other"/],
  );

  sameOnBoth(
    "is not, where somebody changed it since",
    async ({ run }) => {
      await run("apply -f -", settings("d", "1"));
      await run(["patch", "configmap", "d", "--patch", '{"data":{"b":"7"}}']);
      await run(SERVER_SIDE, settings("d", "9"));
      await run(`${SERVER_SIDE} --field-manager=third`, settings("d", "9"));
      await run(`${SERVER_SIDE} --field-manager=third --force-conflicts`, settings("d", "9"));
      await run("get configmap d -o yaml --show-managed-fields");
    },
    [/conflict with "kubectl-patch"/],
  );
});

describeParity("what the review of oneself and a schedule say", () => {
  sameOnBoth(
    "is when it was made, and what of its Jobs are its own",
    async ({ run, until }) => {
      await run("auth whoami --as=bob --as-uid=5 -o yaml");
      await run(["create", "cronjob", "c", "--image=busybox", "--schedule=0 0 1 1 *", "--", "date"]);
      await run("create job k --from=cronjob/c");
      await until("get pods -l job-name=k", /k-/);
      await run("get cronjob c");
    },
    [/creationTimestamp/, /0 0 1 1 \*/],
  );
});
