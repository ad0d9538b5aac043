// What ../check.py does not ask: the promises of gauntlet-adapter.mjs, by a toy library, and odd kids for every adapter.
//   node adapters/node/check.mjs
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'

let [passed, failed] = [0, 0]
function check(what, good) {
  if (good) passed++
  else { failed++; console.log(`failed: ${what}`) }
}

/** Runs `node ...args`, writes the bytes in pieces of `size`, returns the answers and the exit code. */
async function converse(args, text, size = Infinity) {
  const child = spawn(process.execPath, args, { cwd: new URL('.', import.meta.url), stdio: ['pipe', 'pipe', 'ignore'], timeout: 30_000 })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', text => { out += text })
  child.stdin.on('error', () => {})
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += size) {
    child.stdin.write(bytes.subarray(i, i + size))
    if (size < Infinity) await new Promise(setImmediate)
  }
  child.stdin.end()
  const code = await new Promise(resolve => child.on('close', resolve))
  return { code, answers: out.split('\n').filter(Boolean).map(line => JSON.parse(line)) }
}

const secret = Buffer.from('0123456789abcdef'.repeat(4))
const configure = (kid, algorithm = 'HS256') => ({ type: 'configure', protocol: 1, algorithm, kid, issuer: null, audience: null,
  key: { jwk: {}, secret_base64url: secret.toString('base64url') } })
const ask = token => ({ type: 'verify', id: token, token })
const written = lines => lines.map(line => JSON.stringify(line)).join('\n') // no LF after the last

const toy = `
import { Unsupported, serve } from './gauntlet-adapter.mjs'
const ring = {}; ring.ring = ring
const fail = error => { throw error }
const later = (ms, value) => new Promise(done => setTimeout(done, ms, value))
serve({ name: 'toy', version: '1', async configure(trust) {
  await later(50)
  if (trust.kid === 'no') throw new Unsupported('because')
  if (trust.kid === 'bad') throw new TypeError('bad key')
  const claims = {
    kid: () => ({ kid: trust.kid }), none: () => {}, big: () => ({ a: 1n }), ring: () => ring, 'ä€😀': () => ({ a: 'ä€😀' }),
    json: () => Buffer.from('{"a":1}'), bytes: () => Buffer.from('no JSON'), text: () => '1', slow: () => later(50, { a: 2 }),
    print: () => { console.log('noise'); console.table([1]) }, stray: () => { setTimeout(fail, 0, 'stray'); Promise.reject('stray') },
    code: () => fail(Object.assign(new Error(), { code: 'E_CODE' })), type: () => fail(new TypeError('x')),
    string: () => fail('why'), null: () => fail(null), nasty: () => fail({ get code() { throw 1 } }),
    reject: () => Promise.reject(new RangeError()), deep: () => { const f = () => f(); f() } }
  return token => claims[token]()
} })`

const expected = [
  [ask('early'), { accepted: false, error: 'Unsupported' }],
  [configure('one'), { type: 'ready', name: 'toy', version: '1' }],
  [ask('slow'), { claims: { a: 2 } }], [ask('kid'), { claims: { kid: 'one' } }],
  [configure('two'), { type: 'ready' }], [ask('kid'), { claims: { kid: 'two' } }],
  [configure('no'), { type: 'unsupported', reason: 'because' }], [ask('kid'), { accepted: false }],
  [configure('bad'), { type: 'unsupported', reason: 'TypeError: bad key' }], [ask('kid'), { accepted: false }],
  [configure('three'), { type: 'ready' }],
  ...['none', 'big', 'ring', 'bytes', 'print', 'stray'].map(name => [ask(name), { accepted: true, claims: undefined }]),
  [ask('json'), { claims: { a: 1 } }], [ask('text'), { claims: '1' }], [ask('ä€😀'), { claims: { a: 'ä€😀' } }],
  ...Object.entries({ code: 'E_CODE', type: 'TypeError', string: 'why', null: 'null', nasty: 'unnamed', reject: 'RangeError',
    deep: 'RangeError', '\ud800': 'TypeError' }).map(([name, error]) => [ask(name), { accepted: false, error }]),
  [ask('kid'), { claims: { kid: 'three' } }],
]
for (const size of [Infinity, 1]) {
  const { code, answers } = await converse(['--input-type=module', '-e', toy], written(expected.map(([line]) => line)), size)
  check(`toy: exit code ${code}, ${answers.length} answers`, code === 0 && answers.length === expected.length)
  for (const [i, [line, wanted]] of expected.entries()) {
    const good = Object.entries(wanted).every(([name, value]) => JSON.stringify(answers[i]?.[name]) === JSON.stringify(value))
    check(`toy: ${JSON.stringify(answers[i])} to ${JSON.stringify(line)}`, good && answers[i].id === line.id)
  }
}

// An unknown kid finds nothing, or Object.prototype: none of it may hang, and no HMAC by a guessable key may pass.
const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const kids = ['unknown', '__proto__', 'constructor', 'toString', '', 0, null, [], {}, undefined]
const tokens = kids.flatMap(kid => ['HS256', 'RS256', 'ES256', 'foo', 1].flatMap(alg => ['', 'undefined', 'null', '[object Object]'].map(key => {
  const signed = `${encoded({ alg, typ: 'JWT', kid })}.${encoded({ sub: 'admin', exp: 4102444800 })}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
})))
for (const name of ['jsonwebtoken', 'jose', 'jws', 'fast-jwt', 'node-jose', 'jsrsasign']) {
  const { code, answers } = await converse([`${name}.mjs`, 'by-kid'], written([configure('key-1'), ...tokens.map(ask)]))
  check(`${name}: exit code ${code}, ${answers.length} answers`, code === 0 && answers.length === tokens.length + 1)
  check(`${name}: an unknown kid is accepted`, answers.slice(1).every(answer => answer.accepted === false))
  check(`${name}: unknown set-up`, (await converse([`${name}.mjs`, 'nonsense'], '')).code === 2)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
