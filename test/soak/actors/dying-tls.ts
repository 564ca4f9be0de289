// TLS: clients that die while they are answered, and greetings that go nowhere.

import type { TLSSocket } from 'node:tls';
import { create, toBinary } from '@bufbuild/protobuf';
import { ListAttendanceRequestSchema } from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Actor, Bout } from '../bout.js';
import { openCall, openSession } from '../http-calls.js';
import { LARGE_EMPLOYEE, LARGE_FIRST_DATE, LARGE_LAST_DATE } from '../large-employee.js';
import { framed, LIST } from '../payloads.js';

const LANES = 8;
const CALLS = 10;
const LONGEST_LIFE_MS = 60;
const RECONNECT_MS = 20;

const LIST_MESSAGE = framed(
  Buffer.from(
    toBinary(
      ListAttendanceRequestSchema,
      create(ListAttendanceRequestSchema, {
        employeeId: LARGE_EMPLOYEE,
        startDate: LARGE_FIRST_DATE,
        endDate: LARGE_LAST_DATE,
      }),
    ),
  ),
);

/** Resolves when the handshake is done, or never will be. */
function greeted(bout: Bout, socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('secureConnect', resolve);
    socket.once('close', () => resolve());
    void bout.over.then(resolve);
  });
}

async function dieAnswered(bout: Bout): Promise<void> {
  const socket = bout.dialSecure('h2');
  await greeted(bout, socket);
  if (socket.destroyed || bout.isOver) return;
  const session = openSession(bout, { socket });
  for (let count = 0; count < CALLS; count += 1) {
    const stream = openCall(bout, session, LIST);
    stream?.resume();
    stream?.end(LIST_MESSAGE);
  }
  await bout.pause(bout.random.between(1, LONGEST_LIFE_MS));
  bout.saw('left while answered');
  bout.reset(socket);
  session.destroy();
}

async function dieGreeting(bout: Bout): Promise<void> {
  const socket = bout.dialSecure(bout.random.chance(0.5) ? 'h2' : 'http/1.1');
  await bout.pause(bout.random.between(0, 3));
  bout.reset(socket);
}

function again(name: string, does: string, once: (bout: Bout) => Promise<void>): Actor {
  return {
    name,
    does,
    async attack(bout) {
      const lane = async (): Promise<void> => {
        while (!bout.isOver) {
          await once(bout);
          await bout.pause(RECONNECT_MS);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
  };
}

export const dyingTls: readonly Actor[] = [
  again('dying under TLS', 'clients reset TCP while lists are written to them', dieAnswered),
  again('half a TLS handshake', 'clients reset TCP while they are greeted', dieGreeting),
];
