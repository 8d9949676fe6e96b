// A js-libp2p peer for the interoperation test: TCP on loopback, Noise, yamux, identify, ping, and an echo protocol.
// It prints one JSON object a line. Commands come as JSON lines on stdin:
//   {"command":"ping","address":A}  {"command":"identify","address":A}  {"command":"echo","address":A,"bytes":N}
//   {"command":"stop"}
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'

Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new Promise((res, rej) => { resolve = res; reject = rej })
  return { promise, resolve, reject }
}

const { noise } = await import('@chainsafe/libp2p-noise')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { identify } = await import('@libp2p/identify')
const { ping } = await import('@libp2p/ping')
const { tcp } = await import('@libp2p/tcp')
const { multiaddr } = await import('@multiformats/multiaddr')
const { createLibp2p } = await import('libp2p')

const ECHO = '/echo/1.0.0'

function say (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionManager: { inboundConnectionThreshold: 1000 },
  connectionMonitor: { enabled: true },
  services: { identify: identify(), ping: ping() }
})

// Writes chunk; resolves when the stream takes more.
async function write (stream, chunk) {
  if (!stream.send(chunk)) {
    await stream.onDrain()
  }
}

function bytesOf (chunk) {
  return chunk instanceof Uint8Array ? chunk : chunk.subarray()
}

await node.handle(ECHO, async (stream) => {
  for await (const chunk of stream) {
    await write(stream, bytesOf(chunk))
  }
  await stream.close()
}, { maxInboundStreams: 256, runOnLimitedConnection: false })

async function echo (address, size) {
  const stream = await node.dialProtocol(multiaddr(address), ECHO)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let count = 0
  const reading = (async () => {
    for await (const chunk of stream) {
      received.update(bytesOf(chunk))
      count += chunk.byteLength
    }
  })()
  for (let left = size; left > 0;) {
    const piece = randomBytes(Math.min(left, 65536))
    sent.update(piece)
    left -= piece.length
    await write(stream, piece)
  }
  await stream.close()
  await reading
  return { bytes: count, equal: sent.digest('hex') === received.digest('hex') }
}

async function identifyPeer (address) {
  const connection = await node.dial(multiaddr(address))
  const result = await node.services.identify.identify(connection)
  return {
    peerId: result.peerId.toString(),
    agentVersion: result.agentVersion,
    protocols: result.protocols,
    listenAddrs: result.listenAddrs.map(String),
    observedAddr: result.observedAddr?.toString()
  }
}

async function run (request) {
  switch (request.command) {
    case 'ping': return { millis: await node.services.ping.ping(multiaddr(request.address)) }
    case 'identify': return await identifyPeer(request.address)
    case 'echo': return await echo(request.address, request.bytes)
    case 'stop':
      await node.stop()
      process.exit(0)
  }
  throw new Error(`unknown command ${request.command}`)
}

say({ peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: await run(JSON.parse(line)) })
  } catch (e) {
    say({ error: `${e.name}: ${e.message}` })
  }
}
process.exit(0)
