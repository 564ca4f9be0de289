// The image's health check: exit code 0 while this container's service lives, else 1. Whether it is ready
// is for load balancers to ask: a new container would not bring the database back. It reads the same
// settings as the service, so it follows PORT, HOST and TLS.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const TIMEOUT_MS = 3_000;

/** The address from inside the container. A wildcard address is reached by loopback. */
function address(host) {
  if (host === undefined || host === '' || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function fail(reason) {
  console.error(`not alive: ${reason}`);
  process.exit(1);
}

const { HOST, PORT, TLS_CERT_FILE } = process.env;
const send = TLS_CERT_FILE ? requestHttps : requestHttp;
const request = send({
  host: address(HOST),
  port: Number(PORT || 8080),
  path: '/healthz',
  timeout: TIMEOUT_MS,
  // The certificate has the service's public name, and this call never leaves the container.
  rejectUnauthorized: false,
});
request.on('timeout', () => fail(`no answer within ${TIMEOUT_MS} ms`));
request.on('error', (error) => fail(error.message));
request.on('response', (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`/healthz answered ${response.statusCode}`);
  response.on('end', () => process.exit(0));
});
request.end();
