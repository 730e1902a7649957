import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A pod whose program has ended goes in a second. */
const GONE_MS = 15_000;
const LOOK_MS = 500;
const CALL_MS = 10_000;
const [namespace, name] = process.argv.slice(-2);
const account = "/var/run/secrets/kubernetes.io/serviceaccount";

// What is left of a test must not keep the installation from being removed.
try {
  const deadline = performance.now() + GONE_MS;
  let status = await call("DELETE");
  while (status !== 404 && performance.now() < deadline) {
    await sleep(LOOK_MS);
    status = await call("GET");
  }
  if (status !== 404) warn("it was deleted and is still there");
} catch (error) {
  warn(error.cause?.message ?? error.message);
}

/** The status of the answer; throws for one that is neither good nor "there is none". */
async function call(method) {
  const answer = await fetch(`https://kubernetes.default.svc/api/v1/namespaces/${namespace}/pods/${name}`, {
    method,
    headers: { authorization: `Bearer ${readFileSync(`${account}/token`, "utf8")}` },
    signal: AbortSignal.timeout(CALL_MS),
  });
  if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status}: ${await answer.text()}`);
  await answer.body?.cancel();
  return answer.status;
}

function warn(why) {
  console.error(
    `The pod ${name} of helm test could not be removed (${why}). See what holds it: kubectl get pod ${name} --namespace ${namespace} --output=yaml`,
  );
}
