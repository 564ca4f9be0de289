// The types of requests: a message or a literal of it, as `create` of @bufbuild/protobuf takes it,
// with a Date wherever the contract has a Timestamp.

import type { Message } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';

/** A request in the form that a caller may write: `RequestOf<MarkAttendanceRequest>`. */
export type RequestOf<M extends Message> = M | Literal<M>;

type Literal<M> = {
  readonly [K in keyof M as K extends '$unknown' ? never : K]?: K extends '$typeName'
    ? never
    : GivenField<M[K]>;
};

type GivenField<F> = F extends Timestamp
  ? RequestOf<F> | Date
  : F extends Uint8Array | bigint | boolean | string | number
    ? F
    : F extends readonly (infer U)[]
      ? readonly GivenField<U>[]
      : F extends Message
        ? RequestOf<F>
        : F extends { readonly case: infer C; readonly value: infer V }
          ? { readonly case: C; readonly value: GivenField<V> }
          : F extends { readonly case: undefined }
            ? F
            : { readonly [K in keyof F]: GivenField<F[K]> };
