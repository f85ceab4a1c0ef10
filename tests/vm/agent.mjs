// Runs in the machine: what the tests outside ask for, over HTTP. POST /run runs a shell's script, PUT /file writes a file, and an upgraded
// GET /socket is a connection to a unix socket. The machine's only network leads to the tests.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const PORT = 7000;

const directory = await mkdtemp('/run/janus-vm-');
// One shell starts all scripts: to fork a process of the size of Node takes seconds in an emulated machine.
const shell = spawn('/bin/sh', [], { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
createInterface({ input: shell.stdout }).on('line', (line) => {
  const [name, status] = line.split(' ');
  waiting.get(name)?.(Number(status));
  waiting.delete(name);
});
let scripts = 0;

async function run(script) {
  const name = String(++scripts);
  const [file, out, err] = ['sh', 'out', 'err'].map((kind) => `${directory}/${name}.${kind}`);
  await writeFile(file, script);
  const ended = new Promise((resolve) => waiting.set(name, resolve));
  shell.stdin.write(`/bin/sh ${file} >${out} 2>${err} </dev/null; echo ${name} $?\n`);
  const status = await ended;
  const [stdout, stderr] = await Promise.all([out, err].map((path) => readFile(path, 'utf8')));
  await Promise.all([file, out, err].map((path) => rm(path)));
  return { status, stdout, stderr };
}

async function write(request, { searchParams }) {
  const mode = Number.parseInt(searchParams.get('mode') ?? '644', 8);
  await pipeline(request, createWriteStream(searchParams.get('path'), { mode }));
  return {};
}

async function answer(request) {
  const url = new URL(request.url, 'http://vm');
  if (request.method === 'POST' && url.pathname === '/run') return run(await text(request));
  if (request.method === 'PUT' && url.pathname === '/file') return write(request, url);
  return { ready: true };
}

const server = createServer((request, response) => {
  answer(request).then(
    (value) => response.end(JSON.stringify(value)),
    (error) => response.writeHead(500).end(error.message),
  );
});

server.on('upgrade', (request, client, head) => {
  const path = new URL(request.url, 'http://vm').searchParams.get('path');
  const socket = connect(path);
  socket.on('connect', () => {
    client.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: socket\r\n\r\n');
    socket.write(head);
    client.pipe(socket).pipe(client);
  });
  for (const [one, other] of [
    [socket, client],
    [client, socket],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});

server.listen(PORT);
