// Proves that protos/v1alpha2 is a subset of protos/v1, and that both equal the tables in scripts/cri-tables.
// Prints one line per difference and exits 1, or one line of counts. Argument: the root to check (default: this repository).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));

// The only field that v1 declares otherwise. Equal on the wire; see scripts/generate.mjs for what becomes of it.
const exception = { fact: 'field KeyValue.value', v1alpha2: '2 string', v1: '2 bytes' };

/** A fact is a definition, as "field Mount.readonly", with what it says, as "3 bool". */
function addFact(facts, name, value) {
  if (facts.has(name)) throw new Error(`${name}: defined twice`);
  facts.set(name, value);
}

const tableMember = {
  service: /^ {2}(?<name>\w+) (?<value>\(\w+\) -> (?:stream )?\w+)$/,
  message: /^ {2}(?<number>\d+) (?<name>\w+) (?<type>\S.*)$/,
  enum: /^ {2}(?<number>\d+) (?<name>\w+)$/,
};
const memberKind = { service: 'rpc', message: 'field', enum: 'value' };

function addTableMember(facts, block, line) {
  const match = block && tableMember[block.kind].exec(line)?.groups;
  if (!match) throw new Error(`table line not understood: "${line}"`);
  const value = match.value ?? [match.number, match.type].filter(Boolean).join(' ');
  addFact(facts, `${memberKind[block.kind]} ${block.name}.${match.name}`, value);
}

function factsOfTable(text) {
  const facts = new Map();
  let block;
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const head = /^(?<kind>service|message|enum) (?<name>[\w.]+)$/.exec(line)?.groups;
    const file = /^syntax (?<syntax>\w+), package (?<name>[\w.]+)$/.exec(line)?.groups;
    if (file) addFact(facts, 'package', `${file.name}, ${file.syntax}`);
    else if (!head) addTableMember(facts, block, line);
    else {
      block = head;
      addFact(facts, `${head.kind} ${head.name}`, '');
    }
  }
  return facts;
}

function fieldType(field) {
  if (field instanceof protobuf.MapField) return `map<${field.keyType},${field.type}>`;
  if (field.partOf) return `oneof ${field.partOf.name} ${field.type}`;
  return field.repeated ? `repeated ${field.type}` : field.type;
}

function addType(facts, type, name) {
  addFact(facts, `message ${name}`, '');
  for (const field of type.fieldsArray) {
    const deprecated = field.options?.deprecated ? ' deprecated' : '';
    addFact(facts, `field ${name}.${field.name}`, `${field.id} ${fieldType(field)}${deprecated}`);
  }
  addDefinitions(facts, type, `${name}.`);
}

function addService(facts, service, name) {
  addFact(facts, `service ${name}`, '');
  for (const rpc of service.methodsArray) {
    const request = `${rpc.requestStream ? 'stream ' : ''}${rpc.requestType}`;
    const response = `${rpc.responseStream ? 'stream ' : ''}${rpc.responseType}`;
    addFact(facts, `rpc ${name}.${rpc.name}`, `(${request}) -> ${response}`);
  }
}

function addEnum(facts, type, name) {
  addFact(facts, `enum ${name}`, '');
  for (const [value, number] of Object.entries(type.values)) addFact(facts, `value ${name}.${value}`, String(number));
}

function addDefinitions(facts, namespace, prefix) {
  for (const each of namespace.nestedArray) {
    const name = prefix + each.name;
    if (each instanceof protobuf.Type) addType(facts, each, name);
    else if (each instanceof protobuf.Service) addService(facts, each, name);
    else if (each instanceof protobuf.Enum) addEnum(facts, each, name);
    else throw new Error(`${name}: neither message, enum nor service`);
  }
}

function factsOfProto(text) {
  const parsed = protobuf.parse(text, { keepCase: true });
  const syntax = /^syntax = "(\w+)";$/m.exec(text)?.[1];
  const facts = new Map([['package', `${parsed.package}, ${syntax}`]]);
  addDefinitions(facts, parsed.root.lookup(parsed.package), '');
  return facts;
}

function tableDifferences(version, proto, table) {
  const path = `protos/${version}/api.proto`;
  const names = new Set([...table.keys(), ...proto.keys()]);
  const state = (facts, name) => (facts.has(name) ? `"${facts.get(name)}"` : 'nothing');
  return [...names]
    .filter((name) => table.get(name) !== proto.get(name))
    .map((name) => `${path}: ${name}: ${state(proto, name)}, the table has ${state(table, name)}`);
}

/** Deprecation is not part of the shape: v1 may deprecate what v1alpha2 did not. */
const shape = (value) => value?.replace(/ deprecated$/, '');

function subsetDifferences(v1alpha2, v1) {
  const allowed = (name) =>
    name === exception.fact && v1alpha2.get(name) === exception.v1alpha2 && v1.get(name) === exception.v1;
  const differences = [...v1alpha2.keys()]
    .filter((name) => name !== 'package' && shape(v1alpha2.get(name)) !== shape(v1.get(name)) && !allowed(name))
    .map(
      (name) =>
        `subset: ${name}: v1alpha2 "${v1alpha2.get(name)}", v1 ${v1.has(name) ? `"${v1.get(name)}"` : 'nothing'}`,
    );
  if (!allowed(exception.fact))
    differences.push(`subset: ${exception.fact}: the exception no longer describes the protos`);
  return differences;
}

function counts(version, facts) {
  const count = (kind) => [...facts.keys()].filter((name) => name.startsWith(`${kind} `)).length;
  const kinds = { message: 'messages', field: 'fields', enum: 'enums', value: 'enum values', rpc: 'RPCs' };
  return `${version} ${Object.entries(kinds)
    .map(([kind, plural]) => `${count(kind)} ${plural}`)
    .join(', ')}`;
}

const read = (...path) => readFileSync(join(root, ...path), 'utf8');
const proto = (version) => factsOfProto(read('protos', version, 'api.proto'));
const table = (version) => factsOfTable(read('scripts', 'cri-tables', `${version}.txt`));

const v1alpha2 = proto('v1alpha2');
const v1 = proto('v1');
const differences = [
  ...tableDifferences('v1alpha2', v1alpha2, table('v1alpha2')),
  ...tableDifferences('v1', v1, table('v1')),
  ...subsetDifferences(v1alpha2, v1),
];
for (const difference of differences) console.error(difference);
if (differences.length > 0) process.exitCode = 1;
else
  console.log(
    `v1alpha2 is a subset of v1 and both equal the tables: ${counts('v1alpha2', v1alpha2)}; ${counts('v1', v1)}`,
  );
