import type { TestApi } from "../admission/api-for-tests.js";
import { namespace, startTestApi } from "../admission/api-for-tests.js";
import type { ApiObject } from "../api/object.js";
import { textAt } from "../api/field-access.js";
import type { Pod, PodStatus } from "./object-kinds.js";
import { events, namespaces, pods, serviceAccounts, statusOf } from "./resource-refs.js";
import type { ControllersOptions } from "./start-controllers.js";
import { startControllers } from "./start-controllers.js";

const DEADLINE_MS = 60_000;
const POLL_MS = 10;

/** The API with admission and the controllers, in memory. */
export interface TestCluster extends TestApi {
  /** Creates a namespace and waits for its service account. */
  createNamespace(name: string): Promise<void>;
  /** Waits for `read` to return something. */
  until<T>(what: string, read: () => T | undefined | false): Promise<T>;
  /** `reason: message` of the events about an object, with the count where it is more than one. */
  eventsOf(object: ApiObject): string[];
  /** Writes the status of a pod whose containers have ended with `exitCode`, as the kubelet of a real node would. */
  endPod(pod: ApiObject, exitCode: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestCluster(options: Omit<ControllersOptions, "api"> = {}): Promise<TestCluster> {
  const { clock } = options;
  const test = await startTestApi(clock && (() => clock.now().getTime()));
  const warnings: unknown[] = [];
  const logger = { debug: () => undefined, warn: (fields: object) => warnings.push(fields) };
  const rootCertificates = "of no authority";
  const controllers = startControllers({
    logger,
    rootCertificates,
    issueToken: (account, secret) => test.access.issueSecretToken(account, secret),
    ...options,
    api: test.api,
  });
  const cluster: TestCluster = {
    ...test,
    createNamespace: async (name) => {
      await test.apply(namespace(name));
      await until(`service account of ${name}`, () =>
        test.api.find(serviceAccounts, { namespace: name, name: "default" }),
      );
    },
    until,
    eventsOf: ({ metadata }) =>
      test.api
        .list(events, { namespace: metadata.namespace ?? "default" })
        .filter((event) => textAt(event, "involvedObject.uid") === metadata.uid)
        .map(
          (event) =>
            `${textAt(event, "reason")}: ${textAt(event, "message")}${textAt(event, "count", "1") === "1" ? "" : ` (${textAt(event, "count")} times)`}`,
        ),
    endPod: async (pod, exitCode) => {
      const now = new Date(clock?.now() ?? Date.now()).toISOString();
      const state = { terminated: { exitCode, startedAt: now, finishedAt: now } };
      const status = {
        ...(pod["status"] as PodStatus),
        phase: exitCode === 0 ? "Succeeded" : "Failed",
        containerStatuses: (pod as Pod).spec.containers.map(({ name, image }) => ({
          name,
          image: image ?? "",
          imageID: "",
          ready: false,
          restartCount: 0,
          state,
          lastState: {},
        })),
      };
      await test.api.update(statusOf(pods), { ...structuredClone(pod), status }, { user: test.admin });
    },
    stop: async () => {
      await controllers.stop();
      test.close();
      if (warnings.length > 0) throw new AggregateError(warnings, "controllers failed unexpectedly");
    },
  };
  await cluster.until("namespace default", () => test.api.find(namespaces, { name: "default" }));
  return cluster;
}

async function until<T>(what: string, read: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not come about in ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
