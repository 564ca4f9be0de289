// Every bound of the server, with its reason. Nothing on this floor waits, queues or buffers
// without one of these.

export interface Limits {
  /** The largest request message after decompression, and the largest response message. */
  readonly messageBytes: number;
  /** Messages smaller than this are sent uncompressed. */
  readonly compressMinBytes: number;
  /** Open TCP connections. For a further one, the one that was idle for longest is closed. */
  readonly connections: number;
  /** Open TCP connections of one peer's address. */
  readonly connectionsPerAddress: number;
  /** How often each connection is checked for floods, dead sockets and due pings. */
  readonly lookIntervalMs: number;
  /**
   * From the end of a connection's protocol to that of its socket, if it does not end by itself.
   */
  readonly deadSocketMs: number;
  /**
   * Requests on one HTTP/1.1 connection that wait for earlier ones; beyond it, the connection is
   * cut.
   */
  readonly pipelinedRequests: number;
  /** Calls whose handlers run at a time; see admission.ts. */
  readonly runningCalls: number;
  /** Calls that wait for their turn. */
  readonly waitingCalls: number;
  /** Open streams of one method, of all callers and on one connection. */
  readonly streamsPerMethod: number;
  readonly streamsPerMethodAndConnection: number;
  /** Request bodies in memory, of all callers and of one connection. */
  readonly bodyBytes: number;
  readonly bodyBytesPerConnection: number;
  /** Answers in memory that their callers have not read yet. */
  readonly unreadBytes: number;
  /** Concurrent calls on one HTTP/2 connection. */
  readonly streamsPerConnection: number;
  /** All header names and values of one request together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** From a connection's start to the bytes that distinguish HTTP/1.1 from HTTP/2. */
  readonly firstBytesTimeoutMs: number;
  readonly tlsHandshakeTimeoutMs: number;
  /** From an HTTP/1.1 request's first byte to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From a call's headers to its body's last byte. Streamed bodies: between two pieces. */
  readonly requestTimeoutMs: number;
  /** How long an HTTP/1.1 connection may have no request. */
  readonly idleTimeoutMs: number;
  /** How long an HTTP/2 connection may have no call. */
  readonly sessionIdleTimeoutMs: number;
  /** Between two pings on an HTTP/2 connection; an unanswered one ends the connection. */
  readonly pingIntervalMs: number;
  /** How long a client may leave a written piece of its answer unread. */
  readonly writeStallTimeoutMs: number;
  /** How long the rest of a request is read after the answer. */
  readonly lingerMs: number;
  /** The memory of one HTTP/2 connection, in megabytes. */
  readonly sessionMemoryMb: number;
  /**
   * HTTP/2 flow control: what a client may send ahead on one stream, and on all streams together.
   */
  readonly streamWindowBytes: number;
  readonly sessionWindowBytes: number;
  /** The maximum age of a health answer while dependencies answer fast. */
  readonly healthMaxAgeMs: number;
  /** How long a health answer waits for dependencies whose last state is known. */
  readonly healthPatienceMs: number;
  /** The maximum age of that last state while the dependencies are slow. */
  readonly healthStaleMs: number;
  /** How long the dependencies may take to report their state. */
  readonly healthTimeoutMs: number;
  /** How often health is checked while a caller watches it. */
  readonly healthWatchIntervalMs: number;
  /** How old a connection may get before its client is asked for a new one, in ms; Infinity: no bound. */
  readonly connectionAgeMs: number;
  /** How long an HTTP/2 client may take to confirm that it knows of its connection's end. */
  readonly goawayPatienceMs: number;
  /** In a drain: how long a connection may take to its first bytes, and then to its first call. */
  readonly drainGreetingMs: number;
  /** At the end of a drain: from answering the remaining calls to cutting them. */
  readonly drainCutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  // gRPC's own default, so that no client is surprised. 1,000 marks take about 300 KB.
  messageBytes: 4 * 1024 * 1024,
  // Below a packet or so, compression costs more than it saves.
  compressMinBytes: 1024,
  // About 60 KB each when idle, and well below the usual limit of open files in a container.
  connections: 10_000,
  // Behind a gateway all callers have its address; so has a process that opens connections without
  // end.
  connectionsPerAddress: 5_000,
  lookIntervalMs: 500,
  // The last frames may still be on their way.
  deadSocketMs: 2_000,
  // No usual client pipelines; a test tool may.
  pipelinedRequests: 1_000,
  // Calls that wait for a database cost memory and nothing else.
  runningCalls: 1_000,
  waitingCalls: 2_000,
  // About 75 KB each.
  streamsPerMethod: 1_000,
  streamsPerMethodAndConnection: 100,
  // Thirty of the largest messages, hundreds of usual batches; a container may have 512 MB.
  bodyBytes: 128 * 1024 * 1024,
  bodyBytesPerConnection: 8 * 1024 * 1024,
  unreadBytes: 128 * 1024 * 1024,
  // HTTP/2 asks for at least 100; clients queue further calls.
  streamsPerConnection: 256,
  // A large JWT is 4 KB. Node and most proxies have the same bound.
  headerBytes: 16 * 1024,
  headerCount: 100,
  // A client sends at once; only probes and attackers do not.
  firstBytesTimeoutMs: 10_000,
  tlsHandshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  // 4 MiB in a minute is 70 KB/s: slower than any connection worth waiting for.
  requestTimeoutMs: 60_000,
  // Above the 60 s after which common load balancers close an idle connection. The client's side
  // must close first, or a request may cross with the close.
  idleTimeoutMs: 75_000,
  // A client opens a new connection when it needs one.
  sessionIdleTimeoutMs: 15 * 60_000,
  // A peer that vanished silently is noticed within two intervals.
  pingIntervalMs: 10_000,
  writeStallTimeoutMs: 60_000,
  // Closing a TCP connection with unread data resets it, and the client never sees its answer.
  lingerMs: 2_000,
  // Node's 10 refuses new calls while three 4 MiB answers wait for a slow reader.
  sessionMemoryMb: 64,
  // HTTP/2's 64 KiB makes a 4 MiB message wait for 64 round trips.
  streamWindowBytes: 256 * 1024,
  sessionWindowBytes: 1024 * 1024,
  // Every load balancer sends health checks at the same time; the database need not see each.
  healthMaxAgeMs: 1_000,
  // A probe that waits long fails, and a merely busy instance would be taken out of service.
  healthPatienceMs: 50,
  // Kubernetes and most load balancers probe every 10 s, so the previous answer is good enough.
  healthStaleMs: 15_000,
  healthTimeoutMs: 3_000,
  healthWatchIntervalMs: 2_000,
  // Only an operator knows whether other instances wait for a share of the load.
  connectionAgeMs: Number.POSITIVE_INFINITY,
  // Three round trips around the world.
  goawayPatienceMs: 1_000,
  // Its first request may be on its way already.
  drainGreetingMs: 1_000,
  drainCutMs: 500,
};
