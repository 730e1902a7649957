import { programWords, readCommands } from "./simple-commands.js";

/** A program that a text of commands calls, and that is not on every machine. */
export interface CalledProgram {
  name: string;
  /** Line of the text, from 0. */
  line: number;
  /** What it needs that learners have nowhere; absent for what an operator can install. */
  needs?: string;
}

const ROOT = "which needs root, and learners have an account";
const MACHINE = "which needs a machine of its own, and learners share one";

/** Programs that labs call and that a machine may lack; with what they need where installing them is not enough. */
const PROGRAMS: ReadonlyMap<string, string | undefined> = new Map([
  ...namesWith(
    undefined,
    "ytt kapp kbld imgpkg vendir kctrl helm helmfile kustomize skaffold tilt oc odo tanzu pinniped velero argocd argo flux istioctl linkerd cilium calicoctl subctl kn tkn func pack buildah skopeo cosign syft grype trivy kubescape kube-bench kubeseal kubectx kubens k9s stern kubectl-convert eksctl aws az gcloud doctl terraform tofu pulumi vault consul nomad packer ansible ansible-playbook jq yq go java javac mvn gradle node npm npx yarn python python3 pip pip3 dotnet ruby cargo rustc git make gcc vim nano emacs tmux tree httpie hey wrk ab siege mongo mongosh psql mysql redis-cli kafkacat kcat grpcurl nats rabbitmqadmin cf bosh kp kwt spring mc rclone dapr k10tools opa conftest kyverno kubeconform kubeval operator-sdk controller-gen kubebuilder clusterctl".split(
      " ",
    ),
  ),
  ...namesWith(
    MACHINE,
    "docker docker-compose podman nerdctl crictl ctr kind k3d k3s k0s rke2 microk8s minikube kubeadm kubelet etcdctl etcdutl vcluster multipass virsh qemu-system-x86_64".split(
      " ",
    ),
  ),
  ...namesWith(
    ROOT,
    "apt apt-get dpkg yum dnf microdnf rpm apk zypper snap systemctl service journalctl useradd usermod groupadd mount umount iptables nft modprobe sysctl update-alternatives firewall-cmd".split(
      " ",
    ),
  ),
]);

function namesWith(
  needs: string | undefined,
  names: readonly string[],
): (readonly [string, string | undefined])[] {
  return names.map((name) => [name, needs]);
}

/** The programs of a text of commands that a machine may lack, each once. What the text itself defines is none. */
export function calledPrograms(text: string): CalledProgram[] {
  const found = new Map<string, CalledProgram>();
  const { commands } = readCommands(text);
  const own = new Set(commands.flatMap(definedIn));
  for (const command of commands) {
    const [program] = programWords(command);
    if (!program || own.has(program.text) || found.has(program.text) || !PROGRAMS.has(program.text)) continue;
    const needs = PROGRAMS.get(program.text);
    found.set(program.text, {
      name: program.text,
      line: program.line,
      ...(needs !== undefined && { needs }),
    });
  }
  return [...found.values()];
}

/** Functions and aliases: `name()`, `function name`, `alias name=...`. */
function definedIn({ words }: { words: readonly { text: string }[] }): string[] {
  const [first, second] = words.map(({ text }) => text);
  if (first?.endsWith("()")) return [first.slice(0, -2)];
  if (first === "function" && second !== undefined) return [second.replace(/\(\)$/, "")];
  if (first === "alias" && second !== undefined) return [second.split("=", 1)[0] ?? ""];
  return [];
}
