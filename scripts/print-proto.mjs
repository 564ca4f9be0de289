// Prints a FileDescriptorProto as .proto source: structure only, without comments.
// It covers what buf/validate/validate.proto uses (proto2, extensions, options that
// matter to a compiler), and throws on anything it does not know rather than dropping it.
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

const SCALARS = new Map([
  [Type.DOUBLE, 'double'],
  [Type.FLOAT, 'float'],
  [Type.INT64, 'int64'],
  [Type.UINT64, 'uint64'],
  [Type.INT32, 'int32'],
  [Type.FIXED64, 'fixed64'],
  [Type.FIXED32, 'fixed32'],
  [Type.BOOL, 'bool'],
  [Type.STRING, 'string'],
  [Type.BYTES, 'bytes'],
  [Type.UINT32, 'uint32'],
  [Type.SFIXED32, 'sfixed32'],
  [Type.SFIXED64, 'sfixed64'],
  [Type.SINT32, 'sint32'],
  [Type.SINT64, 'sint64'],
]);

/** Field numbers to the end of the range are written `max` in source. */
const MAX_FIELD = 536870912;

function typeName(field) {
  const scalar = SCALARS.get(field.type);
  if (scalar !== undefined) return scalar;
  if (field.type === Type.MESSAGE || field.type === Type.ENUM) return field.typeName;
  throw new Error(`cannot print the type ${field.type} of ${field.name}`);
}

function printField(field, message, indent, insideOneof) {
  const entry = message?.nestedType.find(
    (nested) => nested.options?.mapEntry && field.typeName.endsWith(`.${nested.name}`),
  );
  const options = field.options?.packed === true ? ' [packed = true]' : '';
  if (entry !== undefined) {
    const [key, value] = entry.field;
    return `${indent}map<${typeName(key)}, ${typeName(value)}> ${field.name} = ${field.number};`;
  }
  const label =
    field.label === Label.REPEATED
      ? 'repeated '
      : insideOneof
        ? ''
        : field.label === Label.REQUIRED
          ? 'required '
          : 'optional ';
  return `${indent}${label}${typeName(field)} ${field.name} = ${field.number}${options};`;
}

function printRanges(ranges) {
  return ranges
    .map(({ start, end }) => `${start} to ${end === MAX_FIELD ? 'max' : end - 1}`)
    .join(', ');
}

function printMessage(message, indent) {
  const inner = `${indent}  `;
  const lines = [`${indent}message ${message.name} {`];
  for (const nested of message.nestedType) {
    if (!nested.options?.mapEntry) lines.push(printMessage(nested, inner));
  }
  for (const nested of message.enumType) lines.push(printEnum(nested, inner));
  message.oneofDecl.forEach((oneof, index) => {
    lines.push(`${inner}oneof ${oneof.name} {`);
    for (const field of message.field) {
      if (isOneofMember(field, index)) lines.push(printField(field, message, `${inner}  `, true));
    }
    lines.push(`${inner}}`);
  });
  for (const field of message.field) {
    if (!isOneofMember(field)) lines.push(printField(field, message, inner, false));
  }
  if (message.extensionRange.length > 0) {
    lines.push(`${inner}extensions ${printRanges(message.extensionRange)};`);
  }
  if (message.reservedRange.length > 0) {
    lines.push(`${inner}reserved ${printRanges(message.reservedRange)};`);
  }
  for (const name of message.reservedName) lines.push(`${inner}reserved "${name}";`);
  lines.push(`${indent}}`);
  return lines.join('\n');
}

/** Whether the field stands in the oneof of that index, or in any when none is given. */
function isOneofMember(field, index) {
  if (field.oneofIndex === undefined || !Object.hasOwn(field, 'oneofIndex')) return false;
  return index === undefined || field.oneofIndex === index;
}

function printEnum(desc, indent) {
  const values = desc.value.map((value) => `${indent}  ${value.name} = ${value.number};`);
  return [`${indent}enum ${desc.name} {`, ...values, `${indent}}`].join('\n');
}

/** The .proto source of a proto2 file descriptor. Throws on another syntax. */
export function printProtoFile(file) {
  if (file.syntax !== '' && file.syntax !== 'proto2') {
    throw new Error(`cannot print ${file.name}: its syntax is ${file.syntax}, not proto2`);
  }
  const lines = ['syntax = "proto2";', '', `package ${file.package};`, ''];
  for (const dependency of file.dependency) lines.push(`import "${dependency}";`);
  lines.push('');
  for (const desc of file.enumType) lines.push(printEnum(desc, ''), '');
  for (const desc of file.messageType) lines.push(printMessage(desc, ''), '');
  for (const field of file.extension) {
    lines.push(`extend ${field.extendee} {`, printField(field, undefined, '  ', false), '}', '');
  }
  return lines.join('\n');
}
