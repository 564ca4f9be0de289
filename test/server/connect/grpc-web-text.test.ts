// gRPC-Web's text form: the transcoder by properties, then whole calls in awkward pieces.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  GetAttendanceRequestSchema,
  GetAttendanceResponseSchema,
  StreamAttendanceRequestSchema,
  StreamAttendanceResponseSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import {
  Base64Decoder,
  Base64Error,
  encodeBase64,
} from '../../../src/server/connect/base64-stream.js';
import { decodeSegments, dial, envelope, envelopes } from '../support/raw.js';
import { serve, stopAll } from '../support/serve.js';

function decode(pieces: readonly Uint8Array[]): Buffer {
  const decoder = new Base64Decoder();
  return Buffer.concat([...pieces.map((piece) => decoder.decode(piece)), decoder.end()]);
}

/** Cuts at these fractions of the length. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const segments = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('streamed base64', () => {
  it('gives back what was encoded piece by piece, wherever it is cut', () => {
    fc.assert(
      fc.property(segments, cuts, (parts, places) => {
        const text = Buffer.concat(parts.map((part) => encodeBase64(part)));
        expect(decode(cutAt(text, places)).equals(Buffer.concat(parts))).to.equal(true);
      }),
    );
  });

  it('takes line breaks, and a last group without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), cuts, (bytes, places) => {
        const plain = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
        const text = Buffer.from(plain.replace(/(.{7})/g, '$1\r\n'), 'latin1');
        expect(decode(cutAt(text, places)).equals(Buffer.from(bytes))).to.equal(true);
      }),
    );
  });

  for (const text of ['AA*A', 'A', 'AAAAA', '====', 'A===', 'AA=A', '_-AA', '\u00e9AAA']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => decode([Buffer.from(text)])).to.throw(Base64Error);
    });
  }
});

describe('application/grpc-web-text', () => {
  afterEach(stopAll);

  async function callInPieces(port: number, method: string, pieces: readonly Buffer[]) {
    const { socket, until, text } = await dial(port);
    socket.write(
      `POST /attendance.v1.AttendanceService/${method} HTTP/1.1\r\nHost: x\r\n` +
        'Content-Type: application/grpc-web-text\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const piece of pieces.filter(({ length }) => length > 0)) {
      socket.write(`${piece.length.toString(16)}\r\n${piece.toString('latin1')}\r\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.write('0\r\n\r\n');
    await until('\r\n0\r\n\r\n');
    socket.destroy();
    const [head = '', ...rest] = text().split('\r\n\r\n');
    const chunks = rest
      .join('\r\n\r\n')
      .split('\r\n')
      .filter((_, index) => index % 2 === 1);
    return { head, chunks: chunks.filter((chunk) => chunk !== '') };
  }

  const request = envelope(
    toBinary(
      GetAttendanceRequestSchema,
      create(GetAttendanceRequestSchema, { employeeId: 'text', date: '2026-05-04' }),
    ),
  );
  const whole = Buffer.from(request.toString('base64'));
  const twice = Buffer.from(
    request.subarray(0, 7).toString('base64') + request.subarray(7).toString('base64'),
  );
  const CHUNKINGS: Record<string, Buffer[]> = {
    'in one piece': [whole],
    'byte by byte': [...whole].map((byte) => Buffer.from([byte])),
    'in two padded segments': [twice],
    'in two padded segments, cut inside the padding': cutAt(twice, [11 / twice.length, 0.9]),
  };
  for (const [name, pieces] of Object.entries(CHUNKINGS)) {
    it(`answers a call sent ${name}`, async () => {
      const { port } = await serve();
      const { head, chunks } = await callInPieces(port, 'GetAttendance', pieces);
      expect(head.toLowerCase()).to.include('content-type: application/grpc-web-text+proto');
      const [message, trailer] = envelopes(decodeSegments(chunks.join('')));
      const answer = fromBinary(GetAttendanceResponseSchema, message?.data ?? Buffer.alloc(0));
      expect(answer.attendance?.employeeId).to.equal('text');
      expect(trailer?.data.toString()).to.include('grpc-status: 0');
    });
  }

  it('sends each message of a stream as it comes', async () => {
    let goOn = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { port } = await serve({
      routes: {
        async *streamAttendance() {
          yield { attendances: [{ note: 'first' }] };
          await mayGoOn;
          yield { attendances: [{ note: 'second' }] };
        },
      },
    });
    const { socket, until, text } = await dial(port);
    const body = envelope(
      toBinary(StreamAttendanceRequestSchema, create(StreamAttendanceRequestSchema)),
    ).toString('base64');
    socket.write(
      'POST /attendance.v1.AttendanceService/StreamAttendance HTTP/1.1\r\nHost: x\r\n' +
        `Content-Type: application/grpc-web-text+proto\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const first = { attendances: [{ note: 'first' }] };
    const message = create(StreamAttendanceResponseSchema, first);
    const sent = envelope(toBinary(StreamAttendanceResponseSchema, message)).toString('base64');
    await until(sent);
    expect(text()).not.to.include('0\r\n\r\n');
    goOn();
    await until('\r\n0\r\n\r\n');
    socket.destroy();
  });
});
