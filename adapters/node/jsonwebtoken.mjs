// jsonwebtoken (npm): pinned as in its README; lax without `algorithms`; by-kid with a key callback.
import { createSecretKey } from 'node:crypto'
import { Unsupported, library, requireSecret, serve, setup } from './gauntlet-adapter.mjs'

const { module: jwt, version } = await library('jsonwebtoken')
const known = /^(HS|RS|PS|ES)(256|384|512)$/

const verify = setup({
  pinned: trust => {
    requireSecret(trust)
    return token => jwt.verify(token, trust.key, { ...trust.checks, algorithms: [trust.algorithm] })
  },
  lax: trust => token => jwt.verify(token, trust.key, { ...trust.checks, algorithms: trust.algorithms }),
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    const find = (header, done) => done(null, keys[header.kid])
    return token => new Promise((resolve, reject) =>
      jwt.verify(token, find, trust.checks, (error, claims) => error ? reject(error) : resolve(claims)))
  },
})

serve({
  name: 'jsonwebtoken',
  version,
  configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    const checks = { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }
    // Secret bytes would be tried as a public key first, for every token, at fifty times the cost of the verification.
    const key = trust.secret ? createSecretKey(trust.secret) : trust.keyText
    return verify({ ...trust, key, checks })
  },
})
