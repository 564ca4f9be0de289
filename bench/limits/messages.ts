// What the bench and its limit servers say to each other.

/** What a limit answers, whatever it is asked. */
export interface LimitRequest {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** One encoded message without gRPC's prefix, in base64. */
  readonly response: string;
}

export interface LimitReady {
  readonly port: number;
}
