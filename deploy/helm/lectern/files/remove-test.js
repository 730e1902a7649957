import { readFileSync } from "node:fs";

const [namespace, name] = process.argv.slice(-2);
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const answer = await fetch(`https://kubernetes.default.svc/api/v1/namespaces/${namespace}/pods/${name}`, {
  method: "DELETE",
  headers: { authorization: `Bearer ${readFileSync(`${account}/token`, "utf8")}` },
  signal: AbortSignal.timeout(30_000),
});
if (!answer.ok && answer.status !== 404) {
  console.error(
    `the pod ${name} of helm test could not be deleted (${answer.status}): ${await answer.text()}`,
  );
  process.exit(1);
}
