// Renders the page docs/api.md from the contract's descriptors: how to call, then every service
// with its methods and their messages, then the messages and enums that they share. Services,
// methods, fields and values are in the contract's order, shared types sorted by name. Apart from
// the introduction, it says only what the contract says.
import { ScalarType } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { INTRODUCTION } from './introduction.mjs';
import { fieldRuleWords, messageRuleWords } from './rules.mjs';
import { firstSentence, paragraphs, prose, table } from './text.mjs';

/** Types of other packages, explained in the introduction. */
const FOREIGN = new Map([
  ['google.protobuf.Timestamp', 'Timestamp'],
  ['google.protobuf.Duration', 'Duration'],
  ['google.protobuf.FieldMask', 'FieldMask'],
  ['google.protobuf.Struct', 'Struct'],
  ['google.protobuf.Empty', 'Empty'],
  ['google.rpc.Status', 'Status'],
  ['google.type.LatLng', 'LatLng'],
]);

function anchorOf(name) {
  return name.toLowerCase();
}

/** Every name that the page defines. Throws if two headings would share an anchor. */
function collectAnchors(page) {
  const anchors = new Map();
  const taken = new Map();
  const names = [
    ...page.services.map((service) => service.name),
    ...page.services.flatMap((service) => service.methods.map((method) => method.name)),
    ...page.messages.map(nameOf),
    ...page.enums.map(nameOf),
  ];
  for (const name of names) {
    const anchor = anchorOf(name).replaceAll('.', '');
    if (taken.has(anchor)) {
      throw new Error(
        `${name} and ${taken.get(anchor)} would share a heading in the documentation`,
      );
    }
    taken.set(anchor, name);
    anchors.set(name, anchor);
  }
  return anchors;
}

/** The name of a nested type is its path: `Outer.Inner`. */
function nameOf(desc) {
  return desc.parent === undefined ? desc.name : `${nameOf(desc.parent)}.${desc.name}`;
}

function messagesIn(messages) {
  return messages
    .filter((message) => message.proto.options?.mapEntry !== true)
    .flatMap((message) => [message, ...messagesIn(message.nestedMessages)]);
}

function enumsOf(file) {
  const nested = messagesIn(file.messages).flatMap((message) => message.nestedEnums);
  return [...file.enums, ...nested];
}

function typeCell(field, anchors) {
  switch (field.fieldKind) {
    case 'list':
      return `list of ${singleType(field, anchors)}`;
    case 'map':
      return `map of ${ScalarType[field.mapKey].toLowerCase()} to ${singleType(field, anchors)}`;
    default:
      return singleType(field, anchors);
  }
}

function singleType(field, anchors) {
  const desc = field.message ?? field.enum;
  if (desc === undefined) return ScalarType[field.scalar].toLowerCase();
  const foreign = FOREIGN.get(desc.typeName);
  if (foreign !== undefined) return `[${foreign}](#types)`;
  const name = nameOf(desc);
  const anchor = anchors.get(name);
  if (anchor === undefined) throw new Error(`${desc.typeName} has no place in the documentation`);
  return `[${name}](#${anchor})`;
}

function deprecated(desc) {
  return desc.deprecated ? '**Deprecated.** ' : '';
}

function fieldTable(message, anchors) {
  if (message.fields.length === 0) return 'No fields.';
  const rows = message.fields.map((field) => {
    const meaning = paragraphs(field).map((text) => prose(text, anchors, message.name));
    return [
      `\`${field.name}\``,
      typeCell(field, anchors),
      fieldRuleWords(field).join('; '),
      deprecated(field) + meaning.join('<br><br>'),
    ];
  });
  const ruled = rows.some(([, , rules]) => rules !== '');
  if (ruled) return table(['Field', 'Type', 'Rules', 'Meaning'], rows);
  return table(
    ['Field', 'Type', 'Meaning'],
    rows.map(([name, type, , meaning]) => [name, type, meaning]),
  );
}

function renderMessage(message, anchors, level) {
  const name = nameOf(message);
  const rules = messageRuleWords(message);
  return [
    `${'#'.repeat(level)} ${name}`,
    ...paragraphs(message).map((text) => deprecated(message) + prose(text, anchors, name)),
    ...(rules.length > 0 ? [`Rules: ${rules.join('; ')}.`] : []),
    fieldTable(message, anchors),
  ];
}

