// Prints a file descriptor as .proto source. Comments are not in a descriptor; everything else is
// printed, so that compiling the source gives the same descriptor again
// (test/tooling/proto-export.test.ts compares them). It covers what buf/validate/validate.proto
// uses. It throws for anything unknown and does not drop it.
import {
  clearExtension,
  clearField,
  clone,
  create,
  getExtension,
  hasExtension,
  isFieldSet,
  toBinary,
} from '@bufbuild/protobuf';
import {
  FieldOptionsSchema,
  FileOptionsSchema,
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

/** Source code writes `max` for field numbers to the end of the range. */
const MAX_FIELD = 536870912;

function typeName(field) {
  const scalar = SCALARS.get(field.type);
  if (scalar !== undefined) return scalar;
  if (field.type === Type.MESSAGE || field.type === Type.ENUM) return field.typeName;
  throw new Error(`cannot print the type ${field.type} of ${field.name}`);
}

/** `name = value` for a file's options about single languages. */
const FILE_OPTIONS = [
  ['goPackage', 'go_package'],
  ['javaMultipleFiles', 'java_multiple_files'],
  ['javaOuterClassname', 'java_outer_classname'],
  ['javaPackage', 'java_package'],
];

function printFileOptions(options) {
  const rest =
    options === undefined ? create(FileOptionsSchema) : clone(FileOptionsSchema, options);
  const lines = [];
  for (const [key, name] of FILE_OPTIONS) {
    if (!isFieldSet(rest, FileOptionsSchema.field[key])) continue;
    lines.push(`option ${name} = ${JSON.stringify(rest[key])};`);
    clearField(rest, FileOptionsSchema.field[key]);
  }
  refuseMore(FileOptionsSchema, rest, 'the file');
  return lines;
}

/** Field options: packed, and the rules that a `predefined` extension adds to the field's own. */
function fieldOptions({ name, options }, predefined) {
  if (options === undefined) return [];
  const rest = clone(FieldOptionsSchema, options);
  const printed = [];
  if (isFieldSet(rest, FieldOptionsSchema.field.packed)) {
    printed.push(`packed = ${rest.packed}`);
    clearField(rest, FieldOptionsSchema.field.packed);
  }
  if (hasExtension(rest, predefined)) {
    for (const rule of getExtension(rest, predefined).cel) {
      printed.push(`(${predefined.typeName}).cel = ${printRule(rule)}`);
    }
    clearExtension(rest, predefined);
  }
  refuseMore(FieldOptionsSchema, rest, name);
  return printed;
}

function printRule(rule) {
  const parts = ['id', 'message', 'expression'].filter((key) => rule[key]);
  return `{${parts.map((key) => `${key}: ${JSON.stringify(rule[key])}`).join(', ')}}`;
}

function refuseMore(schema, options, where) {
  if (toBinary(schema, options).length > 0) throw new Error(`cannot print an option of ${where}`);
}

function printField(field, message, indent, insideOneof, predefined) {
  const entry = message?.nestedType.find(
    (nested) => nested.options?.mapEntry && field.typeName.endsWith(`.${nested.name}`),
  );
  const said = fieldOptions(field, predefined);
  const options = said.length === 0 ? '' : ` [${said.join(', ')}]`;
  if (entry !== undefined) {
    const [key, value] = entry.field;
    const types = `map<${typeName(key)}, ${typeName(value)}>`;
    return `${indent}${types} ${field.name} = ${field.number}${options};`;
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

function printMessage(message, indent, predefined) {
  const inner = `${indent}  `;
  const lines = [`${indent}message ${message.name} {`];
  for (const nested of message.nestedType) {
    if (!nested.options?.mapEntry) lines.push(printMessage(nested, inner, predefined));
  }
  for (const nested of message.enumType) lines.push(printEnum(nested, inner));
  let open;
  for (const field of message.field) {
    const oneof = Object.hasOwn(field, 'oneofIndex') ? field.oneofIndex : undefined;
    if (oneof !== open && open !== undefined) lines.push(`${inner}}`);
    if (oneof !== open && oneof !== undefined) {
      lines.push(`${inner}oneof ${message.oneofDecl[oneof].name} {`);
    }
    open = oneof;
    const isInside = oneof !== undefined;
    lines.push(printField(field, message, isInside ? `${inner}  ` : inner, isInside, predefined));
  }
  if (open !== undefined) lines.push(`${inner}}`);
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

function printEnum(desc, indent) {
  const values = desc.value.map((value) => `${indent}  ${value.name} = ${value.number};`);
  // Unlike a message's, an enum's ranges include their end.
  const ranges = desc.reservedRange.map(
    ({ start, end }) => `${indent}  reserved ${start} to ${end};`,
  );
  const names = desc.reservedName.map((name) => `${indent}  reserved "${name}";`);
  return [`${indent}enum ${desc.name} {`, ...values, ...ranges, ...names, `${indent}}`].join('\n');
}

/**
 * The .proto source of a proto2 file. `predefined` is the extension that defines the meaning of
 * rule fields. Throws for another syntax.
 */
export function printProtoFile({ proto: file }, predefined) {
  if (file.syntax !== '' && file.syntax !== 'proto2') {
    throw new Error(`cannot print ${file.name}: its syntax is ${file.syntax}, not proto2`);
  }
  const lines = ['syntax = "proto2";', '', `package ${file.package};`, ''];
  for (const dependency of file.dependency) lines.push(`import "${dependency}";`);
  lines.push('', ...printFileOptions(file.options), '');
  for (const desc of file.enumType) lines.push(printEnum(desc, ''), '');
  for (const desc of file.messageType) lines.push(printMessage(desc, '', predefined), '');
  for (const field of file.extension) {
    const printed = printField(field, undefined, '  ', false, predefined);
    lines.push(`extend ${field.extendee} {`, printed, '}', '');
  }
  return lines.join('\n');
}
