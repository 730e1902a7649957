import type { Logger } from "pino";
import type { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { LeaderElection, LeaseLook } from "../kubernetes/node/leader-election.js";
import { NAMESPACE } from "./auth/signing-key.js";
import type { MemberElections } from "./policies.js";

interface Candidate {
  client: KubernetesClient;
  /** Of all servers that share the cluster. */
  server: string;
  /** This one. */
  identity: string;
  log: Logger;
}

/** One Lease for each name under which the operator gives a cluster: whoever was given no kubeconfig of it does not stand for it. */
export function memberElections({ client, server, identity, log }: Candidate): MemberElections & {
  close(): Promise<void>;
} {
  const standing: LeaderElection[] = [];
  const looks = new Map<string, LeaseLook>();
  const leaseOf = (operator: string) => ({
    client,
    namespace: NAMESPACE,
    name: `lectern-${server}-member-${operator}`,
  });
  const warn = (operator: string, error: unknown) =>
    log.warn({ err: error, operator }, "the Lease of a given cluster cannot be used; trying again");
  return {
    stand: (operator) => {
      const onError = (error: unknown) => warn(operator, error);
      const election = new LeaderElection({ ...leaseOf(operator), identity, onError });
      standing.push(election);
      return election;
    },
    isKept: (operator) => {
      const look = looks.get(operator) ?? new LeaseLook(leaseOf(operator));
      looks.set(operator, look);
      return look.isHeld().catch((error: unknown) => {
        warn(operator, error);
        return true;
      });
    },
    close: async () => {
      await Promise.all(standing.map((election) => election.close()));
    },
  };
}
