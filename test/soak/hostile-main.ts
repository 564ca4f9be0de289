// The attackers' process, so that the innocents' own clients do not wait for it. Begins when it is
// told whom to attack, and ends with its connections, which the kernel closes.

import { ACTORS } from './actors/index.js';
import type { HostileOrder, HostileWord } from './attackers.js';
import { runActors } from './run-actors.js';

const ending = new AbortController();

process.on('message', (order: HostileOrder | 'END') => {
  if (order === 'END') ending.abort();
  else void attack(order);
});
process.once('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole group; the soak decides when its processes end.
process.on('SIGINT', () => undefined);

async function attack({ names, ...order }: HostileOrder): Promise<void> {
  const records = await runActors({
    ...order,
    actors: ACTORS.filter(({ name }) => names.includes(name)),
    ended: ending.signal,
    told: (actor, what) => say({ kind: what, actor }),
  });
  say({ kind: 'records', records: Object.fromEntries(records) }, () => process.exit(0));
}

function say(word: HostileWord, said?: () => void): void {
  process.send?.(word, undefined, undefined, () => said?.());
}
