// Prints, for each line "media type, tab, path" of its input, what c2pa-rs finds of the file's Content Credential, as
// JSON. It fetches nothing. The first argument is the folder of the npm package @contentauth/c2pa-node.
import { createInterface } from 'node:readline'

const { Reader } = await import(`${process.argv[2]}/dist/Reader.js`)
const settings = JSON.stringify({ verify: { remote_manifest_fetch: false, ocsp_fetch: false, verify_trust: false } })
for await (const line of createInterface({ input: process.stdin })) {
  const [mimeType, path] = line.split('\t')
  const found = { path, success: [], failure: [] }
  const add = (codes) => {
    found.success.push(...codes.success.map((c) => c.code))
    found.failure.push(...codes.failure.map((c) => c.code))
  }
  try {
    const reader = await Reader.fromAsset({ path, mimeType }, settings)
    const results = reader?.json().validation_results
    if (results) {
      add(results.activeManifest)
      for (const of of results.ingredientDeltas ?? []) add(of.validationDeltas)
    }
  } catch (e) {
    found.error = String(e.message ?? e)
  }
  console.log(JSON.stringify(found))
}
