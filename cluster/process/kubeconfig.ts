export interface KubeconfigFacts {
  url: string;
  /** PEM of the authority that signed the serving certificate. */
  ca: string;
  token: string;
}

const NAME = "lectern";

/** A kubeconfig for the administrator of the embedded cluster; every value is plain YAML as it stands. */
export function kubeconfigText({ url, ca, token }: KubeconfigFacts): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${NAME}
    cluster:
      server: ${url}
      certificate-authority-data: ${Buffer.from(ca).toString("base64")}
users:
  - name: ${NAME}-admin
    user:
      token: ${JSON.stringify(token)}
contexts:
  - name: ${NAME}
    context:
      cluster: ${NAME}
      user: ${NAME}-admin
current-context: ${NAME}
`;
}
