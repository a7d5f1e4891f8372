// Under which account does the server run? PostgreSQL refuses to run as root, so root becomes somebody else:
// a mapped user of a namespace of its own (sees root's files, changes nothing on the machine) or, where namespaces
// are not allowed, `nobody`.
import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';

export interface Account {
  /** What stands before a command to run it under the account. */
  readonly prefix: readonly string[];
  /** For `spawn`: the account itself, when it is not ours. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Hands a file or folder that we made to the account. */
  give(path: string): void;
}

const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];

/** The numeric id of Debian's, Red Hat's and Alpine's `nobody`. initdb wants an account that has a name. */
const nobody = 65534;

const ourselves: Account = { prefix: [], ids: {}, give: () => {} };

/** The account that may run PostgreSQL here. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return ourselves;
  const [command = 'unshare', ...options] = namespace;
  if (spawnSync(command, [...options, 'true'], { stdio: 'ignore' }).status === 0) {
    return { prefix: namespace, ids: {}, give: () => {} };
  }
  return { prefix: [], ids: { uid: nobody, gid: nobody }, give: (path) => chownSync(path, nobody, nobody) };
}
