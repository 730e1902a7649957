/** A managed namespace without policies, in which the engine is asked whether it works; in the home cluster it holds the kubeconfigs of members as well. */
export const ENGINE_NAMESPACE = "lectern-policy-engine";
