// fast-jwt (npm): pinned as in its README; lax without `algorithms`; by-kid with a key function.
import { Unsupported, library, serve, setup } from './gauntlet-adapter.mjs'

const { module: fast, version } = await library('fast-jwt')
const known = /^((HS|RS|PS|ES)(256|384|512)|EdDSA)$/

const verify = setup({
  pinned: trust => fast.createVerifier({ ...trust.checks, key: trust.key, algorithms: [trust.algorithm] }),
  lax: trust => fast.createVerifier({ ...trust.checks, key: trust.key, algorithms: trust.algorithms }),
  'by-kid': trust => {
    const keys = { [trust.kid]: trust.key }
    return fast.createVerifier({ ...trust.checks, key: async ({ header }) => keys[header.kid] })
  },
})

serve({
  name: 'fast-jwt',
  version,
  configure(trust) {
    if (!known.test(trust.algorithm)) throw new Unsupported(`${trust.algorithm} is not implemented`)
    const checks = { allowedIss: trust.issuer ?? undefined, allowedAud: trust.audience ?? undefined }
    return verify({ ...trust, key: trust.secret ?? trust.keyText, checks })
  },
})
