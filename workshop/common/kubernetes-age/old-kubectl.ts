import { type CommandWord, programWords, readCommands } from "../commands/simple-commands.js";

/** Words of kubectl that it no longer knows. */
export interface OldCommand {
  /** Line of the text, from 0. */
  line: number;
  message: string;
  fix: string;
  /** Where `--` alone is missing, in the text; absent where words behind could be options of kubectl as well as of the command. */
  dashesAt?: number;
}

/** What kubectl had once: the verbs it stood behind (all where empty), how it is written, and what to write instead. */
interface GoneOption {
  verbs: readonly string[];
  option: RegExp;
  /** An option beside which it is still taken. */
  unless?: RegExp;
  gone: string;
  fix: string;
}

const RUN_MAKES_PODS = "since 1.18 `kubectl run` makes one pod";

/** The table, after kubectl's own answers and the change logs of Kubernetes. */
const GONE_OPTIONS: readonly GoneOption[] = [
  {
    verbs: ["run"],
    option: /^--(?:replicas|schedule|service-generator|service-overrides)(?:=|$)/,
    gone: RUN_MAKES_PODS,
    fix: "Use `kubectl create deployment NAME --image=IMAGE --replicas=N`, `kubectl create cronjob` or `kubectl expose`",
  },
  {
    verbs: ["run"],
    option: /^--generator(?:=|$)/,
    gone: RUN_MAKES_PODS,
    fix: "Leave it out for a pod; use `kubectl create deployment`, `kubectl create job` or `kubectl create cronjob` for the others",
  },
  {
    verbs: ["run"],
    option: /^--(?:requests|limits|serviceaccount|hostport)(?:=|$)/,
    gone: "since 1.24 `kubectl run` does not take it",
    fix: "Write it into a manifest, or use `--overrides`",
  },
  {
    verbs: ["create", "expose", "autoscale"],
    option: /^--generator(?:=|$)/,
    gone: "kubectl has no generators any more",
    fix: "Leave it out",
  },
  {
    verbs: ["create"],
    option: /^--record(?:=|$)/,
    // With a manifest it is still taken, and warned of.
    unless: /^(?:-f|--filename)/,
    gone: "`kubectl create` takes it only with -f",
    fix: "Leave it out; `kubectl annotate` with kubernetes.io/change-cause says why a rollout was made",
  },
  {
    verbs: ["get"],
    option: /^--export(?:=|$)/,
    gone: "it is gone since 1.18",
    fix: "Use `-o yaml`, and take out what the cluster has added",
  },
  {
    verbs: ["get"],
    option: /^(?:--show-all(?:=|$)|-a$)/,
    gone: "all pods are shown, and it is gone",
    fix: "Leave it out",
  },
  {
    verbs: [],
    option: /^--include-uninitialized(?:=|$)/,
    gone: "it is gone",
    fix: "Leave it out",
  },
  {
    verbs: ["version"],
    option: /^--short(?:=|$)/,
    gone: "the short form is the only one since 1.28, and the option is gone",
    fix: "Leave it out",
  },
  {
    verbs: ["apply"],
    option: /^--server-dry-run(?:=|$)/,
    gone: "it is gone",
    fix: "Write --dry-run=server",
  },
  {
    verbs: ["drain"],
    option: /^--delete-local-data(?:=|$)/,
    gone: "it has another name",
    fix: "Write --delete-emptydir-data",
  },
];

/** Verbs that are gone. */
const GONE_VERBS: ReadonlyMap<string, string> = new Map([
  ["rolling-update", "Use a Deployment and `kubectl set image` with `kubectl rollout status`"],
  ["convert", "Install the plugin kubectl-convert, or write the manifest in its new version"],
]);
/** Kinds that are gone, as kubectl lets them be written. */
const GONE_KINDS: ReadonlyMap<string, string> = new Map([
  ["podsecuritypolicy", "1.25"],
  ["podsecuritypolicies", "1.25"],
  ["psp", "1.25"],
  ["podpreset", "1.20"],
  ["podpresets", "1.20"],
]);
const KUBECTL: ReadonlySet<string> = new Set(["kubectl", "k"]);
/** Options of kubectl that take a value as their next word, as far as they stand before a pod's name or a command. */
const WITH_VALUE: ReadonlySet<string> = new Set(
  "-n --namespace -c --container --context --kubeconfig --cluster --user -s --server --token --as --request-timeout --pod-running-timeout -f --filename -l --selector -o --output --image --restart".split(
    " ",
  ),
);

