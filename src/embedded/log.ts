// How this room speaks: the caller hands in a function, and no logging library is known here.

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;
