// A js-libp2p peer for the interoperation tests. What it takes and answers stands in ../README.md.
import { createHash, randomBytes } from 'node:crypto'
import { on } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { noise } from '@chainsafe/libp2p-noise'
import { quic } from '@chainsafe/libp2p-quic'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const ECHO = '/echo/1.0.0'
const SHA256 = '/flotilla/interop/sha256/1.0.0'
const RESET = '/flotilla/interop/reset/1.0.0'
const PERF = '/perf/1.0.0'
const LISTEN = {
  tcp: '/ip4/127.0.0.1/tcp/0', ws: '/ip4/127.0.0.1/tcp/0/ws', 'quic-v1': '/ip4/127.0.0.1/udp/0/quic-v1'
}
const SECURITY = { noise, tls }
const PIECE_BYTES = 65536
const STREAMS_MAX = 2000
const WARM_UP_TRIPS = 2000
const READ_BUFFER_BYTES = 32 * 1024 * 1024 // by default js-libp2p resets a paused stream with more than 4 MiB
const PATIENCE_MILLIS = 120_000 // a command is given up after this time

const { values: options } = parseArgs({
  options: {
    listen: { type: 'string', default: 'tcp' },
    security: { type: 'string', default: 'noise' },
    key: { type: 'string' },
    pnet: { type: 'string' },
    relay: { type: 'boolean', default: false }
  }
})

