// The state of what the service depends on.

/** The state of one thing the service depends on. */
export interface DependencyHealth {
  readonly name: 'postgresql' | 'redis';
  readonly up: boolean;
  /** For a person: why it is down, without hosts or secrets; empty when up. */
  readonly detail: string;
}

export interface Health {
  /** Asks each dependency, within a bounded time. Never throws. */
  health(): Promise<readonly DependencyHealth[]>;
}
