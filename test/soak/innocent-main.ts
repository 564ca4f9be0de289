// The innocents' process.

import { randomFrom } from '../../bench/support/random.js';
import { callInPeace } from './callers.js';
import type { InnocentOrder, InnocentWord } from './innocents.js';
import { beSide } from './side.js';

const TELL_EVERY_MS = 1_000;

beSide<InnocentOrder, InnocentWord>(async ({ target, seed }, ended, say) => {
  const callers = callInPeace(target, randomFrom(seed), ended);
  const timer = setInterval(() => say({ kind: 'sum', ...callers.sum() }), TELL_EVERY_MS);
  await callers.done;
  clearInterval(timer);
  return { kind: 'done', reports: callers.reports(), acknowledged: callers.acknowledged };
});
