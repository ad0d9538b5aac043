// The adapter protocol, version 1, for Node: JSON Lines over stdio, answered in order, a chunk at a time.
//
//   serve({ name, version, configure })   configure(trust) -> verify;  verify(token) -> claims, or throws to refuse
//
// Both may be async. `trust` holds algorithm, algorithms, jwk, pem, text, secret, kid, issuer, audience, decryption, and keyText: the text that
// the operator holds (`text` if given, otherwise `pem`).
import { Console } from 'node:console'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { StringDecoder } from 'node:string_decoder'

// stdout belongs to the protocol; libraries that print, even while they load, must not get in its way.
globalThis.console = new Console(process.stderr, process.stderr)

/** Thrown by configure: the library does not do this algorithm, or refuses this key. */
export class Unsupported extends Error {
  name = 'Unsupported'
}

export function serve({ name, version, configure }) {
  // A library that fails in a callback of its own must not take the adapter with it.
  process.on('uncaughtException', error => console.error('uncaught:', error))
  process.on('unhandledRejection', error => console.error('unhandled:', error))
  process.stdout.on('error', () => process.exit(1)) // the harness is gone
  const answers = queue()
  let verify = unconfigured

  async function take(lines) {
    for (const line of lines) {
      if (line.trim() === '') continue
      const message = JSON.parse(line)
      if (message.type === 'verify') {
        answers.put(judge(verify, message))
      } else if (message.type === 'configure') {
        answers.flush()
        verify = unconfigured // a key that is refused must not leave its predecessor in force
        try {
          verify = await configure(trustOf(message))
          answers.put(JSON.stringify({ type: 'ready', name, version }))
        } catch (error) {
          answers.put(JSON.stringify({ type: 'unsupported', reason: reasonOf(error) }))
        }
      }
    }
    answers.flush()
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  }

  const stop = error => { console.error('protocol error:', error); process.exit(2) }
  const decoder = new StringDecoder('utf8')
  let [rest, turn] = ['', Promise.resolve()]
  process.stdin.on('data', chunk => {
    const text = decoder.write(chunk)
    // Joining only when a line ends keeps a token of megabytes from being copied once a chunk.
    const end = text.lastIndexOf('\n')
    if (end < 0) { rest += text; return }
    const lines = (rest + text.slice(0, end)).split('\n')
    rest = text.slice(end + 1)
    process.stdin.pause() // what comes next waits in the pipe, not in memory
    turn = take(lines).then(() => process.stdin.resume(), stop)
  })
  process.stdin.on('end', async () => {
    await turn
    await take([rest + decoder.end()]).catch(stop)
    await answers.finished()
    process.stdout.write('', () => process.exit(0))
  })
}

const unconfigured = () => { throw new Unsupported('not configured') }

function trustOf({ key, algorithm, algorithms, kid, issuer, audience, decryption }) {
  const { jwk, pem, text, secret_base64url: encoded } = key
  const secret = encoded == null ? undefined : Buffer.from(encoded, 'base64url')
  return { algorithm, algorithms, jwk, pem, text, secret, kid, issuer, audience, decryption, keyText: text ?? pem }
}

/** One answer line, or a promise of one: only libraries that are async pay for a promise. */
function judge(verify, { id, token }) {
  try {
    const claims = verify(token)
    if (typeof claims?.then !== 'function') return accepted(id, claims)
    return Promise.resolve(claims).then(claims => accepted(id, claims), error => refused(id, error))
  } catch (error) {
    return refused(id, error)
  }
}

const refused = (id, error) => JSON.stringify({ type: 'verdict', id, accepted: false, error: shortName(error) })

function accepted(id, claims) {
  const answer = { type: 'verdict', id, accepted: true }
  try {
    if (claims instanceof Uint8Array) claims = JSON.parse(Buffer.from(claims).toString())
    return JSON.stringify(claims == null ? answer : { ...answer, claims })
  } catch {
    return JSON.stringify(answer) // BigInt, cycles, nesting, bytes that are no JSON: accepted all the same
  }
}

// What is thrown may be anything: text, null, an object whose members throw.
function shortName(error) {
  try {
    return String((typeof error?.code === 'string' && error.code) || (error?.name ?? error)).slice(0, 200)
  } catch {
    return 'unnamed'
  }
}

function reasonOf(error) {
  if (error instanceof Unsupported) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : shortName(error)
}

/** Answers in the order of the questions. One that never settles holds back those after it, never those before. */
function queue() {
  const waiting = []
  let timer
  function flush() {
    timer = undefined
    const end = waiting.findIndex(answer => answer.line === undefined)
    const done = waiting.splice(0, end < 0 ? waiting.length : end)
    if (done.length > 0) process.stdout.write(done.map(answer => `${answer.line}\n`).join(''))
  }
  function put(line) {
    if (typeof line === 'string') { waiting.push({ line }); return }
    const answer = { settled: line.then(line => { answer.line = line; timer ??= setImmediate(flush) }) }
    waiting.push(answer)
  }
  const finished = () => Promise.all(waiting.map(answer => answer.settled)).then(flush)
  return { put, flush, finished }
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
  try {
    const all = await import(name)
    // Read by path: not every library exports its package.json.
    const folders = createRequire(import.meta.url).resolve.paths(name)
    const file = folders.map(folder => `${folder}/${name}/package.json`).find(existsSync)
    return { module: all.default ?? all, all, version: JSON.parse(readFileSync(file)).version }
  } catch (error) {
    console.error(`cannot load ${name} (${error.message}); run: npm ci --prefix adapters/node`)
    process.exit(2)
  }
}

/** What a careful operator does before the library sees a secret: an empty one, as from an unset variable, is refused. */
export function requireSecret({ secret }) {
  if (secret?.length === 0) throw new Unsupported('the application refuses an empty secret')
}

/** What an application checks that its library does not: iss, aud, exp, nbf. */
export function checkClaims(claims, { issuer, audience }) {
  if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) refuse('claims are no object')
  const { exp, nbf, iss, aud } = claims
  const now = Date.now() / 1000
  if (exp !== undefined && !(typeof exp === 'number' && exp > now)) refuse('expired')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now)) refuse('not yet valid')
  if (issuer != null && iss !== issuer) refuse('wrong issuer')
  if (audience != null && !(Array.isArray(aud) ? aud.includes(audience) : aud === audience)) refuse('wrong audience')
  return claims
}

/** Refuses as an application does; the verdict shows the code. */
export function refuse(code) {
  throw Object.assign(new Error(code), { code })
}
