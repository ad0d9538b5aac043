// One symmetric key: jwtDecrypt(token, key) for encrypted tokens, jwtVerify(token, key) for signed ones.
import { release, serve, Unsupported } from './shared.mjs'

const { library: { jwtDecrypt, jwtVerify }, name, version } = release('jose')

serve({
  name,
  version,
  configure: trust => {
    if (trust.secret == null) throw new Unsupported('only symmetric keys are set up')
    const policy = { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }
    return async token => {
      const read = token.split('.').length === 5 ? jwtDecrypt : jwtVerify
      return (await read(token, trust.secret, policy)).payload
    }
  },
})