const OF_EXEC =
  /^(?:-[it]{1,2}|-n.*|--(?:stdin|tty|namespace|container|context|kubeconfig|quiet|pod-running-timeout)(?:=.*)?)$/;

/** What of a text of commands kubectl no longer takes. */
export function oldKubectl(text: string): OldCommand[] {
  if (!/\b(?:kubectl|k)\s/.test(text)) return [];
  return readCommands(text).commands.flatMap((command) => {
    const [program, ...words] = programWords(command);
    return program && KUBECTL.has(program.text) ? oldWords(words) : [];
  });
}

/** Of each command of kubectl its verb and names: its words without options, their values, and what stands behind `--`. */
export function kubectlWords(text: string): string[][] {
  if (!/\b(?:kubectl|k)\s/.test(text)) return [];
  return readCommands(text).commands.flatMap((command) => {
    const [program, ...words] = programWords(command);
    if (!program || !KUBECTL.has(program.text)) return [];
    const end = words.findIndex(({ text: word }) => word === "--");
    return [namesIn(end < 0 ? words : words.slice(0, end)).map(({ text: word }) => word)];
  });
}

function oldWords(words: readonly CommandWord[]): OldCommand[] {
  const end = words.findIndex(({ text }) => text === "--");
  const own = end < 0 ? words : words.slice(0, end);
  const [verb, first] = namesIn(own);
  if (!verb) return [];
  const instead = GONE_VERBS.get(verb.text);
  if (instead !== undefined)
    return [{ line: verb.line, message: `kubectl has no \`${verb.text}\` any more`, fix: instead }];
  return [...goneOptions(own, verb.text), ...goneKinds(verb, first), ...withoutDashes(words, verb)];
}

/** Words that are no options and no values of any. */
function namesIn(words: readonly CommandWord[]): CommandWord[] {
  return words.filter(({ text }, at) => !text.startsWith("-") && !WITH_VALUE.has(words[at - 1]?.text ?? ""));
}

function goneOptions(words: readonly CommandWord[], verb: string): OldCommand[] {
  const known = GONE_OPTIONS.filter(
    ({ verbs, unless }) =>
      (verbs.length === 0 || verbs.includes(verb)) && !words.some(({ text }) => unless?.test(text)),
  );
  return words.flatMap(({ text, line }) => {
    const gone = known.find(({ option }) => option.test(text));
    const option = text.split("=", 1)[0] ?? "";
    if (!gone) return [];
    return [{ line, message: `\`kubectl ${verb}\` refuses ${option}: ${gone.gone}`, fix: gone.fix }];
  });
}

function goneKinds({ text: verb }: CommandWord, word: CommandWord | undefined): OldCommand[] {
  if (!word || !/^(?:get|describe|create|delete|edit)$/.test(verb)) return [];
  const kind = word.text.split("/", 1)[0]?.toLowerCase() ?? "";
  const since = GONE_KINDS.get(kind);
  if (since === undefined) return [];
  const message = `The kind ${kind} is gone since Kubernetes ${since}`;
  const fix =
    kind.startsWith("pods") || kind === "psp"
      ? "Use the labels pod-security.kubernetes.io/enforce of namespaces, or an admission policy"
      : "Write what it adds into the pods themselves";
  return [{ line: word.line, message, fix }];
}

/** A command for a pod that stands behind its name without `--`. */
function withoutDashes(words: readonly CommandWord[], verb: CommandWord): OldCommand[] {
  if (verb.text !== "exec" || words.some(({ text }) => text === "--" || text === "-h" || text === "--help"))
    return [];
  const [, pod, command] = namesIn(words);
  if (!pod || !command) return [];
  const isClear = isPod(pod) && !words.slice(words.indexOf(command)).some(isOfBoth);
  return [
    {
      line: command.line,
      message: "`kubectl exec` takes a command behind `--` only since 1.31, and refuses it without",
      fix: `Write \`-- ${command.text}\``,
      ...(isClear && { dashesAt: command.at }),
    },
  ];
}

/** An option behind the command that kubectl took for its own. That of a shell's script is the shell's: as kubectl's it names no container. */
function isOfBoth({ text }: CommandWord, at: number, words: readonly CommandWord[]): boolean {
  if (text === "-c") return !/^(?:ba|a|da|z)?sh$/.test(words[at - 1]?.text.split("/").at(-1) ?? "");
  return OF_EXEC.test(text);
}

/** Not certain of a value of the shell, which may be options as well, unless it is called a pod. */
function isPod({ text }: CommandWord): boolean {
  return !text.startsWith("$") || text.startsWith("$()") || /pod/i.test(text);
}
