// The log function of this room. The caller passes it in; no logging library is known here.

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;
