/** What runc says of a program that cannot be run; bubblewrap says why after its name. */
export function startError(program: string, said: string): string {
  const [, why] = /bwrap: execvp [^:]+: (.*)$/m.exec(said) ?? [];
  if (why === undefined) return `unable to start container process: ${said}`;
  const reason =
    why === "No such file or directory"
      ? program.includes("/")
        ? `stat ${program}: no such file or directory`
        : "executable file not found in $PATH"
      : why.toLowerCase();
  return `unable to start container process: exec: ${JSON.stringify(program)}: ${reason}`;
}
