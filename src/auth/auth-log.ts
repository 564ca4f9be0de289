// Where this floor says what operators should know. Never a token, a key or a digest.

export interface AuthLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
