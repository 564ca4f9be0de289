// What the server asks of a logger; pino's logger is one.

type LogLine = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
