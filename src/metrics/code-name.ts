// How a gRPC code is named in metrics and in the log.

import { Code } from '@connectrpc/connect';

/** gRPC's own name for a code: `INVALID_ARGUMENT`. An unknown number counts as UNKNOWN. */
export function codeName(code: number): string {
  if (code === 0) return 'OK';
  const name = Code[code];
  if (name === undefined) return 'UNKNOWN';
  if (name === 'Canceled') return 'CANCELLED';
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
