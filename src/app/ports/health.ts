// The port for the state of what the service depends on.

/** The state of one dependency. */
export interface DependencyHealth {
  readonly name: 'postgresql' | 'redis';
  readonly up: boolean;
  /** For a person: why it is down, without host names or secrets; empty when up. */
  readonly detail: string;
}

export interface Health {
  /** Checks each dependency within a bounded time. Never throws. */
  health(): Promise<readonly DependencyHealth[]>;
}
