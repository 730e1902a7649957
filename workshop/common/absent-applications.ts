/** What an author does without an application of Educates that sessions cannot have here, by its name there. */
const INSTEAD: Readonly<Record<string, string>> = {
  docker:
    "Learners have no root and share a machine: build images beforehand and name them in the lab, and leave what builds them to be read",
  registry:
    "Push the lab's images beforehand to a registry that the cluster reaches, give the lab its name as a value of its own (`registry_host` under `params` or `vars`), and leave what pushes to be read",
  git: "Serve one person from their home (`git init --bare ~/app.git`), and give the lab that path as a value of its own",
  webdav: "Give files with the lab, or have them uploaded by a block (files:upload-file)",
  sshd: "Have learners work in the terminals of the page",
};

/** What to do where the application is not to be had; the same of those that nobody knows. */
export function withoutApplication(name: string): string {
  return INSTEAD[name] ?? "Remove it, or do not rely on it in the text";
}
