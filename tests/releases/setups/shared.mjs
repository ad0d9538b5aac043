// What the set-ups share: the protocol, the release under test, and the work that an operator does around a bare library.
// Nothing here knows of attacks.
import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'

export { serve, Unsupported } from '../../../adapters/node/gauntlet-adapter.mjs'

const folder = process.env.GAUNTLET_RELEASE
if (!folder) {
  console.error('GAUNTLET_RELEASE must name the folder whose node_modules holds the release')
  process.exit(2)
}

// Some releases do not export their package.json, so it is read by path and not resolved.
const require = createRequire(path.resolve(folder, 'index.js'))
export const release = name => ({
  name,
  library: require(name),
  version: require(path.resolve(folder, 'node_modules', name, 'package.json')).version,
})

// The key as these libraries take it: the text that the operator holds, or the bytes of the secret.
export const keyOf = trust => trust.keyText ?? trust.secret

export const pkcs1 = trust => trust.text ?? createPublicKey(trust.pem).export({ type: 'pkcs1', format: 'pem' })

// A strict reader of compact JWS, for libraries that offer only the signature primitive: what is found is the library's.
export function compact(token) {
  const parts = token.split('.')
  if (parts.length !== 3) throw new Error('not a compact JWS')
  const [header, payload, signature] = parts.map(part => {
    const bytes = Buffer.from(part, 'base64url')
    if (bytes.toString('base64url') !== part) throw new Error('not base64url')
    return bytes
  })
  return { header: json(header), claims: json(payload), signature, signed: `${parts[0]}.${parts[1]}` }
}

export function json(bytes) {
  const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('not a JSON object')
  return value
}

// The application's own checks, for libraries that leave the claims to it.
export function checked(claims, trust) {
  const now = Date.now() / 1000
  if (typeof claims.exp !== 'number' || claims.exp <= now) throw new Error('expired')
  if (claims.nbf !== undefined && !(typeof claims.nbf === 'number' && claims.nbf <= now)) throw new Error('not yet valid')
  if (trust.issuer != null && claims.iss !== trust.issuer) throw new Error('wrong issuer')
  if (trust.audience != null && ![claims.aud].flat().includes(trust.audience)) throw new Error('wrong audience')
  return claims
}
