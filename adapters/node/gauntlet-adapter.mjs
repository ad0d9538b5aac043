// The adapter protocol, version 1, for Node: JSON Lines over stdio, answered in order, a chunk at a time.
//
//   serve({ name, version, configure })   configure(trust) -> verify;  verify(token) -> claims, or throws to refuse
//
// Both may be async. `trust` holds algorithm, jwk, pem, text, secret, kid, issuer, audience, decryption, and keyText: the text that
// the operator holds (`text` if given, otherwise `pem`).
import { StringDecoder } from 'node:string_decoder'

/** Thrown by configure: the library does not do this algorithm, or refuses this key. */
export class Unsupported extends Error {}

// stdout belongs to the protocol; libraries that log must not get in its way.
console.log = console.info = console.debug = console.error

// A library that fails in a callback of its own must not take the adapter with it.
process.on('uncaughtException', error => console.error('uncaught:', error))
process.on('unhandledRejection', error => console.error('unhandled:', error))

const textOf = error => String(error?.code ?? error?.name ?? error).slice(0, 200)

function trustOf({ key, algorithm, kid, issuer, audience, decryption }) {
  const secret = key.secret_base64url === undefined ? undefined : Buffer.from(key.secret_base64url, 'base64url')
  const { jwk, pem, text } = key
  return { algorithm, jwk, pem, text, secret, kid, issuer, audience, decryption, keyText: text ?? pem }
}

/** Claims as JSON; libraries also hand back Buffers, and objects that JSON cannot hold. */
function printed(answer, claims) {
  if (claims instanceof Uint8Array) claims = Buffer.from(claims).toString()
  if (typeof claims === 'string') {
    try { claims = JSON.parse(claims) } catch { /* a payload that is no JSON is given back as text */ }
  }
  try {
    return JSON.stringify(claims === undefined || claims === null ? answer : { ...answer, claims })
  } catch {
    return JSON.stringify(answer)
  }
}

const accepted = (id, claims) => printed({ type: 'verdict', id, accepted: true }, claims)
const refused = (id, error) => JSON.stringify({ type: 'verdict', id, accepted: false, error: textOf(error) })

/** One answer line, or a promise of one: only libraries that are async pay for a promise. */
function judge(verify, { id, token }) {
  try {
    const claims = verify(token)
    if (typeof claims?.then !== 'function') return accepted(id, claims)
    return claims.then(claims => accepted(id, claims), error => refused(id, error))
  } catch (error) {
    return refused(id, error)
  }
}

export function serve({ name, version, configure }) {
  let verify = () => { throw new Error('not configured') }
  const ready = async message => {
    try {
      verify = await configure(trustOf(message))
      return JSON.stringify({ type: 'ready', name, version })
    } catch (error) {
      const reason = error instanceof Unsupported ? error.message : `${error?.name}: ${error?.message}`
      return JSON.stringify({ type: 'unsupported', reason })
    }
  }
  /** Answers whole lines; a configure is a barrier, questions between two barriers run side by side. */
  async function answer(lines) {
    let batch = []
    const flush = async () => {
      if (batch.length === 0) return
      const out = (batch.some(a => typeof a !== 'string') ? await Promise.all(batch) : batch).join('\n') + '\n'
      batch = []
      if (!process.stdout.write(out)) await new Promise(resolve => process.stdout.once('drain', resolve))
    }
    for (const line of lines) {
      if (line.trim() === '') continue
      const message = JSON.parse(line)
      if (message.type === 'verify') {
        batch.push(judge(verify, message))
      } else if (message.type === 'configure') {
        await flush()
        batch.push(await ready(message))
      }
    }
    await flush()
  }
  const decoder = new StringDecoder('utf8')
  let [rest, turn] = ['', Promise.resolve()]
  process.stdin.on('data', chunk => {
    const text = decoder.write(chunk)
    // Joining only when a line ends keeps a token of megabytes from being copied once a chunk.
    const end = text.lastIndexOf('\n')
    if (end < 0) { rest += text; return }
    const lines = (rest + text.slice(0, end)).split('\n')
    rest = text.slice(end + 1)
    turn = turn.then(() => answer(lines)).catch(fail)
  })
  process.stdin.on('end', () => { turn = turn.then(() => process.exit(0)) })
}

function fail(error) {
  console.error('protocol error:', error)
  process.exit(2)
}

/** Picks the set-up named on the command line; the first is the default. */
export function setup(setups) {
  const names = Object.keys(setups)
  const name = process.argv[2] ?? names[0]
  if (Object.hasOwn(setups, name)) return setups[name]
  console.error(`unknown set-up \`${name}\`; there are: ${names.join(', ')}`)
  process.exit(2)
}

/** Loads a CommonJS or ES library and its version, or says how to install it. */
export async function library(name) {
  const { createRequire } = await import('node:module')
  const { readFileSync } = await import('node:fs')
  const require = createRequire(import.meta.url)
  try {
    const module = await import(name)
    const folder = require.resolve.paths(name).map(p => `${p}/${name}/package.json`)
    const file = folder.find(f => { try { readFileSync(f); return true } catch { return false } })
    return { module: module.default ?? module, all: module, version: JSON.parse(readFileSync(file)).version }
  } catch (error) {
    console.error(`cannot load ${name} (${error.message}); run: npm ci --prefix adapters/node`)
    process.exit(2)
  }
}

/** What an application checks that its library does not: iss, aud, exp, nbf. */
export function checkClaims(claims, { issuer, audience }) {
  if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) throw new Error('claims are no object')
  const now = Date.now() / 1000
  if (claims.exp !== undefined && !(typeof claims.exp === 'number' && claims.exp > now)) throw new Error('expired')
  if (claims.nbf !== undefined && !(typeof claims.nbf === 'number' && claims.nbf <= now)) throw new Error('not yet valid')
  if (issuer !== null && claims.iss !== issuer) throw new Error('wrong issuer')
  const named = Array.isArray(claims.aud) ? claims.aud.includes(audience) : claims.aud === audience
  if (audience !== null && !named) throw new Error('wrong audience')
  return claims
}
