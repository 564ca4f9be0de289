// The attackers' process.

import { ACTORS } from './actors/index.js';
import type { HostileOrder, HostileWord } from './attackers.js';
import { runActors } from './run-actors.js';
import { beSide } from './side.js';

beSide<HostileOrder, HostileWord>(async ({ names, ...order }, ended, say) => {
  const records = await runActors({
    ...order,
    actors: ACTORS.filter(({ name }) => names.includes(name)),
    ended,
    told: (actor, what) => say({ kind: what, actor }),
  });
  return { kind: 'records', records: Object.fromEntries(records) };
});
