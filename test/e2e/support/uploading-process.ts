// A process of its own that uploads a part of a device's log as ImportPunches, and can be told to
// hang in the middle of it, so that its parent can kill it there. Arguments: the service's URL,
// the first punch, the last one, and after how many chunks to hang (0: never). Tells its parent
// what came of it.

import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ClockService } from '../../../gen/attendance/v1/clock_service_pb.js';
import { CHUNK, deviceLog } from './device-log.js';

const [baseUrl = '', first = '0', last = '0', hangAfter = '0'] = process.argv.slice(2);
const clock = createClient(ClockService, createGrpcTransport({ baseUrl }));
const log = deviceLog().slice(Number(first), Number(last));

async function* chunks() {
  for (let from = 0; from < log.length; from += CHUNK) {
    if (hangAfter !== '0' && from >= CHUNK * Number(hangAfter)) {
      process.send?.({ hangs: true });
      await new Promise(() => {});
    }
    yield { punches: log.slice(from, from + CHUNK) };
  }
}

const { recordedCount, duplicateCount, rejectedCount } = await clock.importPunches(chunks());
process.send?.({
  recorded: Number(recordedCount),
  duplicates: Number(duplicateCount),
  rejected: Number(rejectedCount),
});
process.disconnect?.();
