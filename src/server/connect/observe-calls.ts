// Counts the calls of the services that this floor serves itself (health, reflection), and logs
// their failures. For other services, their pipeline does both.

import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Metrics } from '../../metrics/metrics.js';
import { noteError, TRAIL } from '../../rpc/edge/call-trail.js';
import type { Logger } from '../support/log.js';

export function observeCalls(metrics: Metrics, log: Logger): Interceptor {
  return (next) => async (request) => {
    const startedMs = performance.now();
    const observe = (error?: unknown) => {
      const code = error === undefined ? 0 : ConnectError.from(error).code;
      const trail = request.contextValues.get(TRAIL);
      if (error !== undefined) noteError(trail, ConnectError.from(error));
      else if (trail !== undefined) trail.code = 0;
      metrics.observeRpc(request.method, code, (performance.now() - startedMs) / 1000);
      if (error !== undefined && !(error instanceof ConnectError)) {
        log.error({ err: error, method: request.method.name }, 'a call failed');
      }
    };
    try {
      const response = await next(request);
      if (response.stream) {
        return { ...response, message: untilEnd(response.message, observe) };
      }
      observe();
      return response;
    } catch (error) {
      observe(error);
      throw error;
    }
  };
}

async function* untilEnd<T>(
  messages: AsyncIterable<T>,
  observe: (error?: unknown) => void,
): AsyncIterable<T> {
  let failure: unknown;
  try {
    yield* messages;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    observe(failure);
  }
}