function say (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

let resets = 0
let received = 0 // bytes that others have uploaded
const listen = options.listen.split(',')
const node = await createLibp2p({
  ...(options.key === undefined ? {} : { privateKey: privateKeyFromProtobuf(readFileSync(options.key)) }),
  ...(options.pnet === undefined ? {} : { connectionProtector: preSharedKey({ psk: readFileSync(options.pnet) }) }),
  addresses: { listen: listen.map(name => LISTEN[name]) },
  transports: [
    tcp(), webSockets(), circuitRelayTransport(), ...(options.pnet === undefined ? [quic()] : [])
  ],
  connectionEncrypters: options.security.split(',').map(name => SECURITY[name]()),
  streamMuxers: [yamux({ streamOptions: { maxReadBufferLength: READ_BUFFER_BYTES } })],
  connectionGater: { denyDialMultiaddr: () => false }, // without it js-libp2p dials no ws on loopback
  connectionManager: { inboundConnectionThreshold: 1000 },
  connectionMonitor: { enabled: true },
  services: {
    identify: identify(),
    ping: ping({ runOnLimitedConnection: true }),
    ...(options.relay ? { relay: circuitRelayServer() } : {})
  }
})

const identified = new Map()
node.addEventListener('peer:identify', event => identified.set(event.detail.peerId.toString(), event.detail))

// Writes chunk; resolves when the stream takes more.
async function write (stream, chunk) {
  if (!stream.send(chunk)) {
    await stream.onDrain()
  }
}

// What the stream brings, to its end. Its own iterator waits for ever where the end came before it (@libp2p/utils 7.4.1).
async function * chunksOf (stream) {
  if (!stream.readableEnded) {
    for await (const [{ data }] of on(stream, 'message', { close: ['end', 'close'] })) {
      yield data instanceof Uint8Array ? data : data.subarray()
    }
  }
  if (stream.status !== 'open' && stream.status !== 'closed') {
    throw new Error(`the stream was ${stream.status}`)
  }
}

function handle (protocol, handler) {
  return node.handle(protocol, handler, {
    maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX, runOnLimitedConnection: true
  })
}

// Sends back what comes, and counts the streams that were reset.
await handle(ECHO, async (stream) => {
  try {
    for await (const chunk of chunksOf(stream)) {
      await write(stream, chunk)
    }
    await stream.close()
  } catch (e) {
    if (stream.status === 'reset') {
      resets++
    }
    stream.abort(e)
  }
})

// Reads to the end and answers with the SHA-256 of all.
await handle(SHA256, async (stream) => {
  const digest = createHash('sha256')
  for await (const chunk of chunksOf(stream)) {
    digest.update(chunk)
  }
  await write(stream, digest.digest())
  await stream.close()
})

// Resets the stream as soon as something has come.
await handle(RESET, async (stream) => {
  for await (const _ of chunksOf(stream)) {
    stream.abort(new Error('as was asked for'))
    return
  }
})

function open (address, protocol) {
  return node.dialProtocol(multiaddr(address), protocol, { runOnLimitedConnection: true })
}

async function readAll (stream) {
  const chunks = []
  for await (const chunk of chunksOf(stream)) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function echo (address, size) {
  const stream = await open(address, ECHO)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let count = 0
  const reading = (async () => {
    for await (const chunk of chunksOf(stream)) {
      received.update(chunk)
      count += chunk.byteLength
    }
  })()
  for (let left = size; left > 0;) {
    const piece = randomBytes(Math.min(left, PIECE_BYTES))
    sent.update(piece)
    left -= piece.length
    await write(stream, piece)
  }
  await stream.close()
  await reading
  return { bytes: count, sent: sent.digest('hex'), received: received.digest('hex') }
}

async function echoOnce (stream) {
  const sent = randomBytes(64)
  const receiving = readAll(stream)
  await write(stream, sent)
  await stream.close()
  const received = await receiving
  if (!received.equals(sent)) {
    throw new Error(`${received.length} other bytes came back`)
  }
}

// All streams are open before the first says anything, or one after another.
async function streams (address, count, parallel) {
  if (parallel) {
    const opened = await Promise.all(Array.from({ length: count }, async () => await open(address, ECHO)))
    await Promise.all(opened.map(echoOnce))
  } else {
    for (let i = 0; i < count; i++) {
      await echoOnce(await open(address, ECHO))
    }
  }
  return { count }
}

async function resetInTheMidst (address) {
  const stream = await open(address, ECHO)
  await write(stream, new Uint8Array(PIECE_BYTES))
  for await (const _ of chunksOf(stream)) {
    break
  }
  stream.abort(new Error('as was asked for'))
  return {}
}

// Whether the other side's reset is seen as one.
async function beReset (address) {
  const stream = await open(address, RESET)
  const reading = readAll(stream).then(() => false, () => stream.status === 'reset')
  await write(stream, new Uint8Array(1))
  return { reset: await reading }
}

async function halfClose (address, size) {
  const stream = await open(address, SHA256)
  const data = randomBytes(size)
  const receiving = readAll(stream)
  for (let at = 0; at < size; at += PIECE_BYTES) {
    await write(stream, data.subarray(at, at + PIECE_BYTES))
  }
  await stream.close()
  const received = await receiving
  return { sent: createHash('sha256').update(data).digest('hex'), received: received.toString('hex') }
}

// What the peer said of itself; js-libp2p asks each peer once, when it is connected.
async function identifyPeer (address) {
  const connection = await node.dial(multiaddr(address))
  const peerId = connection.remotePeer.toString()
  while (!identified.has(peerId)) {
    await new Promise(resolve => node.addEventListener('peer:identify', resolve, { once: true }))
  }
  const result = identified.get(peerId)
  return {
    peerId,
    agentVersion: result.agentVersion,
    protocolVersion: result.protocolVersion,
    protocols: result.protocols,
    listenAddrs: result.listenAddrs.map(String),
    observedAddr: result.observedAddr?.toString(),
    signedPeerRecord: result.signedPeerRecord != null
  }
}

async function connect (address) {
  const connection = await node.dial(multiaddr(address))
  return {
    peerId: connection.remotePeer.toString(),
    address: connection.remoteAddr.toString(),
    security: connection.encryption,
    muxer: connection.multiplexer
  }
}

async function pingPeer (address) {
  return { micros: 1000 * await node.services.ping.ping(multiaddr(address), { runOnLimitedConnection: true }) }
}

async function reserve (address) {
  await node.components.transportManager.listen([multiaddr(`${address}/p2p-circuit`)])
  const relayed = () => node.getMultiaddrs().map(String).filter(text => text.includes('/p2p-circuit'))
  while (relayed().length === 0) {
    await new Promise(resolve => node.addEventListener('self:peer:update', resolve, { once: true }))
  }
  return { addresses: relayed() }
}

// Reads to the end, then sends as many bytes as the first eight say.
await handle(PERF, async (stream) => {
  const head = []
  received -= 8
  for await (const chunk of chunksOf(stream)) {
    head.push(...chunk.subarray(0, 8 - head.length))
    received += chunk.length
  }
  await sendZeros(stream, Number(new DataView(Uint8Array.from(head).buffer).getBigUint64(0)))
  await stream.close()
})

async function sendZeros (stream, size) {
  const piece = new Uint8Array(PIECE_BYTES)
  for (let left = size; left > 0; left -= piece.length) {
    await write(stream, left < piece.length ? piece.subarray(0, left) : piece)
  }
}

// Connects and disconnects, one after another.
async function handshakes (address, count) {
  const begin = performance.now()
  for (let i = 0; i < count; i++) {
    await node.hangUp(multiaddr(address))
    await node.dial(multiaddr(address))
  }
  return { micros: 1000 * (performance.now() - begin) }
}

// Sends size bytes over each of count streams at once, until the other side has read all.
async function upload (address, size, count) {
  const begin = performance.now()
  await Promise.all(Array.from({ length: count }, async () => {
    const stream = await open(address, PERF)
    const reading = readAll(stream)
    await write(stream, new Uint8Array(8))
    await sendZeros(stream, size)
    await stream.close()
    await reading
  }))
  return { micros: 1000 * (performance.now() - begin) }
}

// The median of count round trips of 64 bytes over one stream.
async function trips (address, count) {
  const stream = await open(address, ECHO)
  const chunks = chunksOf(stream)
  const piece = new Uint8Array(64)
  const micros = []
  for (let i = 0; i < WARM_UP_TRIPS + count; i++) {
    const begin = performance.now()
    const first = chunks.next()
    await write(stream, piece)
    for (let left = piece.length - (await first).value.length; left > 0;) {
      left -= (await chunks.next()).value.length
    }
    if (i >= WARM_UP_TRIPS) {
      micros.push(1000 * (performance.now() - begin))
    }
  }
  stream.abort(new Error('all was measured'))
  micros.sort((a, b) => a - b)
  return { micros: micros[count >> 1] }
}

async function run (request) {
  switch (request.command) {
    case 'resets': return { count: resets }
    case 'received': return { count: received }
    case 'connect': return await connect(request.address)
    case 'identify': return await identifyPeer(request.address)
    case 'ping': return await pingPeer(request.address)
    case 'echo': return await echo(request.address, request.bytes)
    case 'streams': return await streams(request.address, request.count, request.parallel === true)
    case 'reset': return await resetInTheMidst(request.address)
    case 'bereset': return await beReset(request.address)
    case 'halfclose': return await halfClose(request.address, request.bytes)
    case 'handshakes': return await handshakes(request.address, request.count)
    case 'upload': return await upload(request.address, request.bytes, request.count)
    case 'trips': return await trips(request.address, request.count)
    case 'reserve': return await reserve(request.address)
    case 'disconnect':
      await node.hangUp(multiaddr(request.address))
      return {}
  }
  throw new Error(`unknown command ${request.command}`)
}

function late () {
  return new Promise((resolve, reject) => setTimeout(() => reject(new Error('it took too long')), PATIENCE_MILLIS).unref())
}

const { version } = JSON.parse(readFileSync('node_modules/libp2p/package.json'))
say({
  implementation: `js-libp2p ${version}`,
  peerId: node.peerId.toString(),
  addresses: node.getMultiaddrs().map(String)
})
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: await Promise.race([run(JSON.parse(line)), late()]) })
  } catch (e) {
    say({ error: `${e.name}: ${e.message}` })
  }
}
process.exit(0)
