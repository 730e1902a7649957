import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { ClientAuthority } from "../certificates/client-authority.js";
import { createApiEndpointsController } from "./api-endpoints-controller.js";
import { createApiServiceController } from "./api-service-controller.js";
import { createAutoscalerController } from "./autoscaler-controller.js";
import { createCertificateSigner } from "./certificate-signer.js";
import type { Clock } from "./clock.js";
import { systemClock } from "./clock.js";
import type { Controller, ControllerContext, ControllerLogger } from "./controller.js";
import { runController } from "./controller.js";
import { createCronJobController } from "./cron-job-controller.js";
import { createDaemonSetController } from "./daemon-set-controller.js";
import { createDeploymentController } from "./deployment-controller.js";
import { createDisruptionController } from "./disruption-controller.js";
import { createEndpointsController } from "./endpoints-controller.js";
import { createEndpointsMirrorController } from "./endpoints-mirror-controller.js";
import { createEventExpiryController } from "./event-expiry-controller.js";
import { EventRecorder } from "./event-recorder.js";
import { createFlowSchemaController } from "./flow-schema-controller.js";
import { createGarbageCollector } from "./garbage-collector.js";
import { createIngressController } from "./ingress-controller.js";
import { Inventory } from "./inventory.js";
import { createJobController } from "./job-controller.js";
import { createJobPodReleaser } from "./job-tracking.js";
import type { RealContainers } from "./kubelet.js";
import { createKubelet } from "./kubelet.js";
import type { Pod } from "./object-kinds.js";
import { createLoadBalancerController } from "./load-balancer-controller.js";
import { createNamespaceController } from "./namespace-controller.js";
import {
  createRootCertificateController,
  createServiceAccountController,
} from "./namespace-defaults-controller.js";
import { createReplicaSetController, createReplicationController } from "./replica-set-controller.js";
import { createServiceNetworks } from "./service-networks.js";
import { createScheduler } from "./scheduler.js";
import { createTaintEvictionController } from "./taint-eviction-controller.js";
import type { IssueSecretToken } from "./token-secret-controller.js";
import { createTokenSecretController } from "./token-secret-controller.js";
import { createVolumeUpdates } from "./volume-updates.js";
import { createVolumeBinder } from "./volume-binder.js";
import { createClaimProtection, createVolumeLifecycle } from "./volume-lifecycle.js";
import { createStatefulSetController } from "./stateful-set-controller.js";
import { createNodeRegistration, SimulatedNodes } from "./simulated-node.js";

export interface ControllersOptions {
  api: ApiService;
  clock?: Clock;
  logger?: ControllerLogger;
  /** The token a Secret of a service account holds; such Secrets stay empty without it. */
  issueToken?: IssueSecretToken;
  /** PEM text for the ConfigMap `kube-root-ca.crt` of every namespace; there is none without it. */
  rootCertificates?: string;
  /** Signs what approved requests ask for; they stay without a certificate without it. */
  clientAuthority?: ClientAuthority;
  /** Names of the nodes, the control plane first; one that says what it is where absent. */
  nodes?: readonly string[] | undefined;
  /** What really runs pods; all are simulated without it. */
  containers?: RealContainers;
}

const silent: ControllerLogger = { debug: () => undefined, warn: () => undefined };

/** Starts every controller, the scheduler and the simulated node; `stop` resolves after their last writes. */
export function startControllers(options: ControllersOptions): { stop(): Promise<void> } {
  const { api, clock = systemClock, logger = silent } = options;
  const simulated = new SimulatedNodes(options.nodes, { runsPods: options.containers !== undefined });
  const recorders: EventRecorder[] = [];
  const recorder = (component: string): EventRecorder => {
    const host = component === "kubelet" ? { host: (about: ApiObject) => nodeOf(about, simulated) } : {};
    const created = new EventRecorder({ api, clock, logger, component, ...host });
    recorders.push(created);
    return created;
  };
  const context: ControllerContext = { api, clock, logger, simulated, recorder };
  const inventory = new Inventory(api, clock);
  const controllers = createControllers(context, inventory, options);
  const running = controllers.map((controller) => runController(controller, context));
  inventory.start();
  return {
    stop: async () => {
      await inventory.stop();
      await Promise.all(running.map((controller) => controller.stop()));
      await Promise.all(recorders.map((each) => each.settled()));
    },
  };
}

function nodeOf(about: ApiObject, { names: [first = ""] }: SimulatedNodes): string {
  return (about as Partial<Pod>).spec?.nodeName ?? first;
}

function createControllers(
  context: ControllerContext,
  inventory: Inventory,
  { rootCertificates, issueToken, containers, clientAuthority }: ControllersOptions,
): Controller[] {
  const tokens = { issueToken, rootCertificates };
  return [
    createDeploymentController(context),
    createReplicaSetController(context),
    createReplicationController(context),
    createStatefulSetController(context),
    createDaemonSetController(context),
    createJobController(context),
    createJobPodReleaser(context),
    createCronJobController(context),
    createDisruptionController(context, inventory),
    createAutoscalerController(context, inventory),
    createEndpointsController(context),
    createEndpointsMirrorController(context),
    createVolumeBinder(context),
    createVolumeLifecycle(context),
    createClaimProtection(context),
    createTaintEvictionController(context),
    createNodeRegistration(context),
    createScheduler(context),
    createKubelet(context, containers),
    ...(containers === undefined
      ? []
      : [
          createServiceNetworks(context, containers),
          createIngressController(context),
          createVolumeUpdates(context, containers),
        ]),
    createNamespaceController(context, inventory),
    createServiceAccountController(context),
    createTokenSecretController(context, tokens),
    createLoadBalancerController(context),
    ...(rootCertificates === undefined ? [] : [createRootCertificateController(context, rootCertificates)]),
    ...(clientAuthority === undefined ? [] : [createCertificateSigner(context, clientAuthority)]),
    createApiEndpointsController(context),
    createApiServiceController(context),
    createFlowSchemaController(context),
    createGarbageCollector(context, inventory),
    createEventExpiryController(context),
  ];
}
