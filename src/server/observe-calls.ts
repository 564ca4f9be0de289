// Counts the calls of the services that this room serves itself (health, reflection); those of
// the others are counted by the pipeline they go through.

import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Metrics } from './metrics.js';

export function observeCalls(metrics: Metrics): Interceptor {
  return (next) => async (request) => {
    const startedMs = performance.now();
    const observe = (code: number) =>
      metrics.observeRpc(request.method, code, (performance.now() - startedMs) / 1000);
    try {
      const response = await next(request);
      if (response.stream) {
        return { ...response, message: untilEnd(response.message, observe) };
      }
      observe(0);
      return response;
    } catch (error) {
      observe(ConnectError.from(error).code);
      throw error;
    }
  };
}

async function* untilEnd<T>(
  messages: AsyncIterable<T>,
  observe: (code: number) => void,
): AsyncIterable<T> {
  let code = 0;
  try {
    yield* messages;
  } catch (error) {
    code = ConnectError.from(error).code;
    throw error;
  } finally {
    observe(code);
  }
}
