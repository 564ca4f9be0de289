// All rows, in the order in which they run. A new row is a file here and a line below.

import type { Row } from '../support/row.js';
import { derive } from './derive.js';
import { get, getRedis } from './get.js';
import { list } from './list.js';
import { mark } from './mark.js';
import { overload } from './overload.js';
import { punch } from './punch.js';
import { punchBatch } from './punch-batch.js';
import { transport } from './transport.js';
import { watch } from './watch.js';

export const ROWS: readonly Row[] = [
  derive,
  transport,
  mark,
  punch,
  punchBatch,
  get,
  getRedis,
  list,
  overload,
  watch,
];
