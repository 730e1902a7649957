/** A line for shells that makes what a learner or a lab puts into `~/bin` and `~/.local/bin` programs, before all others: as Debian, Fedora and the platforms that labs come from have it. */
export const FIND_OWN_PROGRAMS = "PATH=~/.local/bin:~/bin:$PATH";
