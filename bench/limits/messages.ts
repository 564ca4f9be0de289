// The messages between the bench and its limit servers.

/** The answer of a limit to every request. */
export interface LimitRequest {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** One encoded message without gRPC's prefix, in base64. */
  readonly response: string;
}

export interface LimitReady {
  readonly port: number;
}
