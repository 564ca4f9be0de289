// Makes empty messages of types that answers are full of. The library's `create` asks every field of
// the type for its default, each time anew: for a month of days that takes longer than reading them.

import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';

/**
 * Returns a function that does what `create` does without values. Throws for a type that has more
 * than plain fields and lists: maps, oneofs, or scalars with presence.
 */
export function emptyMessagesOf<D extends DescMessage>(desc: D): () => MessageShape<D> {
  const zero = create(desc);
  const isPlain =
    Object.getPrototypeOf(zero) === Object.prototype &&
    desc.oneofs.length === 0 &&
    desc.fields.every(({ fieldKind }) => fieldKind !== 'map');
  if (!isPlain) throw new Error(`${desc.typeName} is no type of plain fields and lists`);
  const lists = desc.fields.filter(({ fieldKind }) => fieldKind === 'list');
  const names = lists.map(({ localName }) => localName);
  return () => {
    const message = { ...zero } as Record<string, unknown>;
    for (const name of names) message[name] = [];
    return message as MessageShape<D>;
  };
}
