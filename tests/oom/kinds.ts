/** How a container ends, and what its status then has to say from the first time that it shows the end. */
export interface Kind {
  readonly name: 'main' | 'plain' | 'child';
  readonly script: string;
  /** Killed with SIGKILL from outside once it runs. */
  readonly killed: boolean;
  readonly expected: string;
}

/** tail keeps the last line, and this one has no end. */
const EAT = 'tail /dev/zero';

/** The word `go` in a pipe lets the container come to its end: so many can be made to end while nobody looks. */
const WAIT = 'read -r go </go;';

export const kinds: readonly Kind[] = [
  { name: 'main', script: `${WAIT} exec ${EAT}`, killed: false, expected: 'OOMKilled 137' },
  { name: 'plain', script: 'exec sleep 100000', killed: true, expected: 'Error 137' },
  { name: 'child', script: `${WAIT} ${EAT}; exit 137`, killed: false, expected: 'Error 137' },
];
