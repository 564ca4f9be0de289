// The logger that the server needs; pino's logger fits.

type LogLine = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
