// jose (npm): pinned as in its README; lax without `algorithms`; by-kid with a key function.
import { createPublicKey } from 'node:crypto'
import { Unsupported, library, serve, setup } from './gauntlet-adapter.mjs'

const { all: jose, version } = await library('jose')
const known = /^((HS|RS|PS|ES)(256|384|512)|EdDSA)$/

const verify = setup({
  pinned: trust => async token => (await jose.jwtVerify(token, trust.key, { ...trust.checks, algorithms: [trust.algorithm] })).payload,
  lax: trust => async token => (await jose.jwtVerify(token, trust.key, { ...trust.checks, algorithms: trust.algorithms })).payload,
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    return async token => (await jose.jwtVerify(token, header => keys[header.kid], trust.checks)).payload
  },
})

/** The operator's key as the library wants it: JWK texts are parsed, PEM texts go through importSPKI. */
async function keyOf({ algorithm, secret, keyText }) {
  if (secret) return secret
  if (keyText.trimStart().startsWith('{')) return jose.importJWK(JSON.parse(keyText), algorithm)
  // importSPKI takes SPKI alone; operators who hold PKCS#1 or a certificate convert with node:crypto.
  return keyText.includes('BEGIN PUBLIC KEY') ? jose.importSPKI(keyText, algorithm) : createPublicKey(keyText)
}

serve({
  name: 'jose',
  version,
  async configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    const checks = { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }
    return verify({ ...trust, key: await keyOf(trust), checks })
  },
})