function renderEnum(desc, anchors) {
  const rows = desc.values.map((value) => [
    `\`${value.name}\``,
    String(value.number),
    deprecated(value) +
      paragraphs(value)
        .map((text) => prose(text, anchors))
        .join('<br><br>'),
  ]);
  return [
    `### ${nameOf(desc)}`,
    ...paragraphs(desc).map((text) => prose(text, anchors)),
    table(['Value', 'Number', 'Meaning'], rows),
  ];
}

const STREAMS = {
  unary: 'one message in, one message out',
  server_streaming: 'one message in, a **stream** of messages out',
  client_streaming: 'a **stream** of messages in, one message out',
  bidi_streaming: 'a **stream** of messages in, a **stream** of messages out',
};

/** Connect clients may GET methods without side effects, except streams. */
function canGet(method) {
  return (
    method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS &&
    method.methodKind === 'unary'
  );
}

function verbs(method) {
  return canGet(method) ? 'POST or GET' : 'POST';
}

function kindWord(method) {
  return method.methodKind === 'unary' ? '' : method.methodKind.replace('_', ' ');
}

/** A message that only one method uses is shown with the method; others are linked. */
function renderMethodMessage(label, message, anchors, own) {
  const name = nameOf(message);
  if (!own.has(message.typeName)) return [`${label}: [${name}](#${anchors.get(name)}).`];
  return renderMessage(message, anchors, 4);
}

function renderMethod(method, anchors, own) {
  const path = `/${method.parent.typeName}/${method.name}`;
  return [
    `### ${method.name}`,
    `${verbs(method)} \`${path}\`: ${STREAMS[method.methodKind]}.`,
    ...paragraphs(method).map((text) => deprecated(method) + prose(text, anchors, method.name)),
    ...renderMethodMessage('Request', method.input, anchors, own),
    ...renderMethodMessage('Answer', method.output, anchors, own),
  ];
}

function methodTable(service, anchors) {
  const rows = service.methods.map((method) => [
    `[${method.name}](#${anchors.get(method.name)})`,
    [verbs(method), kindWord(method)].filter((word) => word !== '').join(', '),
    prose(firstSentence(method), anchors, method.name),
  ]);
  return table(['Method', 'Call', 'In short'], rows);
}

function renderService(service, anchors, own) {
  return [
    `## ${service.name}`,
    ...paragraphs(service).map((text) => prose(text, anchors, service.name)),
    methodTable(service, anchors),
    ...service.methods.flatMap((method) => renderMethod(method, anchors, own)),
  ];
}

function contents(page, shared, anchors) {
  const entry = (depth, name) => `${'  '.repeat(depth)}- [${name}](#${anchors.get(name)})`;
  return [
    '- [How to call](#how-to-call)',
    '- [Types](#types)',
    ...page.services.flatMap((service) => [
      entry(0, service.name),
      ...service.methods.map((method) => entry(1, method.name)),
    ]),
    '- [Messages](#messages)',
    ...shared.map((message) => entry(1, nameOf(message))),
    '- [Enums](#enums)',
    ...page.enums.map((desc) => entry(1, nameOf(desc))),
  ].join('\n');
}

/** The messages that exactly one method takes or returns, by type name. */
function ownedMessages(services) {
  const uses = new Map();
  for (const method of services.flatMap((service) => service.methods)) {
    for (const message of [method.input, method.output]) {
      uses.set(message.typeName, (uses.get(message.typeName) ?? 0) + 1);
    }
  }
  return new Set([...uses].filter(([, count]) => count === 1).map(([name]) => name));
}

function byName(a, b) {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

/** The whole page, from the public files of one package version. Ends with a newline. */
export function renderApi(files) {
  const page = {
    services: files.flatMap((file) => file.services),
    messages: files.flatMap((file) => messagesIn(file.messages)).sort(byName),
    enums: files.flatMap(enumsOf).sort(byName),
  };
  const anchors = collectAnchors(page);
  const own = ownedMessages(page.services);
  const shared = page.messages.filter((message) => !own.has(message.typeName));
  const blocks = [
    '# The API',
    '<!-- Generated from proto/ by `npm run gen`. Change the comments there, not this page. -->',
    INTRODUCTION.lead,
    '## Contents',
    contents(page, shared, anchors),
    INTRODUCTION.body,
    ...page.services.flatMap((service) => renderService(service, anchors, own)),
    '## Messages',
    'What requests and answers are made of.',
    ...shared.flatMap((message) => renderMessage(message, anchors, 3)),
    '## Enums',
    'In JSON a value is written by its name.',
    ...page.enums.flatMap((desc) => renderEnum(desc, anchors)),
  ];
  return `${blocks.join('\n\n')}\n`;
}
