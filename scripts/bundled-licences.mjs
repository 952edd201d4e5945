// The licences of what a bundle carries inside: they ask to go with every copy.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of all packages that the given esbuild results took files from: each text, under its packages. */
export function bundledLicences(root, results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const directories = inputs.flatMap(
    (path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  )
  const packagesOf = new Map()
  for (const directory of [...new Set(directories)].sort()) {
    const { title, text } = licenceOf(join(root, directory))
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), title])
  }
  return [...packagesOf].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`).join('\n\n')
}

function licenceOf(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one))
  const { name, version, license } = manifest
  return {
    title: `${name} ${version} (${license})`,
    text: file ? readFileSync(join(directory, file), 'utf8').trim() : `Licence: ${license}`,
  }
}
