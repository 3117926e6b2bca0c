import { isUtf8 } from 'node:buffer'
import type { FileKind } from '../types.ts'
import { nativeFormat } from './native-format.ts'

const byExtension: Readonly<Record<string, FileKind>> = {
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  ts: 'javascript',
  cts: 'javascript',
  mts: 'javascript',
  tsx: 'javascript',
  es6: 'javascript',
  es: 'javascript',
  jsm: 'javascript',
  json: 'json',
  webmanifest: 'json',
  map: 'json',
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  ksh: 'shell',
  command: 'shell',
  bat: 'batch',
  cmd: 'batch',
  ps1: 'powershell',
  psm1: 'powershell',
  psd1: 'powershell',
  py: 'python',
  pyw: 'python',
  gyp: 'gyp',
  gypi: 'gyp',
  jsc: 'native',
}

const interpreters: readonly (readonly [RegExp, FileKind])[] = [
  [/^(?:node(?:js)?|bun|deno|tsx|ts-node|iojs|electron|zx)(?:[\d.]*)$/, 'javascript'],
  [/^(?:sh|bash|dash|ash|zsh|ksh|busybox|fish)$/, 'shell'],
  [/^python[\d.]*w?$/, 'python'],
  [/^(?:pwsh|powershell)$/, 'powershell'],
]

/**
 * What a file is: by magic bytes, then by hashbang, then by name. A `.png` that is an ELF program is `native`; a file
 * without extension that starts with `#!/usr/bin/env node` is `javascript`. UTF-16 text with a byte order mark is
 * what its name says (PowerShell and batch files honestly are), else `text`.
 */
export function fileKind(path: string, bytes: Uint8Array): FileKind {
  const binary = binaryKind(bytes)
  if (binary) return binary
  const bang = hashbangKind(bytes)
  if (bang) return bang
  const named = nameKind(path)
  if (named) return named
  if (utf16(bytes)) return 'text'
  return looksLikeText(bytes) ? 'text' : 'data'
}

/** The text of a file: UTF-16 by byte order mark, else UTF-8 with invalid bytes replaced; no byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  const wide = utf16(bytes)
  return new TextDecoder(wide ?? 'utf-8').decode(bytes)
}

function binaryKind(bytes: Uint8Array): FileKind | undefined {
  if (nativeFormat(bytes)) return 'native'
  if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return 'wasm'
  return isArchive(bytes) ? 'archive' : undefined
}

const archiveMagics: readonly (readonly number[])[] = [
  [0x50, 0x4b, 0x03, 0x04], // zip, jar, crx inside, nupkg
  [0x50, 0x4b, 0x05, 0x06], // empty zip
  [0x1f, 0x8b], // gzip
  [0x42, 0x5a, 0x68], // bzip2
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x28, 0xb5, 0x2f, 0xfd], // zstd
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], // 7z
  [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], // rar
  [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], // ar, deb, static libraries
  [0x4d, 0x53, 0x43, 0x46], // cab
]

function isArchive(bytes: Uint8Array): boolean {
  return archiveMagics.some(magic => startsWith(bytes, magic)) || isTar(bytes)
}

function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= 512 && Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar'
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte)
}

/** The program a `#!` line names, without folder, `env`, its options and assignments; undefined where there is none. */
export function hashbang(bytes: Uint8Array): string | undefined {
  const start = startsWith(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0
  if (bytes[start] !== 0x23 || bytes[start + 1] !== 0x21) return undefined
  const line =
    Buffer.from(bytes.subarray(start + 2, start + 514))
      .toString('latin1')
      .split(/[\r\n]/, 1)[0] ?? ''
  for (const word of line.trim().split(/\s+/)) {
    const program = word.slice(word.lastIndexOf('/') + 1)
    if (program !== 'env' && !program.startsWith('-') && !program.includes('=')) return program
  }
  return undefined
}

function hashbangKind(bytes: Uint8Array): FileKind | undefined {
  const program = hashbang(bytes)
  if (program === undefined) return undefined
  return interpreters.find(([pattern]) => pattern.test(program))?.[1]
}

function nameKind(path: string): FileKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const dot = name.lastIndexOf('.')
  const extension = dot < 0 ? '' : name.slice(dot + 1)
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined
}

function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** Text is UTF-8 without NUL; 8 KB are enough to tell a picture from prose. */
function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 8192)
  if (head.includes(0)) return false
  // A cut in the middle of a character must not make prose binary.
  let end = head.length
  while (end > 0 && end > head.length - 4 && ((head[end - 1] ?? 0) & 0x80) !== 0) end--
  return isUtf8(head.subarray(0, head.length < bytes.length ? end : head.length))
}
